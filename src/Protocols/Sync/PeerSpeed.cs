namespace Hhs.Protocols.Sync;

/// <summary>How fast a peer brings payloads, smoothed, and how much of them it is asked for at a time because of it.</summary>
internal sealed class PeerSpeed
{
    private double _perSecond = EntriesUnknown / RequestSeconds;
    private bool _isKnown;
    private TimeSpan _doneAt = TimeSpan.MinValue;

    /// <summary>Entries a second.</summary>
    public double PerSecond => _perSecond;

    /// <summary>Entries in one request: as many as take it a quarter of a second, so that whatever is left undone is soon done by another.</summary>
    public int RequestEntries => (int)Math.Clamp(_perSecond * RequestSeconds, EntriesMin, EntriesMax);

    /// <summary>Requests under way at a time: of a slow peer one, since what waits at it waits for nothing.</summary>
    public int Requests => !_isKnown || RequestEntries <= EntriesSlow ? 1 : RequestsMax;

    /// <summary>Headers in one long walk: as many as take it a second or two, for the next may be another's.</summary>
    public int WalkHeaders => (int)Math.Clamp(_perSecond * WalkSeconds, WalkMin, int.MaxValue);

    /// <summary>Times in a row that it brought next to nothing of what it was asked for.</summary>
    public int Strikes { get; private set; }

    /// <summary>Since when it has been at this request: requests are answered one after the other.</summary>
    public TimeSpan Since(TimeSpan sent) => sent > _doneAt ? sent : _doneAt;

    /// <summary>A request was answered in full.</summary>
    public void Done(int entries, TimeSpan sent, TimeSpan now)
    {
        Learn(entries, sent, now);
        _doneAt = now;
        Strikes = 0;
    }

    /// <summary>A request was taken from it for taking too long.</summary>
    public void TooLate(int entries, TimeSpan sent, TimeSpan now)
    {
        Learn(entries, sent, now);
        _doneAt = now;
        if (entries < EntriesMin) Strikes++;
        else Strikes = 0;
    }

    // Half old, half new; what came in one read counts as a millisecond.
    private void Learn(int entries, TimeSpan sent, TimeSpan now)
    {
        double perSecond = entries / Math.Max((now - Since(sent)).TotalSeconds, 0.001);
        _perSecond = _isKnown ? (_perSecond + perSecond) / 2 : perSecond;
        _isKnown = true;
    }

    private const int EntriesMax = 1_024;
    private const int EntriesMin = 4;
    private const int EntriesSlow = 16;
    private const int EntriesUnknown = 64;
    private const int RequestsMax = 4;
    private const double RequestSeconds = 0.25;
    private const double WalkSeconds = 2;
    private const int WalkMin = 512;
}
