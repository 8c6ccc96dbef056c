using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Settling;

namespace Hhs.Model.Types.Space;

/// <summary>What the seals of a settled order make final.</summary>
/// <param name="FinalVersion">The histories of the seals that are concurrent with no other.</param>
/// <param name="Equivocations">The first pairs of seals that are concurrent.</param>
/// <param name="EquivocationCount">How many such pairs there are.</param>
internal sealed record Sealing(DagVersion FinalVersion, IReadOnlyList<(ContentHash One, ContentHash Other)> Equivocations, int EquivocationCount)
{
    public static Sealing Of(DagLog log, Settled<SpaceState>? last)
    {
        var seals = new List<int>();
        for (var seal = last?.Seal; seal is not null; seal = seal.Before?.Seal) seals.Add(seal.Entry);
        seals.Sort();
        bool isChain = true;
        for (int i = 1; i < seals.Count && isChain; i++) isChain = log.Precedes(seals[i - 1], seals[i]);
        if (isChain) return new(seals.Count == 0 ? DagVersion.Empty : log.VersionOf(seals[^1]), [], 0);

        var unsound = new HashSet<int>();
        var first = new SortedSet<(ContentHash One, ContentHash Other)>();
        int count = 0;
        for (int i = 0; i < seals.Count; i++)
        {
            for (int j = i + 1; j < seals.Count; j++)
            {
                if (log.Precedes(seals[i], seals[j])) continue;
                unsound.UnionWith([seals[i], seals[j]]);
                count++;
                ContentHash one = log.HashOf(seals[i]), other = log.HashOf(seals[j]);
                first.Add(one < other ? (one, other) : (other, one));
                if (first.Count > Limits.WinnersMax) first.Remove(first.Max);
            }
        }
        return new(log.VersionOf([.. seals.Where(seal => !unsound.Contains(seal))]), [.. first], count);
    }
}
