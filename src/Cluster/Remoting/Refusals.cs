using Akka.Event;

namespace Hhs.Cluster.Remoting;

/// <summary>Says in the log who was refused and why, the same thing once a minute, and how many others there were. Whoever knocks does not fill the disk.</summary>
internal sealed class Refusals(ILoggingAdapter log, TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _said = new(StringComparer.Ordinal);
    private int _unsaid;

    /// <param name="who">Its address.</param>
    /// <param name="why">The reason.</param>
    public void Say(string who, string why)
    {
        int before;
        string what = $"{who} is not let in: {why}";
        lock (_lock)
        {
            long now = _clock.GetTimestamp();
            if (_said.TryGetValue(what, out long last) && _clock.GetElapsedTime(last, now) < Pause)
            {
                _unsaid++;
                return;
            }
            if (_said.Count >= KnownMax)
            {
                foreach (string old in _said.Where(s => _clock.GetElapsedTime(s.Value, now) >= Pause).Select(s => s.Key).ToArray()) _said.Remove(old);
                if (_said.Count >= KnownMax)
                {
                    _unsaid++;
                    return;
                }
            }
            _said[what] = now;
            (before, _unsaid) = (_unsaid, 0);
        }
        log.Warning("{0}{1}", what, before == 0 ? "" : $" ({before} more were refused before)");
    }

    private const int KnownMax = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
}
