namespace Hhs.Model.Dag;

/// <summary>Finds where two versions part, looking only at where their clocks differ.</summary>
/// <remarks>
/// An entry of one side only belongs to the fork if it has no predecessor or one in the common history. In a chain, the
/// side's own entries are a range above the common ones. Within the range an entry whose one predecessor is the chain's
/// previous entry does not qualify, except the first of the range: so the first and the *junctions* (all other kinds of
/// entry) are all that need a look. Cost: chains that differ, and junctions in the ranges.
/// Source: wire.md section 1, fork position.
/// </remarks>
internal static class ForkQuery
{
    public static ForkPosition Run(DagLog log, DagVersion a, DagVersion b)
    {
        var common = new HashSet<int>();
        var differences = HistoryClock.Differences(a.Clock, b.Clock);
        var forkA = Fork(log, differences, isLeft: true, b, common);
        var frontier = Frontier(log, a, b, common);
        var forkB = Fork(log, differences, isLeft: false, a, common);
        return new(frontier, log.InHashOrder([.. common]), log.InHashOrder(forkA), log.InHashOrder(forkB));
    }

    public static DagVersion CommonFrontier(DagLog log, DagVersion a, DagVersion b)
    {
        if (log.Includes(a, b)) return log.MinimalCover(b);
        var common = new HashSet<int>();
        Fork(log, HistoryClock.Differences(a.Clock, b.Clock), isLeft: true, b, common);
        return Frontier(log, a, b, common);
    }

    private static List<int> Fork(
        DagLog log, IReadOnlyList<ClockDifference> differences, bool isLeft, DagVersion other, HashSet<int> common)
    {
        var fork = new List<int>();
        foreach (var (chain, left, right) in differences)
        {
            var (start, end) = isLeft ? (right, left) : (left, right);
            if (start >= end) continue;
            Look(start);
            ref readonly var junctions = ref log.ChainsOfGraph.JunctionsOf(chain);
            for (int i = junctions.CountBelow(start + 1); i < junctions.Count && junctions[i] < end; i++) Look(junctions[i]);

            void Look(int position)
            {
                int entry = log.ChainsOfGraph.EntryAt(chain, position);
                var prev = log.PrevOf(entry);
                bool belongs = prev.Length == 0;
                foreach (int p in prev)
                {
                    if (!log.Includes(other, p)) continue;
                    belongs = true;
                    common.Add(p);
                }
                if (belongs) fork.Add(entry);
            }
        }
        return fork;
    }

    // A maximal entry of the common history is a tip of A, or all its successors in A's history are A's only, so it is one
    // of the common predecessors of A's fork. One side's candidates are enough.
    private static DagVersion Frontier(DagLog log, DagVersion a, DagVersion b, HashSet<int> commonOfA)
    {
        var candidates = new SortedSet<int>(commonOfA);
        foreach (int tip in a.Tips)
        {
            if (log.Includes(b, tip)) candidates.Add(tip);
        }
        return log.VersionOf(log.Maximal([.. candidates]));
    }
}
