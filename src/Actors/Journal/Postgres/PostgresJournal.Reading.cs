using Hhs.Actors.Telemetry;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Npgsql;

namespace Hhs.Actors.Journal.Postgres;

/// <summary>Reading, with the checks that every read makes. What is read is what the database says now, whoever wrote it.</summary>
public sealed partial class PostgresJournal
{
    /// <inheritdoc/>
    public IReadOnlyList<ObjectSummary> Objects
    {
        get
        {
            var objects = ReadObjects();
            foreach (var (number, summary, isTrusted) in objects) if (!isTrusted) Repair(summary.ObjectId, number, NoneKnown);
            return [.. (objects.All(o => o.IsTrusted) ? objects : ReadObjects()).Select(o => o.Summary)];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<NumberedObject> ObjectsFrom(long number) => Read(connection =>
    {
        var objects = new List<NumberedObject>();
        using var command = connection.Command("SELECT id, hash FROM object WHERE id >= $1 AND entries > 0 ORDER BY id", number);
        using var rows = command.ExecuteReader();
        while (rows.Read()) if (rows.GetFieldValue<byte[]>(1) is { Length: ContentHash.SizeBytes } hash) objects.Add(new(rows.GetInt64(0), ContentHash.FromDigest(hash)));
        return objects;
    });

    private List<(long Number, ObjectSummary Summary, bool IsTrusted)> ReadObjects() => Read(connection =>
    {
        var objects = new List<(long, ObjectSummary, bool)>();
        using var command = connection.Command("SELECT id, hash, entries, next, frontier FROM object WHERE next > 0 ORDER BY id");
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            // An object whose name is no hash cannot be asked for; its records stay where they are.
            if (rows.GetFieldValue<byte[]>(1) is not { Length: ContentHash.SizeBytes } hash) continue;
            var id = ContentHash.FromDigest(hash);
            var counts = IndexCounts.Read(id, rows.GetInt64(2), rows.GetInt64(3), rows.GetFieldValue<byte[]>(4));
            objects.Add((rows.GetInt64(0), new(id, counts.Entries, counts.Frontier), counts.Trusted));
        }
        return objects;
    });

    /// <inheritdoc/>
    public IEnumerable<IndexedEntry> ReadIndex(ContentHash objectId)
    {
        long number;
        bool needsRepair;
        using (var rented = Rent())
        {
            using var index = Ask(() => new PostgresIndex(rented.Connection, objectId, withPayloads: false));
            if (!index.IsHere) yield break;
            number = index.ObjectNumber;
            var scan = new IndexScan(objectId, index.Counts, NoneKnown);
            using var entries = scan.Walk(index.Rows()).GetEnumerator();
            while (Ask(entries.MoveNext)) yield return entries.Current.Entry;
            needsRepair = scan.NeedsRepair;
        }
        if (needsRepair) Repair(objectId, number, NoneKnown);
    }

    /// <inheritdoc/>
    public bool Contains(ContentHash objectId, ContentHash entry) => Read(connection =>
        connection.Scalar("SELECT 1 FROM object o JOIN entry e ON e.place >> 32 = o.id AND e.hash = $2 WHERE o.hash = $1", objectId.ToBytes(), entry.ToBytes()) is not null);

    /// <inheritdoc/>
    public bool TryReadPayload(ContentHash objectId, ContentHash entry, out ReadOnlyMemory<byte> payload)
    {
        var (isThere, place, body, checksum) = Read(connection => FindPayload(connection, objectId, entry));
        payload = body;
        if (!isThere) return false;
        string? damage = body is null ? "the payload is missing"
            : RecordCode.PayloadChecksum(place, entry.ToBytes(), body) != checksum ? "the payload does not match its checksum" : null;
        if (damage is null) return true;
        Repair(objectId, place >> 32, new Dictionary<long, string> { [place] = damage });
        payload = default;
        throw PostgresFaults.Of(JournalFault.DamagedRecord, _link.Store, $"entry {entry} of object {objectId}: {damage}");
    }

    private static (bool IsThere, long Place, byte[]? Body, long Checksum) FindPayload(NpgsqlConnection connection, ContentHash objectId, ContentHash entry)
    {
        using var command = connection.Command(
            """
            SELECT e.place, p.body, p.checksum FROM object o JOIN entry e ON e.place >> 32 = o.id AND e.hash = $2 LEFT JOIN payload p ON p.place = e.place
            WHERE o.hash = $1
            """, objectId.ToBytes(), entry.ToBytes());
        using var row = command.ExecuteReader();
        if (!row.Read()) return default;
        return row.IsDBNull(1) ? (true, row.GetInt64(0), null, 0) : (true, row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2));
    }

    /// <inheritdoc/>
    public JournalVerification VerifyAll(IProgress<long>? progress = null)
    {
        long entries = 0, bytes = 0, seen = 0;
        var quarantined = new List<QuarantinedRecord>();
        foreach (var o in Objects)
        {
            var damaged = new Dictionary<long, string>();
            long number;
            bool needsRepair;
            using (var rented = Rent())
            {
                using var index = Ask(() => new PostgresIndex(rented.Connection, o.ObjectId, withPayloads: true));
                var scan = new IndexScan(o.ObjectId, index.Counts, NoneKnown);
                PostgresIndex.Row current = null!;
                foreach (var (place, entry) in scan.Walk(index.Rows().Select(row => current = row)))
                {
                    if (++seen % 1000 == 0) progress?.Report(seen);
                    if (PayloadFault(current, entry) is { } fault) damaged[place] = fault;
                    bytes += current.Body?.Length ?? 0;
                }
                number = index.ObjectNumber;
                needsRepair = index.IsHere && (scan.NeedsRepair || damaged.Count > 0);
            }
            if (needsRepair) quarantined.AddRange(Repair(o.ObjectId, number, damaged));
        }
        foreach (var o in ReadObjects()) entries += o.Summary.EntryCount;
        progress?.Report(seen);
        return new(entries, bytes, quarantined);
    }

    private static string? PayloadFault(PostgresIndex.Row row, IndexedEntry entry)
    {
        if (row.Body is not { } body) return "the payload is missing";
        if (RecordCode.PayloadChecksum(row.Place, row.Hash, body) != row.BodyChecksum) return "the payload does not match its checksum";
        if (!LiteralReader.TryRead(body, out var literal, out var why)) return $"the payload cannot be read ({why.Detail})";
        return CanonicalJson.Hash(literal) == entry.Header.PayloadHash ? null : "the payload does not hash to the header's payload hash";
    }

    /// <inheritdoc/>
    public bool TryGetSetting(string name, out ReadOnlyMemory<byte> value)
    {
        byte[]? bytes = Read(connection => (byte[]?)connection.Scalar("SELECT value FROM setting WHERE name = $1", name));
        value = bytes;
        return bytes is not null;
    }

    /// <inheritdoc/>
    public void PutSetting(string name, ReadOnlyMemory<byte>? value) => Read(connection => value is { } bytes
        ? connection.Execute("INSERT INTO setting VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2", name, bytes.ToArray())
        : connection.Execute("DELETE FROM setting WHERE name = $1", name));

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Settings(string prefix) => Read(connection =>
    {
        var settings = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        using var command = connection.Command("SELECT name, value FROM setting WHERE name >= $1 AND starts_with(name, $1)", prefix);
        using var rows = command.ExecuteReader();
        while (rows.Read()) settings[rows.GetString(0)] = rows.GetFieldValue<byte[]>(1);
        return settings.ToArray();
    });

    private T Read<T>(Func<NpgsqlConnection, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _link.Read(work);
    }

    private PostgresLink.Rented Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _link.Rent();
    }

    // In the middle of reading there is no trying again: the caller starts over.
    private T Ask<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is NpgsqlException or IOException)
        {
            throw PostgresFaults.From(e, _link.Store);
        }
    }

    private static readonly IReadOnlyDictionary<long, string> NoneKnown = new Dictionary<long, string>();
}
