namespace Hhs.Protocols.Tracker;

/// <summary>Counts what each source asks for in a window of time, and says when it is too much.</summary>
/// <remarks>
/// Bounded: beyond <see cref="SourcesMax"/> sources in one window, new ones pass uncounted. Refusing them instead would let
/// whoever has many names shut out all others.
/// </remarks>
/// <param name="most">Requests of one source that pass in a window.</param>
/// <param name="window">How long a window is.</param>
public sealed class RequestQuota<TSource>(int most, TimeSpan window) where TSource : notnull
{
    private readonly Dictionary<TSource, int> _counts = [];
    private TimeSpan _windowEnds = TimeSpan.MinValue;

    /// <summary>Sources counted in one window.</summary>
    public const int SourcesMax = 65_536;

    /// <summary>Counts a request; false when it is one too many.</summary>
    /// <param name="source">Who asks.</param>
    /// <param name="now">Time since any fixed start.</param>
    public bool TryTake(TSource source, TimeSpan now)
    {
        if (now >= _windowEnds)
        {
            _counts.Clear();
            _windowEnds = now + window;
        }
        if (!_counts.TryGetValue(source, out int count) && _counts.Count >= SourcesMax) return true;
        if (count >= most) return false;
        _counts[source] = count + 1;
        return true;
    }
}
