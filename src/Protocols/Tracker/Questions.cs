namespace Hhs.Protocols.Tracker;

/// <summary>Topics to ask a tracker for, in the order in which somebody wanted to know; each is in here once.</summary>
internal sealed class Questions
{
    private readonly Queue<string> _order = new();
    private readonly Dictionary<string, HashSet<string>> _schemes = new(StringComparer.Ordinal);

    public int Count => _order.Count;

    /// <summary>Asks for peers of a topic with one of the schemes; one that waits already keeps its place.</summary>
    public void Add(string topic, IEnumerable<string> schemes)
    {
        if (!_schemes.TryGetValue(topic, out var asked))
        {
            if (_order.Count >= TopicsMax) return;   // whoever asks does so again before long
            _schemes.Add(topic, asked = new(StringComparer.Ordinal));
            _order.Enqueue(topic);
        }
        foreach (string scheme in schemes) if (asked.Count < TrackerLimits.SchemesMax) asked.Add(scheme);
    }

    /// <summary>The next so many, in one request.</summary>
    public TrackerRequest.Query Take(int topicsMax)
    {
        var (topics, schemes) = (new List<string>(), new SortedSet<string>(StringComparer.Ordinal));
        while (topics.Count < topicsMax && _order.TryDequeue(out string? topic))
        {
            topics.Add(topic);
            _schemes.Remove(topic, out var asked);
            schemes.UnionWith(asked!);
        }
        return new(topics, [.. schemes.Take(TrackerLimits.SchemesMax)]);
    }

    // A node asks for what it carries: this bounds its memory, not a stranger's wishes.
    private const int TopicsMax = 262_144;
}
