using Hhs.Actors.Telemetry;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Microsoft.Data.Sqlite;

namespace Hhs.Actors.Journal;

/// <summary>Reading, with the checks that every read makes, and quarantine.</summary>
public sealed partial class SqliteJournal
{
    /// <inheritdoc/>
    public IEnumerable<IndexedEntry> ReadIndex(ContentHash objectId)
    {
        if (!_objects.TryGetValue(objectId, out var o)) yield break;
        bool needsRepair;
        using (var reader = Rent())
        {
            var index = new SqliteIndex(reader.Session, o.Id, o.Hash);
            var scan = index.Scan(NoneKnown);
            foreach (var (_, entry) in scan.Walk(index.Rows())) yield return entry;
            needsRepair = scan.NeedsRepair;
        }
        if (needsRepair) Repair(o, NoneKnown);
    }

    /// <inheritdoc/>
    public bool Contains(ContentHash objectId, ContentHash entry)
    {
        if (!_objects.TryGetValue(objectId, out var o)) return false;
        Span<byte> hash = stackalloc byte[ContentHash.SizeBytes];
        entry.CopyTo(hash);
        using var reader = Rent();
        var row = reader.Session["SELECT 1 FROM entry_name n JOIN entry e ON e.place = n.place WHERE n.object = ? AND n.prefix = ? AND e.hash = ?"]
            .Bind(o.Id).Bind(RecordCode.Prefix(entry)).Bind(hash);
        return row.Step();
    }

    /// <inheritdoc/>
    public bool TryReadPayload(ContentHash objectId, ContentHash entry, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        if (!_objects.TryGetValue(objectId, out var o)) return false;
        long place;
        string? damage;
        using (var reader = Rent())
        {
            if (!TryFindPayload(reader.Session, o.Id, entry, out place, out payload, out damage)) return false;
        }
        if (damage is null) return true;
        Repair(o, new Dictionary<long, string> { [place] = damage });
        payload = default;
        throw JournalFaults.Of(JournalFault.DamagedRecord, _path, $"entry {entry} of object {objectId}: {damage}");
    }

    /// <inheritdoc/>
    public JournalVerification VerifyAll(IProgress<long>? progress = null)
    {
        long entries = 0, bytes = 0, seen = 0;
        var quarantined = new List<QuarantinedRecord>();
        foreach (var o in _objects.Values.OrderBy(o => o.Id))
        {
            var damaged = new Dictionary<long, string>();
            bool needsRepair;
            using (var reader = Rent())
            {
                var index = new SqliteIndex(reader.Session, o.Id, o.Hash);
                var scan = index.Scan(NoneKnown);
                foreach (var (place, entry) in scan.Walk(index.Rows()))
                {
                    if (++seen % 1000 == 0) progress?.Report(seen);
                    if (PayloadFault(reader.Session, o.Id, place, entry, out int length) is { } fault) damaged[place] = fault;
                    bytes += length;
                }
                needsRepair = scan.NeedsRepair || damaged.Count > 0;
            }
            if (!needsRepair) continue;
            quarantined.AddRange(Repair(o, damaged));
        }
        foreach (var o in _objects.Values) entries += o.Entries;
        progress?.Report(seen);
        return new(entries, bytes, quarantined);
    }

    private static string? PayloadFault(SqliteSession session, long objectNumber, long place, IndexedEntry entry, out int length)
    {
        length = 0;
        if (!TryFindPayload(session, objectNumber, entry.Header.Hash, out long found, out var payload, out var damage) || found != place)
            return "the record is not to be found by its name";
        length = payload.Length;
        if (damage is not null) return damage;
        if (!LiteralReader.TryRead(payload.Span, out var literal, out var why)) return $"the payload cannot be read ({why.Detail})";
        return CanonicalJson.Hash(literal) == entry.Header.PayloadHash ? null : "the payload does not hash to the header's payload hash";
    }

    private static bool TryFindPayload(SqliteSession session, long objectNumber, ContentHash entry, out long place, out ReadOnlyMemory<byte> payload, out string? damage)
    {
        (place, payload, damage) = (0, default, null);
        Span<byte> hash = stackalloc byte[ContentHash.SizeBytes];
        entry.CopyTo(hash);
        var row = session[
            """
            SELECT e.place, p.body, p.checksum FROM entry_name n JOIN entry e ON e.place = n.place LEFT JOIN payload p ON p.place = n.place
            WHERE n.object = ? AND n.prefix = ? AND e.hash = ?
            """].Bind(objectNumber).Bind(RecordCode.Prefix(entry)).Bind(hash);
        if (!row.Step()) return false;
        place = row.Integer(0);
        if (row.IsNull(1)) damage = "the payload is missing";
        else
        {
            var body = row.Blob(1);
            if (RecordCode.PayloadChecksum(place, hash, body) != row.Integer(2)) damage = "the payload does not match its checksum";
            payload = body.ToArray();
        }
        row.Reset();
        return true;
    }

    // Looks again under the writer's lock, since more can have been appended on top of what a reader found damaged.
    private List<QuarantinedRecord> Repair(StoredObject o, IReadOnlyDictionary<long, string> damaged)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var quarantined = new List<QuarantinedRecord>();
            if (!_objects.TryGetValue(o.Hash, out var current) || current.Id != o.Id) return quarantined;   // dropped meanwhile
            _writer.Transact(() => o = Rescan(o, damaged, quarantined));
            _anyQuarantined |= quarantined.Count > 0;
            JournalMetrics.Quarantined(quarantined.Count);
            _recent.Clear();
            Put(o);
            return quarantined;
        }
    }

    // Frontiers that are not to be trusted: all those of a store of an older version, and damaged ones. One commit for all.
    private void Recount(IReadOnlyList<StoredObject> objects)
    {
        if (objects.Count == 0) return;
        var quarantined = new List<QuarantinedRecord>();
        _writer.Transact(() =>
        {
            foreach (var o in objects)
            {
                try
                {
                    Put(Rescan(o, NoneKnown, quarantined));
                }
                catch (JournalException e) when (e.Fault == JournalFault.Corrupt)
                {
                    // A page that cannot be read is reported to whoever reads the object; until then its frontier is not known.
                    Put(o with { Frontier = null });
                }
            }
        });
        JournalMetrics.Quarantined(quarantined.Count);
    }

    private StoredObject Rescan(StoredObject o, IReadOnlyDictionary<long, string> damaged, List<QuarantinedRecord> quarantined)
    {
        var index = new SqliteIndex(_writer, o.Id, o.Hash);
        var scan = index.Scan(damaged);
        foreach (var _ in scan.Walk(index.Rows())) { }
        foreach (var condemned in scan.Found)
        {
            MoveToQuarantine(o, condemned);
            quarantined.Add(new(o.Hash, condemned.Entry, condemned.Reason));
        }
        if (scan.Missing > 0)
        {
            string reason = $"{scan.Missing} records are missing";
            _writer["INSERT INTO quarantine (object, reason) VALUES (?, ?)"].Bind(o.Hash.ToBytes()).Bind(reason).Run();
            quarantined.Add(new(o.Hash, null, reason));
        }
        return Recounted(o, scan.Intact, scan.Frontier);
    }

    private void MoveToQuarantine(StoredObject o, IndexScan.Condemned condemned)
    {
        _writer[
            """
            INSERT INTO quarantine (object, entry, reason, payload_hash, prev, tags, body)
            SELECT ?, e.hash, ?, e.payload_hash, e.prev, e.tags, p.body FROM entry e LEFT JOIN payload p ON p.place = e.place WHERE e.place = ?
            """].Bind(o.Hash.ToBytes()).Bind(condemned.Reason).Bind(condemned.Place).Run();
        _writer["DELETE FROM entry WHERE place = ?"].Bind(condemned.Place).Run();
        _writer["DELETE FROM payload WHERE place = ?"].Bind(condemned.Place).Run();
        // By place, not by name: the name can be what was altered.
        _writer["DELETE FROM entry_name WHERE object = ? AND place = ?"].Bind(o.Id).Bind(condemned.Place).Run();
    }

    private StoredObject Recounted(StoredObject o, long entries, Position? frontier)
    {
        var last = _writer["SELECT MAX(place) FROM entry WHERE place >= ? AND place < ?"].Bind(RecordCode.Place(o.Id, 0)).Bind(RecordCode.Place(o.Id + 1, 0));
        last.Step();
        // Never lower than it was in memory: a number is not given twice, so nothing old can be taken for something new.
        long next = last.IsNull(0) ? 0 : RecordCode.Number(last.Integer(0)) + 1;
        last.Reset();
        var current = _objects.TryGetValue(o.Hash, out var known) ? known : o;
        var counted = current with { Entries = entries, Next = Math.Max(current.Next, next), Frontier = frontier, Bytes = Measure(o.Id) };
        WriteCounts(counted);
        WriteSize(counted);
        return counted;
    }

    /// <inheritdoc/>
    public IReadOnlyList<QuarantinedRecord> Quarantine
    {
        get
        {
            using var reader = Rent();
            return ReadQuarantine(reader.Session);
        }
    }

    /// <inheritdoc/>
    public void ForgetQuarantine()
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _writer["DELETE FROM quarantine"].Run();
            _anyQuarantined = false;
        }
    }

    private static List<QuarantinedRecord> ReadQuarantine(SqliteSession session)
    {
        var records = new List<QuarantinedRecord>();
        var rows = session["SELECT object, entry, reason FROM quarantine ORDER BY id"];
        while (rows.Step())
        {
            if (rows.Blob(0) is not { Length: ContentHash.SizeBytes } objectId) continue;
            ContentHash? entry = rows.Blob(1) is { Length: ContentHash.SizeBytes } hash ? ContentHash.FromDigest(hash) : null;
            records.Add(new(ContentHash.FromDigest(objectId), entry, rows.Text(2)));
        }
        return records;
    }

    /// <inheritdoc/>
    public bool TryGetSetting(string name, out ReadOnlyMemory<byte> value)
    {
        using var reader = Rent();
        var row = reader.Session["SELECT value FROM setting WHERE name = ?"].Bind(name);
        bool found = row.Step();
        value = found ? row.Blob(0).ToArray() : default;
        return found;
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Settings(string prefix)
    {
        using var reader = Rent();
        var settings = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var rows = reader.Session["SELECT name, value FROM setting WHERE name >= ? ORDER BY name"].Bind(prefix);
        while (rows.Step() && rows.Text(0) is var name && name.StartsWith(prefix, StringComparison.Ordinal)) settings[name] = rows.Blob(1).ToArray();
        return [.. settings];
    }

    private Rented Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_readers.TryTake(out var session))
        {
            session = new(_path, SqliteOpenMode.ReadWrite, ReaderCacheKibibytes);
            session.Execute("PRAGMA query_only = 1");
        }
        // One snapshot for all that the renter reads, whatever is committed meanwhile.
        session["BEGIN"].Run();
        return new(this, session);
    }

    private readonly struct Rented(SqliteJournal journal, SqliteSession session) : IDisposable
    {
        internal SqliteSession Session => session;

        public void Dispose()
        {
            session.EndRead();
            if (journal._readers.Count < ReadersKept) journal._readers.Add(session);
            else session.Dispose();
            if (journal._disposed) journal.CloseReaders();
        }
    }

    private static readonly IReadOnlyDictionary<long, string> NoneKnown = new Dictionary<long, string>();
}
