namespace Hhs.Model.Dag;

/// <summary>A position resolved against one log: its entries by number, and the history below them.</summary>
/// <remarks>
/// Shape: distinct tips in ascending order, not necessarily minimal; none for the version before the first entry. Valid for
/// the log that made it, for ever, since a log only grows. Made by <see cref="DagLog"/>. Source: wire.md section 1, positions.
/// </remarks>
public sealed class DagVersion
{
    private readonly int[] _tips;

    internal DagVersion(int[] tips, HistoryClock clock) => (_tips, Clock) = (tips, clock);

    /// <summary>The version before the first entry.</summary>
    public static readonly DagVersion Empty = new([], HistoryClock.Empty);

    /// <summary>The version's own entries, ascending.</summary>
    public ReadOnlySpan<int> Tips => _tips;

    /// <summary>What the version's history contains.</summary>
    public HistoryClock Clock { get; }
}
