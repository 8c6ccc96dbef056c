using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>docs/types/space.md read literally: each question walks the whole version again. Shares nothing with the engine but the capability type.</summary>
/// <remarks>
/// Of the page's types the five without sequences are here. Where the page speaks of winners of transactions, the oracle says the same of every entry that
/// is not live, by its own place; of answers that are Revived or Resolved, and of what is Dismissed, nobody.
/// </remarks>
internal sealed class SpaceOracle
{
    private readonly ContentHash _space;
    private readonly OracleOrder _order;
    private readonly Dictionary<ContentHash, long> _seniority = [];
    private readonly Dictionary<ContentHash, OracleWalk> _written = [];

    /// <param name="space">The space's id.</param>
    /// <param name="create">Its create payload.</param>
    /// <param name="entries">Admitted entries in any order, the create entry not among them.</param>
    public SpaceOracle(ContentHash space, Literal.Map create, params IEnumerable<OracleEntry> entries)
    {
        (_space, Create) = (space, create);
        _order = new(Graph, space, e => _seniority[e]);
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
        var verdict = WalkOf(Graph.HistoryOf([entry.Hash]), entry.Hash).VerdictOf(entry.Hash);
        if (isNew) Graph.Remove(entry.Hash);
        if (isNew) _seniority.Remove(entry.Hash);
        return verdict;
    }

    /// <summary>All entries that no other has in its history.</summary>
    public ContentHash[] Frontier() => [.. Graph.Maximal([.. Graph.All])];

    /// <summary>Whether an entry is live in the version that another one was written on.</summary>
    public bool WasLive(ContentHash entry, ContentHash writtenOn)
    {
        if (!_written.TryGetValue(writtenOn, out var walk)) _written.Add(writtenOn, walk = WalkOf(Graph.HistoryOf([writtenOn])));
        return walk.VerdictOf(entry).IsLive;
    }

    private OracleWalk WalkOf(HashSet<ContentHash> version, ContentHash? tried = null) => new(this, _order, version, tried);
}
