using Hhs.Model.Dag;
using Hhs.Model.Settling;

namespace Hhs.Model.Types.Space;

/// <summary>What the seals of a settled order make final.</summary>
/// <param name="FinalVersion">The histories of the seals that are concurrent with no other.</param>
/// <param name="Equivocations">The pairs of seals that are concurrent.</param>
internal sealed record Sealing(DagVersion FinalVersion, IReadOnlyList<(int One, int Other)> Equivocations)
{
    public static Sealing Of(DagLog log, Settled<SpaceState>? last)
    {
        var seals = new List<int>();
        for (var seal = last?.Seal; seal is not null; seal = seal.Before?.Seal) seals.Add(seal.Entry);
        seals.Sort();
        var contradicting = new List<(int, int)>();
        bool isChain = true;
        for (int i = 1; i < seals.Count && isChain; i++) isChain = log.Precedes(seals[i - 1], seals[i]);
        for (int i = 0; i < seals.Count && !isChain; i++)
        {
            for (int j = i + 1; j < seals.Count && contradicting.Count < PairsMax; j++)
            {
                if (!log.Precedes(seals[i], seals[j])) contradicting.Add((seals[i], seals[j]));
            }
        }
        var unsound = contradicting.SelectMany(pair => new[] { pair.Item1, pair.Item2 }).ToHashSet();
        if (contradicting.Count == PairsMax) unsound.UnionWith(seals);
        return new(log.VersionOf([.. seals.Where(seal => !unsound.Contains(seal))]), contradicting);
    }

    // So many contradictions say all there is to say; nothing is final then.
    private const int PairsMax = 10_000;
}
