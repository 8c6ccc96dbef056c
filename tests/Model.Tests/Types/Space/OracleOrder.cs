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
    private readonly Dictionary<ContentHash, (long Seniority, byte[] Tie)> _ranks = [];

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
        var taken = new HashSet<ContentHash>();
        var prev = entries.ToDictionary(e => e, e => predecessors(e).ToList());
        var followers = prev.SelectMany(e => e.Value, (e, p) => (Of: p, Entry: e.Key)).ToLookup(f => f.Of, f => f.Entry);
        var ready = prev.Where(e => e.Value.Count == 0).Select(e => e.Key).ToHashSet();
        while (ready.Count > 0)
        {
            var lowest = ready.Aggregate((one, other) => Compare(RankOf(one), RankOf(other)) < 0 ? one : other);
            order.Add(lowest);
            taken.Add(lowest);
            ready.Remove(lowest);
            ready.UnionWith(followers[lowest].Where(f => prev[f].All(taken.Contains)));
        }
        return order;
    }

    private bool IsSeal(ContentHash entry) => graph[entry].Action == "seal";

    // A function of the entry's own history, which never changes.
    private (long Seniority, byte[] Tie) RankOf(ContentHash entry)
    {
        if (!_ranks.TryGetValue(entry, out var rank)) _ranks.Add(entry, rank = (seniorityOf(entry), SHA256.HashData(Encoding.UTF8.GetBytes($"{space}{entry}"))));
        return rank;
    }

    private static int Compare((long Seniority, byte[] Tie) x, (long Seniority, byte[] Tie) y) =>
        x.Seniority != y.Seniority ? x.Seniority.CompareTo(y.Seniority) : x.Tie.AsSpan().SequenceCompareTo(y.Tie);
}
