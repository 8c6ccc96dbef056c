using Hhs.Model.Dag;

namespace Hhs.Model.Settling;

/// <summary>Lays entries out in the one order that extends causality and otherwise goes by rank.</summary>
/// <remarks>Source: docs/types/space.md, the settled order.</remarks>
internal static class SettledOrder
{
    /// <summary>The entries, repeatedly taking of those whose predecessors among them are all taken the one of the lowest rank.</summary>
    /// <param name="log">The log.</param>
    /// <param name="entries">Distinct entries; predecessors that are not among them count as taken.</param>
    /// <param name="rankOf">The rank of an entry.</param>
    public static List<int> Sort(DagLog log, IReadOnlyList<int> entries, Func<int, Rank> rankOf)
    {
        if (entries.Count < 2) return [.. entries];
        var at = new Dictionary<int, int>(entries.Count);
        for (int i = 0; i < entries.Count; i++) at.Add(entries[i], i);
        int[] waitsFor = new int[entries.Count];
        var followers = new List<int>?[entries.Count];
        for (int i = 0; i < entries.Count; i++)
        {
            foreach (int prev in log.PrevOf(entries[i]))
            {
                if (!at.TryGetValue(prev, out int p)) continue;
                waitsFor[i]++;
                (followers[p] ??= new(1)).Add(i);
            }
        }
        var ready = new PriorityQueue<int, Rank>();
        for (int i = 0; i < entries.Count; i++)
        {
            if (waitsFor[i] == 0) ready.Enqueue(i, rankOf(entries[i]));
        }
        var order = new List<int>(entries.Count);
        while (ready.TryDequeue(out int next, out _))
        {
            order.Add(entries[next]);
            foreach (int follower in followers[next] ?? [])
            {
                if (--waitsFor[follower] == 0) ready.Enqueue(follower, rankOf(entries[follower]));
            }
        }
        return order;
    }

    /// <summary>Seals in the order in which their histories are taken: of those whose seals in the past are all taken, the lowest rank.</summary>
    /// <remarks>Seals that are no chain cost the square of their number; only the seal authority can make such.</remarks>
    public static List<int> SortSeals(DagLog log, IEnumerable<int> seals, Func<int, Rank> rankOf)
    {
        var left = seals.Order().ToList();
        bool isChain = true;
        for (int i = 1; i < left.Count && isChain; i++) isChain = log.Precedes(left[i - 1], left[i]);
        if (isChain) return left;
        int[] waitsFor = [.. left.Select(seal => left.Count(other => other != seal && log.Precedes(other, seal)))];
        var ready = new PriorityQueue<int, Rank>();
        for (int i = 0; i < left.Count; i++)
        {
            if (waitsFor[i] == 0) ready.Enqueue(i, rankOf(left[i]));
        }
        var order = new List<int>(left.Count);
        while (ready.TryDequeue(out int next, out _))
        {
            order.Add(left[next]);
            for (int i = 0; i < left.Count; i++)
            {
                if (i != next && log.Precedes(left[next], left[i]) && --waitsFor[i] == 0) ready.Enqueue(i, rankOf(left[i]));
            }
        }
        return order;
    }
}
