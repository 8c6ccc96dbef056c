using Akka.Event;

namespace Hhs.Cluster.Remoting;

/// <summary>Says in the log who was refused and why: at once, and then once a minute how many there were. Whoever knocks does not fill the disk.</summary>
internal sealed class Refusals(ILoggingAdapter log, TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _said = new(StringComparer.Ordinal);
    private int _unsaid;

    public void Say(string who, string why)
    {
        int before;
        lock (_lock)
        {
            long now = _clock.GetTimestamp();
            if (_said.TryGetValue(who, out long last) && _clock.GetElapsedTime(last, now) < Pause)
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
            _said[who] = now;
            (before, _unsaid) = (_unsaid, 0);
        }
        log.Warning("{0} is not let in: {1}{2}", who, why, before == 0 ? "" : $" ({before} more were refused before)");
    }

    private const int KnownMax = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
}
