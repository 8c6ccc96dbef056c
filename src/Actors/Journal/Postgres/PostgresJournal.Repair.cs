using Hhs.Actors.Telemetry;
using Hhs.Model.Hashing;
using Npgsql;

namespace Hhs.Actors.Journal.Postgres;

/// <summary>Putting aside what is damaged.</summary>
public sealed partial class PostgresJournal
{
    // Looks again with the object's row locked, since more can have been appended on top of what a reader found damaged.
    private List<QuarantinedRecord> Repair(ContentHash objectId, long objectNumber, IReadOnlyDictionary<long, string> damaged)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                return _link.Write(connection => Rescan(connection, objectId, objectNumber, damaged));
            }
            catch (PostgresException e)
            {
                throw PostgresFaults.From(e, _link.Store);
            }
        }
    }

    private List<QuarantinedRecord> Rescan(NpgsqlConnection connection, ContentHash objectId, long objectNumber, IReadOnlyDictionary<long, string> damaged)
    {
        var quarantined = new List<QuarantinedRecord>();
        using var transaction = connection.BeginTransaction();
        // Dropped meanwhile, and perhaps made anew: nothing of what was seen is left.
        if (connection.Scalar("SELECT epoch FROM object WHERE id = $1 AND hash = $2 FOR UPDATE", objectNumber, objectId.ToBytes()) is not long epoch) return quarantined;
        IndexScan scan;
        IndexCounts counts;
        using (var index = new PostgresIndex(connection, objectId, withPayloads: false, inTransaction: true))
        {
            counts = index.Counts;
            scan = new(objectId, counts, damaged);
            foreach (var _ in scan.Walk(index.Rows())) { }
        }
        foreach (var condemned in scan.Found)
        {
            MoveToQuarantine(connection, objectId, condemned);
            quarantined.Add(new(objectId, condemned.Entry, condemned.Reason));
        }
        if (scan.Missing > 0)
        {
            string reason = $"{scan.Missing} records are missing";
            connection.Execute("INSERT INTO quarantine (object, reason) VALUES ($1, $2)", objectId.ToBytes(), reason);
            quarantined.Add(new(objectId, null, reason));
        }
        Recount(connection, objectId, objectNumber, new(epoch), scan, counts, anyQuarantined: quarantined.Count > 0);
        transaction.Commit();
        JournalMetrics.Quarantined(quarantined.Count);
        return quarantined;
    }

    private static void MoveToQuarantine(NpgsqlConnection connection, ContentHash objectId, IndexScan.Condemned condemned)
    {
        connection.Execute(
            """
            INSERT INTO quarantine (object, entry, reason, payload_hash, prev, tags, body)
            SELECT $1, e.hash, $2, e.payload_hash, e.prev, e.tags, p.body FROM entry e LEFT JOIN payload p ON p.place = e.place WHERE e.place = $3
            """, objectId.ToBytes(), condemned.Reason, condemned.Place);
        connection.Execute("DELETE FROM entry WHERE place = $1", condemned.Place);
        connection.Execute("DELETE FROM payload WHERE place = $1", condemned.Place);
    }

    // A writer elsewhere holds a log with records that are gone now: it is fenced. A writer here learns by its own reading.
    private void Recount(NpgsqlConnection connection, ContentHash objectId, long number, Epoch epoch, IndexScan scan, IndexCounts counts, bool anyQuarantined)
    {
        bool isHeldHere = _held.TryGetValue(objectId, out var held) && held.Epoch == epoch;
        if (!isHeldHere) epoch = new((long)connection.Scalar("SELECT nextval('epoch')")!);
        long from = RecordCode.Place(number, 0), to = RecordCode.Place(number + 1, 0);
        // Never lower than it was: a number is not given twice, so nothing old can be taken for something new.
        long last = connection.Scalar("SELECT max(place) FROM entry WHERE place >= $1 AND place < $2", from, to) is long place ? RecordCode.Number(place) + 1 : 0;
        long next = Math.Max(Math.Max(counts.Next, last), isHeldHere ? held!.Next : 0);
        long bytes = Sum(connection, $"length(prev) + length(tags) + {JournalEntry.OverheadBytes}", "entry", from, to) + Sum(connection, "length(body)", "payload", from, to);
        connection.Execute("UPDATE object SET epoch = $2, entries = $3, next = $4, frontier = $5, bytes = $6 WHERE id = $1",
            number, epoch.Number, scan.Intact, next, FrontierCode.Write(objectId, scan.Intact, scan.Frontier), bytes);
        // If this is not committed, the next write of ours finds that something has changed, and is fenced.
        if (isHeldHere) _held.TryUpdate(objectId, new(number, objectId, epoch, scan.Intact, next, scan.Frontier, bytes, held!.AnyQuarantined || anyQuarantined), held);
    }

    private static long Sum(NpgsqlConnection connection, string what, string table, long from, long to) =>
        (long)connection.Scalar($"SELECT coalesce(sum({what}), 0)::bigint FROM {table} WHERE place >= $1 AND place < $2", from, to)!;

    /// <inheritdoc/>
    public IReadOnlyList<QuarantinedRecord> Quarantine => Read(connection =>
    {
        var records = new List<QuarantinedRecord>();
        using var command = connection.Command("SELECT object, entry, reason FROM quarantine ORDER BY id");
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            if (rows.GetFieldValue<byte[]>(0) is not { Length: ContentHash.SizeBytes } objectId) continue;
            ContentHash? entry = !rows.IsDBNull(1) && rows.GetFieldValue<byte[]>(1) is { Length: ContentHash.SizeBytes } hash ? ContentHash.FromDigest(hash) : null;
            records.Add(new(ContentHash.FromDigest(objectId), entry, rows.GetString(2)));
        }
        return records;
    });

    /// <inheritdoc/>
    public void ForgetQuarantine() => Read(connection => connection.Execute("DELETE FROM quarantine"));
}
