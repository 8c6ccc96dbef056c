using Hhs.Model.Dag;

namespace Hhs.Model.Types.Capabilities;

/// <summary>What changed in a capability object between two versions; all lists in ordinal order.</summary>
/// <param name="IdentitiesAdded">Key ids that are known at the end only.</param>
/// <param name="IdentitiesGone">Key ids that are known at the start only (the end does not extend the start).</param>
/// <param name="Created">Capabilities that exist at the end only.</param>
/// <param name="Deleted">Capabilities that exist at the start only.</param>
/// <param name="Granted">Who holds what at the end and did not at the start.</param>
/// <param name="Revoked">Who held what at the start and does not at the end.</param>
/// <param name="RevisionBound">A version below which nothing can have changed.</param>
public sealed record CapabilityDelta(
    IReadOnlyList<string> IdentitiesAdded, IReadOnlyList<string> IdentitiesGone,
    IReadOnlyList<string> Created, IReadOnlyList<string> Deleted,
    IReadOnlyList<(string CapName, string KeyId)> Granted, IReadOnlyList<(string CapName, string KeyId)> Revoked,
    DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    /// <inheritdoc/>
    public override bool IsEmpty =>
        IdentitiesAdded.Count + IdentitiesGone.Count + Created.Count + Deleted.Count + Granted.Count + Revoked.Count == 0;

    /// <summary>Compares two versions, looking only at what lies above their revision bound.</summary>
    /// <remarks>
    /// Who holds a capability can differ only if a grant or revoke of it lies above the bound (its own, or one that a new
    /// operation is concurrent with), or if the capability was made or deleted above it: then everybody that ever had to do
    /// with it is looked at. The original leaves the latter out, and those who lose a deleted capability.
    /// </remarks>
    public static CapabilityDelta Between(ReplicatedCapabilities caps, DagVersion start, DagVersion end)
    {
        var bound = BoundOf(caps.Scope.Log, start, end);
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var pairs = new SortedSet<(string CapName, string KeyId)>(OrdinalPairs);
        foreach (int entry in EntriesAbove(caps.Scope.Log, bound, start, end)) Collect(entry);
        foreach (string name in names)
        {
            foreach (string grantee in caps.Index.GranteesOf(name)) pairs.Add((name, grantee));
        }

        CapabilityView before = caps.View(start), after = caps.View(end);
        var (idsGone, idsAdded) = Changes(ids, before.IsIdentity, after.IsIdentity);
        var (deleted, created) = Changes(names, before.Exists, after.Exists);
        var (revoked, granted) = Changes(pairs, p => before.HasCapability(p.KeyId, p.CapName), p => after.HasCapability(p.KeyId, p.CapName));
        return new(idsAdded, idsGone, created, deleted, granted, revoked, bound);

        void Collect(int entry)
        {
            string? cap = null, pair = null;
            foreach (var tag in caps.Scope.Log.TagsOf(entry))
            {
                switch (tag.Key)
                {
                    case CapabilityTags.Ids: ids.Add(tag.Value); break;
                    case CapabilityTags.Caps: names.Add(tag.Value); break;
                    case CapabilityTags.GrantedCap: cap = tag.Value; break;
                    case CapabilityTags.Grants: pair = tag.Value; break;
                }
            }
            if (pair is not null) pairs.Add((cap!, pair[(cap!.Length + 1)..]));
        }
    }

    private static (List<T> Before, List<T> After) Changes<T>(IEnumerable<T> all, Func<T, bool> before, Func<T, bool> after)
    {
        var lists = (Before: new List<T>(), After: new List<T>());
        foreach (var each in all)
        {
            bool was = before(each), isNow = after(each);
            if (was && !isNow) lists.Before.Add(each);
            if (!was && isNow) lists.After.Add(each);
        }
        return lists;
    }

    private static readonly Comparer<(string CapName, string KeyId)> OrdinalPairs = Comparer<(string CapName, string KeyId)>.Create(static (x, y) =>
        string.CompareOrdinal(x.CapName, y.CapName) is var order and not 0 ? order : string.CompareOrdinal(x.KeyId, y.KeyId));
}
