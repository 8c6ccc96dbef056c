namespace Hhs.Protocols.Tracker;

/// <summary>When the next request may be made: so many at once after a pause, then so many a minute.</summary>
/// <param name="perMinuteMax">Requests in a minute, on average.</param>
/// <param name="atOnceMax">Of them, those that may follow each other without a pause.</param>
internal sealed class RequestPace(int perMinuteMax, int atOnceMax)
{
    private readonly TimeSpan _each = TimeSpan.FromMinutes(1) / perMinuteMax;
    private TimeSpan _paidUntil = TimeSpan.MinValue;   // when all requests so far would have been made, evenly spaced

    public TimeSpan NextAt => _paidUntil == TimeSpan.MinValue ? TimeSpan.MinValue : _paidUntil - (_each * (atOnceMax - 1));

    public void Made(TimeSpan now) => _paidUntil = (_paidUntil > now ? _paidUntil : now) + _each;
}
