using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Space;

/// <summary>docs/types/space.md read literally: each question walks the whole version again. Shares nothing with the engine but the capability type.</summary>
/// <remarks>
/// Where the page leaves something open, the oracle takes: a plain operation is asked of its member as its author saw it (what was live of its
/// history), one of a transaction in the state; a <c>holds</c> among the conditions is asked as what an action takes; what the page says of
/// "void" entries that were counted on is meant of pending ones too; an action for which nothing is required is anybody's; conditions are counted from 0.
/// </remarks>
internal sealed class SpaceOracle
{
    private readonly ContentHash _space;
    private readonly Dictionary<ContentHash, long> _seniority = [];

    /// <param name="space">The space's id.</param>
    /// <param name="create">Its create payload.</param>
    /// <param name="entries">Admitted entries in any order, the create entry not among them.</param>
    public SpaceOracle(ContentHash space, Literal.Map create, params IEnumerable<OracleEntry> entries)
    {
        (_space, Create) = (space, create);
        Authority = new(Graph, space, create);
        Add(new OracleEntry(space, [], create));
        var left = entries.ToList();
        while (left.Count > 0)
        {
            foreach (var entry in left.Where(e => e.Prev.All(Graph.Has)).ToList())
            {
                Add(entry);
                left.Remove(entry);
            }
        }
    }

    public Literal.Map Create { get; }

    public OracleGraph Graph { get; } = new();

    public OracleAuthority Authority { get; }

    /// <summary>Adds an admitted entry whose predecessors are there.</summary>
    public void Add(OracleEntry entry)
    {
        Graph.Add(entry);
        Authority.Add(entry);
        _seniority.Add(entry.Hash, Authority.SeniorityOf(entry));
    }

    /// <summary>The version with the tips.</summary>
    public OracleOutcome Settle(params IReadOnlyCollection<ContentHash> tips) => WalkOf(Graph.HistoryOf(tips)).Outcome();

    /// <summary>The version with the tips, and the entry on top of them although it is not admitted yet.</summary>
    public OracleVerdict Try(OracleEntry entry)
    {
        bool isNew = !Graph.Has(entry.Hash);
        if (isNew) Graph.Add(entry);
        if (isNew) _seniority.Add(entry.Hash, Authority.SeniorityOf(entry));
        var verdict = WalkOf(Graph.HistoryOf([entry.Hash])).VerdictOf(entry.Hash);
        if (isNew) Graph.Remove(entry.Hash);
        if (isNew) _seniority.Remove(entry.Hash);
        return verdict;
    }

    /// <summary>All entries that no other has in its history.</summary>
    public ContentHash[] Frontier() => [.. Graph.Maximal([.. Graph.All])];

    private OracleWalk WalkOf(HashSet<ContentHash> version) => new(this, new OracleOrder(Graph, _space, e => _seniority[e]), version);
}
