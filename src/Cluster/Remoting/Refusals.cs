namespace Hhs.Cluster.Remoting;

/// <summary>Says who was refused and why: the same thing once a minute, and how many others there were. Whoever knocks does not fill the disk.</summary>
/// <param name="say">Writes to the log.</param>
/// <param name="clock">By which a minute passes.</param>
internal sealed class Refusals(Action<string> say, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _said = new(StringComparer.Ordinal);
    private int _unsaid;

    /// <param name="who">Its address.</param>
    /// <param name="why">The reason.</param>
    public void Say(string who, string why)
    {
        string what = $"{who} is not let in: {why}";
        int before;
        lock (_lock)
        {
            long now = clock.GetTimestamp();
            foreach (string old in _said.Where(s => clock.GetElapsedTime(s.Value, now) >= Pause).Select(s => s.Key).ToArray()) _said.Remove(old);
            if (_said.Count >= DifferentMax || !_said.TryAdd(what, now))
            {
                _unsaid++;
                return;
            }
            (before, _unsaid) = (_unsaid, 0);
        }
        say(before == 0 ? what : $"{what} ({before} more were refused before)");
    }

    internal const int DifferentMax = 100;
    internal static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
}
