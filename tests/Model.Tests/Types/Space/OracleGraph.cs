using Hhs.Model.Hashing;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>Entries and their histories, as explicit sets.</summary>
internal sealed class OracleGraph
{
    private readonly Dictionary<ContentHash, OracleEntry> _entries = [];
    private readonly Dictionary<ContentHash, HashSet<ContentHash>> _before = [];

    public OracleEntry this[ContentHash hash] => _entries[hash];

    public bool Has(ContentHash hash) => _entries.ContainsKey(hash);

    public int Count => _entries.Count;

    public IEnumerable<ContentHash> All => _entries.Keys;

    /// <summary>Adds an entry whose predecessors are there.</summary>
    public void Add(OracleEntry entry)
    {
        _entries.Add(entry.Hash, entry);
        _before.Add(entry.Hash, HistoryOf(entry.Prev));
    }

    /// <summary>Takes an entry out on which nothing was built.</summary>
    public void Remove(ContentHash entry)
    {
        _entries.Remove(entry);
        _before.Remove(entry);
    }

    /// <summary>What is below an entry, itself not included.</summary>
    public HashSet<ContentHash> Before(ContentHash entry) => _before[entry];

    /// <summary>The tips and all below.</summary>
    public HashSet<ContentHash> HistoryOf(IEnumerable<ContentHash> tips)
    {
        var history = new HashSet<ContentHash>();
        foreach (var tip in tips)
        {
            history.Add(tip);
            history.UnionWith(_before[tip]);
        }
        return history;
    }

    public bool IsBefore(ContentHash entry, ContentHash later) => _before[later].Contains(entry);

    public bool AreConcurrent(ContentHash a, ContentHash b) => a != b && !IsBefore(a, b) && !IsBefore(b, a);

    /// <summary>Those that no other of them has in its history.</summary>
    public IEnumerable<ContentHash> Maximal(IReadOnlyCollection<ContentHash> entries)
    {
        // Most are right below another one, and need no search.
        var left = entries.Except(entries.SelectMany(e => _entries[e].Prev)).ToList();
        return left.Where(e => !left.Any(other => IsBefore(e, other)));
    }
}
