using System.Security.Cryptography;
using System.Text;
using Hhs.Model.Hashing;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>The settled order, its parts, and what is final: docs/types/space.md, the settled order.</summary>
/// <param name="graph">The entries.</param>
/// <param name="space">The space's id.</param>
/// <param name="seniorityOf">Seniority of an entry.</param>
internal sealed class OracleOrder(OracleGraph graph, ContentHash space, Func<ContentHash, long> seniorityOf)
{
    /// <summary>A version's entries in parts: one for each seal, in the order of the seals, and what is in none.</summary>
    /// <returns>Each part with the seals up to it; the last one with none, for all of the version.</returns>
    public List<(ContentHash[] Seals, List<ContentHash> Entries)> Parts(HashSet<ContentHash> version)
    {
        var seals = version.Where(IsSeal).ToHashSet();
        var sealsInOrder = InOrder(seals, seal => seals.Where(other => graph.IsBefore(other, seal)));
        var taken = new HashSet<ContentHash>();
        var parts = new List<(ContentHash[], List<ContentHash>)>();
        for (int i = 0; i < sealsInOrder.Count; i++)
        {
            var part = graph.HistoryOf([sealsInOrder[i]]);
            part.ExceptWith(taken);
            parts.Add(([.. sealsInOrder.Take(i + 1)], InOrder(part, e => graph[e].Prev.Where(part.Contains))));
            taken.UnionWith(part);
        }
        var rest = version.Where(e => !taken.Contains(e)).ToHashSet();
        parts.Add(([], InOrder(rest, e => graph[e].Prev.Where(rest.Contains))));
        return parts;
    }

    public IReadOnlySet<ContentHash> Final(HashSet<ContentHash> version)
    {
        var seals = version.Where(IsSeal).ToList();
        return graph.HistoryOf(seals.Where(seal => !seals.Any(other => graph.AreConcurrent(seal, other))));
    }

    public List<(ContentHash, ContentHash)> Equivocations(HashSet<ContentHash> version)
    {
        var seals = version.Where(IsSeal).Order().ToList();
        return [.. from a in seals from b in seals where a < b && graph.AreConcurrent(a, b) orderby a, b select (a, b)];
    }

    // Repeatedly, of those whose predecessors are all taken, the one of the lowest rank.
    private List<ContentHash> InOrder(HashSet<ContentHash> entries, Func<ContentHash, IEnumerable<ContentHash>> predecessors)
    {
        var order = new List<ContentHash>();
        var left = entries.ToDictionary(e => e, e => (Rank: RankOf(e), Prev: predecessors(e).ToList()));
        var taken = new HashSet<ContentHash>();
        while (left.Count > 0)
        {
            ContentHash? lowest = null;
            foreach (var (entry, (rank, prev)) in left)
            {
                if (prev.All(taken.Contains) && (lowest is not { } other || Compare(rank, left[other].Rank) < 0)) lowest = entry;
            }
            order.Add(lowest!.Value);
            taken.Add(lowest.Value);
            left.Remove(lowest.Value);
        }
        return order;
    }

    private bool IsSeal(ContentHash entry) => graph[entry].Action == "seal";

    private (long Seniority, byte[] Tie) RankOf(ContentHash entry) => (seniorityOf(entry), SHA256.HashData(Encoding.UTF8.GetBytes($"{space}{entry}")));

    private static int Compare((long Seniority, byte[] Tie) x, (long Seniority, byte[] Tie) y) =>
        x.Seniority != y.Seniority ? x.Seniority.CompareTo(y.Seniority) : x.Tie.AsSpan().SequenceCompareTo(y.Tie);
}
