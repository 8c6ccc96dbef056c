using System.Runtime.InteropServices;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Npgsql;

namespace Hhs.Actors.Journal.Postgres;

/// <summary>The rows of one commit, and the one message that stores them.</summary>
/// <remarks>
/// Fence, rows, counts and COMMIT go to the server as one pipeline: one round trip, during which the rows of the objects are
/// locked. Since the fence compares the arrival numbers, too, sending a commit again that has been stored already is refused, and
/// harms nothing.
/// </remarks>
internal sealed class PostgresCommit
{
    private readonly Dictionary<ContentHash, HeldObject> _before = [], _after = [];
    private readonly List<long> _places = [], _checksums = [], _payloadChecksums = [];
    private readonly List<byte[]> _hashes = [], _payloadHashes = [], _prevs = [], _tags = [], _bodies = [];

    /// <summary>The objects as they are once this is stored.</summary>
    internal IReadOnlyCollection<HeldObject> After => _after.Values;

    /// <summary>Whether everything was there already.</summary>
    internal bool IsEmpty => _places.Count == 0;

    /// <summary>What the commit's preparation has to know the arrival numbers of, and that neither the batches nor the held objects tell.</summary>
    /// <param name="batches">What is to be stored.</param>
    /// <param name="held">Its objects.</param>
    /// <param name="entriesToo">Whether some entry may be there already.</param>
    internal static HashSet<(long Object, ContentHash Entry)> Unknown(IReadOnlyList<ObjectBatch> batches, IReadOnlyDictionary<ContentHash, HeldObject> held, bool entriesToo)
    {
        var earlier = new HashSet<(long, ContentHash)>();
        var unknown = new HashSet<(long, ContentHash)>();
        foreach (var batch in batches)
        {
            if (batch.Entries.Count == 0) continue;
            var o = held[batch.ObjectId];
            foreach (var entry in batch.Entries)
            {
                if (entriesToo && !o.Numbers.ContainsKey(entry.Entry)) unknown.Add((o.Id, entry.Entry));
                foreach (var prev in entry.Header.PrevEntryHashes)
                    if (!earlier.Contains((o.Id, prev)) && !o.Numbers.ContainsKey(prev)) unknown.Add((o.Id, prev));
                earlier.Add((o.Id, entry.Entry));
            }
        }
        return unknown;
    }

    /// <summary>Adds the entries of a batch that are not there.</summary>
    /// <exception cref="JournalException">A predecessor is missing.</exception>
    internal void Add(ObjectBatch batch, HeldObject held, IReadOnlyDictionary<(long Object, ContentHash Entry), long> found)
    {
        if (batch.Entries.Count == 0) return;
        var o = _after.GetValueOrDefault(batch.ObjectId, held);
        var numbers = new Dictionary<ContentHash, long>(o.Numbers);
        var tips = o.Frontier is { } frontier ? new HashSet<ContentHash>(frontier) : null;
        foreach (var entry in batch.Entries)
        {
            if (numbers.ContainsKey(entry.Entry) || found.ContainsKey((o.Id, entry.Entry))) continue;
            long bytes = AddRow(o, entry, numbers, found);
            numbers[entry.Entry] = o.Next;
            o = o with { Entries = o.Entries + 1, Next = o.Next + 1, Bytes = o.Bytes + bytes };
            tips?.ExceptWith(entry.Header.PrevEntryHashes);
            tips?.Add(entry.Entry);
        }
        if (o.Next == held.Next) return;
        _before.TryAdd(batch.ObjectId, held);
        // All numbers stay for a further batch of this commit; Settled lets go of those that the next commit will hardly need.
        _after[batch.ObjectId] = o with { Frontier = tips is null ? null : FrontierCode.Bounded(tips), Numbers = numbers };
    }

    private long AddRow(HeldObject o, JournalEntry entry, Dictionary<ContentHash, long> numbers, IReadOnlyDictionary<(long Object, ContentHash Entry), long> found)
    {
        var prevEntries = entry.Header.PrevEntryHashes;
        long[] prevNumbers = new long[prevEntries.Count];
        for (int i = 0; i < prevNumbers.Length; i++)
        {
            if (!numbers.TryGetValue(prevEntries[i], out prevNumbers[i]) && !found.TryGetValue((o.Id, prevEntries[i]), out prevNumbers[i]))
                throw JournalFaults.MissingPredecessor(o.Hash, entry.Entry, prevEntries[i]);
        }
        byte[] room = new byte[prevNumbers.Length * 5], hash = entry.Entry.ToBytes(), payloadHash = entry.Header.PayloadHash.ToBytes(), tags = Whole(entry.Tags), body = Whole(entry.Payload);
        byte[] prev = room[..RecordCode.WritePrev(o.Next, prevNumbers, room)];
        long place = RecordCode.Place(o.Id, o.Next);
        _places.Add(place);
        _hashes.Add(hash);
        _payloadHashes.Add(payloadHash);
        _prevs.Add(prev);
        _tags.Add(tags);
        _checksums.Add(RecordCode.Checksum(o.Hash, place, hash, payloadHash, prev, tags));
        _bodies.Add(body);
        _payloadChecksums.Add(RecordCode.PayloadChecksum(place, hash, body));
        return body.Length + tags.Length + prev.Length + JournalEntry.OverheadBytes;
    }

    private static byte[] Whole(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var part) && part.Array is { } array && part.Count == array.Length ? array : bytes.ToArray();

    /// <summary>Stores it. Durable when this returns; refused with <see cref="PostgresFaults.FencedState"/> where an object is not what it was prepared on.</summary>
    internal int Send(NpgsqlConnection connection)
    {
        var before = _before.Values.OrderBy(o => o.Id).ToArray();
        var after = before.Select(o => _after[o.Hash]).ToArray();
        long[] ids = [.. before.Select(o => o.Id)];
        using var batch = new NpgsqlBatch(connection);
        Command(batch, "BEGIN");
        Command(batch, "SELECT fence($1, $2, $3)", ids, before.Select(o => o.Epoch.Number).ToArray(), before.Select(o => o.Next).ToArray());
        Command(batch, "INSERT INTO entry SELECT * FROM unnest($1, $2, $3, $4, $5, $6)",
            _places.ToArray(), _hashes.ToArray(), _payloadHashes.ToArray(), _prevs.ToArray(), _tags.ToArray(), _checksums.ToArray());
        Command(batch, "INSERT INTO payload SELECT * FROM unnest($1, $2, $3)", _places.ToArray(), _bodies.ToArray(), _payloadChecksums.ToArray());
        foreach (var o in before.Where(o => o.AnyQuarantined))
            Command(batch, "DELETE FROM quarantine WHERE object = $1 AND entry = ANY ($2)", o.Hash.ToBytes(), RowsOf(o).Select(row => _hashes[row]).ToArray());
        Command(batch, "UPDATE object o SET entries = w.entries, next = w.next, frontier = w.frontier, bytes = w.bytes FROM unnest($1, $2, $3, $4, $5) AS w (id, entries, next, frontier, bytes) WHERE o.id = w.id",
            ids, after.Select(o => o.Entries).ToArray(), after.Select(o => o.Next).ToArray(), after.Select(o => FrontierCode.Write(o.Hash, o.Entries, o.Frontier)).ToArray(), after.Select(o => o.Bytes).ToArray());
        Command(batch, "COMMIT");
        return batch.ExecuteNonQuery();
    }

    /// <summary>Whether every row of it is stored: a commit whose answer was lost has taken effect.</summary>
    internal bool IsStored(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("SELECT count(*) FROM unnest($1, $2) AS w (place, hash) JOIN entry e ON e.place = w.place AND e.hash = w.hash", connection)
        {
            Parameters = { new() { Value = _places.ToArray() }, new() { Value = _hashes.ToArray() } },
        };
        return (long)command.ExecuteScalar()! == _places.Count;
    }

    /// <summary>An object of this commit that somebody else has acquired or removed, or the first one if it cannot be told.</summary>
    internal ContentHash FencedOne(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("SELECT w.id FROM unnest($1, $2) AS w (id, epoch) LEFT JOIN object o ON o.id = w.id WHERE o.epoch IS DISTINCT FROM w.epoch LIMIT 1", connection)
        {
            Parameters = { new() { Value = _before.Values.Select(o => o.Id).ToArray() }, new() { Value = _before.Values.Select(o => o.Epoch.Number).ToArray() } },
        };
        object? id = command.ExecuteScalar();
        return (_before.Values.FirstOrDefault(o => id is long number && o.Id == number) ?? _before.Values.First()).Hash;
    }

    /// <summary>An object as it is to be remembered after the commit.</summary>
    internal static HeldObject Settled(HeldObject after) =>
        after with { Numbers = after.Frontier?.Where(after.Numbers.ContainsKey).ToDictionary(tip => tip, tip => after.Numbers[tip]) ?? [] };

    private IEnumerable<int> RowsOf(HeldObject o) => Enumerable.Range(0, _places.Count).Where(row => _places[row] >> 32 == o.Id);

    private static void Command(NpgsqlBatch batch, string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (object value in parameters) command.Parameters.Add(new() { Value = value });
        batch.BatchCommands.Add(command);
    }

}
