using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Model.Types.Set;

/// <summary>What changed in a set between two versions; all lists in ordinal order.</summary>
/// <param name="Added">Hashes of the elements that are present at the end and were not at the start.</param>
/// <param name="Removed">Hashes of the elements that were present at the start and are not at the end.</param>
/// <param name="Voided">Entries of both versions that counted at the start and do not at the end: their author's capability was gone.</param>
/// <param name="Revived">Entries of both versions that did not count at the start and do at the end.</param>
/// <param name="RevisionBound">A version below which nothing can have changed.</param>
public sealed record SetDelta(
    IReadOnlyList<ContentHash> Added, IReadOnlyList<ContentHash> Removed,
    IReadOnlyList<ContentHash> Voided, IReadOnlyList<ContentHash> Revived, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    /// <inheritdoc/>
    public override bool IsEmpty => Added.Count + Removed.Count + Voided.Count + Revived.Count == 0;

    /// <summary>Compares two versions, looking only at what lies above their revision bound.</summary>
    /// <remarks>
    /// An element's membership can differ only if an entry about it is in one history and not in the other, or counts in one view
    /// and not in the other: both kinds lie above the bound.
    /// </remarks>
    public static SetDelta Between(ReplicatedSet set, DagVersion start, DagVersion end)
    {
        var log = set.Scope.Log;
        var bound = set.Scope.RevisionBoundOf(set.Authority, start, end);
        SetView before = set.View(start), after = set.View(end);
        var touched = new SortedSet<ContentHash>();
        SortedSet<ContentHash> voided = [], revived = [];
        foreach (int entry in EntriesAbove(log, bound, start, end))
        {
            bool isAboutElement = false;
            foreach (var tag in set.Scope.TagsOf(entry, ReplicatedSet.ElementsKey))
            {
                isAboutElement = true;
                if (tag.ValueAsHash is { } element) touched.Add(element);
            }
            if (!isAboutElement || !log.Includes(start, entry) || !log.Includes(end, entry)) continue;
            bool counted = before.Counts(entry), counts = after.Counts(entry);
            if (counted && !counts) voided.Add(log.HashOf(entry));
            if (!counted && counts) revived.Add(log.HashOf(entry));
        }

        var added = new List<ContentHash>();
        var removed = new List<ContentHash>();
        foreach (var element in touched)
        {
            bool was = before.HasByHash(element), holds = after.HasByHash(element);
            if (!was && holds) added.Add(element);
            if (was && !holds) removed.Add(element);
        }
        return new(added, removed, [.. voided], [.. revived], bound);
    }
}
