using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Journal;

/// <summary>One walk over the index records of one object that lets only intact ones through, and lists the others.</summary>
/// <remarks>
/// Arrival order is topological, so one pass finds all that depends on a damaged record. The walk checks each record's
/// checksum, that its header hashes to its name, and that its predecessors came through before it; at the end it compares
/// the number of records with the one kept beside the object, which tells of records that are gone without a trace.
/// </remarks>
internal sealed class IndexScan(SqliteSession session, long objectNumber, ContentHash objectId, IReadOnlyDictionary<long, string> damaged)
{
    private readonly List<ContentHash?> _names = [];   // by arrival number; null where nothing intact is
    private readonly List<bool> _builtOn = [];   // likewise: whether another intact record has it for a predecessor
    private readonly List<long> _prev = [];

    /// <summary>A record that may not be used.</summary>
    internal readonly record struct Condemned(long Place, ContentHash? Entry, string Reason);

    /// <summary>What may not be used, in arrival order; complete when the walk has ended.</summary>
    internal List<Condemned> Found { get; } = [];

    /// <summary>Intact records so far.</summary>
    internal long Intact { get; private set; }

    /// <summary>How many records the store had counted, but are not there.</summary>
    internal long Missing { get; private set; }

    /// <summary>The intact records that no other builds on, if they are few enough to be kept; complete when the walk has ended.</summary>
    internal Position? Frontier { get; private set; }

    /// <summary>Whether the store has to be put right: something is condemned, or its counts or its frontier are wrong.</summary>
    internal bool NeedsRepair { get; private set; }

    /// <summary>The intact records. With <paramref name="oneByOne"/>, goes on behind pages that cannot be read. The caller holds a transaction, and uses no other index scan on the session meanwhile.</summary>
    internal IEnumerable<(long Place, IndexedEntry Entry)> Walk(bool oneByOne = false)
    {
        // One by one is how old and broken stores are read, and those may have no frontiers.
        var counts = session[oneByOne ? "SELECT entries, next FROM object WHERE id = ?" : "SELECT entries, next, frontier FROM object WHERE id = ?"].Bind(objectNumber);
        bool listed = counts.Step();
        long entries = listed ? counts.Integer(0) : 0, next = listed ? counts.Integer(1) : 0;
        Position? kept = null;
        bool trusted = listed && !oneByOne && FrontierCode.TryRead(objectId, entries, counts.Blob(2), out kept);
        counts.Reset();

        foreach (var row in oneByOne ? RowsOneByOne(next) : Rows())
        {
            long place = row.Integer(0);
            if (Fault(row, place, out var entry) is { } reason)
            {
                var name = row.Blob(1);
                Found.Add(new(place, name.Length == ContentHash.SizeBytes ? ContentHash.FromDigest(name) : null, reason));
                continue;
            }
            Intact++;
            yield return (place, entry);
        }
        Missing = Math.Max(0, entries - Intact - Found.Count);
        Frontier = FrontierCode.Bounded([.. _names.Where((name, number) => name is not null && !_builtOn[number]).Take(FrontierCode.HashesMax + 1).Select(name => name!.Value)]);
        NeedsRepair = Found.Count > 0 || entries != Intact || next < _names.Count || !trusted || !Equals(kept, Frontier);
    }

    /// <summary>Takes back a record that came through, since its payload is gone: what depends on it will not come through.</summary>
    internal void Withdraw(long place)
    {
        _names[(int)RecordCode.Number(place)] = null;
        Intact--;
    }

    private IEnumerable<SqliteStatement> Rows()
    {
        var rows = session[$"{Columns} WHERE place >= ? AND place < ? ORDER BY place"]
            .Bind(RecordCode.Place(objectNumber, 0)).Bind(RecordCode.Place(objectNumber + 1, 0));
        while (rows.Step()) yield return rows;
    }

    private IEnumerable<SqliteStatement> RowsOneByOne(long next)
    {
        for (long number = 0; number < next; number++)
        {
            var row = session[$"{Columns} WHERE place = ?"].Bind(RecordCode.Place(objectNumber, number));
            bool read;
            try
            {
                read = row.Step();
            }
            catch (JournalException e) when (e.Fault == JournalFault.Corrupt)
            {
                continue;
            }
            if (read) yield return row;
        }
    }

    private string? Fault(SqliteStatement row, long place, out IndexedEntry entry)
    {
        entry = null!;
        ReadOnlySpan<byte> hash = row.Blob(1), payloadHash = row.Blob(2), prev = row.Blob(3), tags = row.Blob(4);
        if (RecordCode.Checksum(objectId, place, hash, payloadHash, prev, tags) != row.Integer(5)) return "the record does not match its checksum";
        long number = RecordCode.Number(place);
        if (hash.Length != ContentHash.SizeBytes || payloadHash.Length != ContentHash.SizeBytes || !RecordCode.TryReadPrev(number, prev, _prev))
            return "the record is not well formed";
        if (damaged.TryGetValue(place, out var known)) return known;

        var names = new ContentHash[_prev.Count];
        for (int i = 0; i < names.Length; i++)
        {
            if (_prev[i] >= _names.Count || _names[(int)_prev[i]] is not { } name) return "it depends on a record that is damaged or missing";
            names[i] = name;
        }
        var header = new Header(ContentHash.FromDigest(payloadHash), Position.Of(names));
        if (header.Hash != ContentHash.FromDigest(hash)) return "the header does not hash to the record's name";
        while (_names.Count < number) _names.Add(null);
        while (_builtOn.Count <= number) _builtOn.Add(false);
        _names.Add(header.Hash);
        foreach (long before in _prev) _builtOn[(int)before] = true;
        entry = new(header, tags.ToArray());
        return null;
    }

    private const string Columns = "SELECT place, hash, payload_hash, prev, tags, checksum FROM entry";
}
