using Hhs.Model.Dag;

namespace Hhs.Model.Types;

/// <summary>What changed in an object's views between two versions; each type adds its own lists.</summary>
/// <param name="RevisionBound">A version below which nothing can have changed; the whole history where the two versions are one.</param>
public abstract record ObjectDelta(DagVersion RevisionBound)
{
    /// <summary>Whether nothing changed.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>The bound for an object that observes no other: the meet of where the two versions part.</summary>
    /// <remarks>
    /// What only one version has lies above the places where they part. An entry below all of these is in the history of
    /// all that differs, so nothing that differs is later on another branch, and no barrier of it can void the entry.
    /// </remarks>
    public static DagVersion BoundOf(DagLog log, DagVersion start, DagVersion end)
    {
        var fork = log.Fork(start, end);
        if (fork.ForkA.Count + fork.ForkB.Count == 0) return log.MinimalCover(start);
        // An entry without predecessors is concurrent with everything (supplement section 4).
        foreach (int entry in fork.ForkA.Concat(fork.ForkB))
        {
            if (log.PrevOf(entry).Length == 0) return DagVersion.Empty;
        }
        return log.Meet([.. fork.Common.Select(entry => log.VersionOf(entry))]);
    }

    /// <summary>The entries that either version has and the bound has not, each after its predecessors.</summary>
    protected static IEnumerable<int> EntriesAbove(DagLog log, DagVersion bound, DagVersion start, DagVersion end) =>
        log.EntriesBetween(bound, start).Union(log.EntriesBetween(bound, end)).Order();
}
