using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Model.Types.Set;

/// <summary>What changed in a set between two versions.</summary>
/// <param name="Added">Hashes of the elements that are present at the end and were not at the start, in ordinal order.</param>
/// <param name="Removed">Hashes of the elements that were present at the start and are not at the end, in ordinal order.</param>
/// <param name="RevisionBound">A version below which nothing can have changed.</param>
public sealed record SetDelta(IReadOnlyList<ContentHash> Added, IReadOnlyList<ContentHash> Removed, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    /// <inheritdoc/>
    public override bool IsEmpty => Added.Count + Removed.Count == 0;

    /// <summary>Compares two versions, looking only at what lies above their meet.</summary>
    /// <remarks>
    /// An element's membership can differ only if an entry about it is in one history and not in the other: both the cover
    /// and the barriers that it depends on are made of such entries or of common ones.
    /// </remarks>
    public static SetDelta Between(ReplicatedSet set, DagVersion start, DagVersion end)
    {
        var log = set.Scope.Log;
        var touched = new SortedSet<ContentHash>();
        Collect(start, end);
        Collect(end, start);
        SetView before = set.View(start), after = set.View(end);
        var added = new List<ContentHash>();
        var removed = new List<ContentHash>();
        foreach (var element in touched)
        {
            bool was = before.HasByHash(element), holds = after.HasByHash(element);
            if (!was && holds) added.Add(element);
            if (was && !holds) removed.Add(element);
        }
        return new(added, removed, BoundOf(log, start, end));

        void Collect(DagVersion excluded, DagVersion included)
        {
            foreach (int entry in log.EntriesBetween(excluded, included))
            {
                foreach (var tag in set.Scope.TagsOf(entry, ReplicatedSet.ElementsKey))
                {
                    if (tag.ValueAsHash is { } element) touched.Add(element);
                }
            }
        }
    }
}
