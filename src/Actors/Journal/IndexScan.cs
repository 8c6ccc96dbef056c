using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Journal;

/// <summary>One walk over the index records of one object that lets only intact ones through, and lists the others.</summary>
/// <remarks>
/// Arrival order is topological, so one pass finds all that depends on a damaged record. The walk checks each record's
/// checksum, that its header hashes to its name, and that its predecessors came through before it; at the end it compares
/// the number of records with the one kept beside the object, which tells of records that are gone without a trace.
/// </remarks>
internal sealed class IndexScan(ContentHash objectId, IndexCounts counts, IReadOnlyDictionary<long, string> damaged)
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

    /// <summary>The intact ones of an object's records, which the store hands over in the order of their places, out of one snapshot with its counts.</summary>
    internal IEnumerable<(long Place, IndexedEntry Entry)> Walk(IEnumerable<IIndexRow> rows)
    {
        foreach (var row in rows)
        {
            long place = row.Place;
            if (Fault(row, place, out var entry) is { } reason)
            {
                var name = row.Hash;
                Found.Add(new(place, name.Length == ContentHash.SizeBytes ? ContentHash.FromDigest(name) : null, reason));
                continue;
            }
            Intact++;
            yield return (place, entry);
        }
        Missing = Math.Max(0, counts.Entries - Intact - Found.Count);
        Frontier = FrontierCode.Bounded([.. _names.Where((name, number) => name is not null && !_builtOn[number]).Take(FrontierCode.HashesMax + 1).Select(name => name!.Value)]);
        NeedsRepair = Found.Count > 0 || counts.Entries != Intact || counts.Next < _names.Count || !counts.Trusted || !Equals(counts.Frontier, Frontier);
    }

    /// <summary>Takes back a record that came through, since its payload is gone: what depends on it will not come through.</summary>
    internal void Withdraw(long place)
    {
        _names[(int)RecordCode.Number(place)] = null;
        Intact--;
    }

    private string? Fault(IIndexRow row, long place, out IndexedEntry entry)
    {
        entry = null!;
        ReadOnlySpan<byte> hash = row.Hash, payloadHash = row.PayloadHash, prev = row.Prev, tags = row.Tags;
        if (RecordCode.Checksum(objectId, place, hash, payloadHash, prev, tags) != row.Checksum) return "the record does not match its checksum";
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
}
