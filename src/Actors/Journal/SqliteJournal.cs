using System.Collections.Concurrent;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Microsoft.Data.Sqlite;

namespace Hhs.Actors.Journal;

/// <summary>The embedded store: one SQLite file with a write-ahead log, used by one process.</summary>
/// <remarks>
/// A commit is on the disk when <see cref="Append"/> returns (synchronous=FULL: the log is flushed before the answer). One
/// connection writes; reads take another from a pool, and see the last commit. The lock file beside the store stays; it
/// holds nothing.
/// </remarks>
public sealed partial class SqliteJournal : IJournal
{
    private readonly string _path;
    private readonly FileStream _lock;
    private readonly SqliteSession _writer;
    private readonly Lock _writing = new();
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly ConcurrentDictionary<ContentHash, StoredObject> _objects = [];

    // Most predecessors are recent: remembering their numbers saves a search per link. Emptied when it is full.
    private readonly Dictionary<(long Object, ContentHash Entry), long> _recent = [];
    private bool _anyQuarantined;
    private volatile bool _disposed;

    private sealed record StoredObject(long Id, ContentHash Hash, long Entries, long Next, Position? Frontier)
    {
        internal long Bytes { get; init; }
    }

    private SqliteJournal(string path, FileStream held, SqliteSession writer, int? migratedFrom)
    {
        (_path, _lock, _writer) = (path, held, writer);
        var untrusted = new List<StoredObject>();
        var rows = writer["SELECT id, hash, entries, next, frontier FROM object ORDER BY id"];
        while (rows.Step())
        {
            // An object whose name is no hash cannot be asked for; its records stay where they are, for salvage by hand.
            if (rows.Blob(1) is not { Length: ContentHash.SizeBytes } hash) continue;
            var id = ContentHash.FromDigest(hash);
            bool trusted = FrontierCode.TryRead(id, rows.Integer(2), rows.Blob(4), out var frontier);
            var o = new StoredObject(rows.Integer(0), id, rows.Integer(2), rows.Integer(3), frontier);
            Put(o);
            if (!trusted) untrusted.Add(o);
        }
        Recount(untrusted);
        ReadSizes();
        var quarantined = ReadQuarantine(writer);
        _anyQuarantined = quarantined.Count > 0;
        Opening = new(SqliteSchema.Version, migratedFrom, quarantined);
    }

    /// <summary>Opens the store at a path, or makes a new one there.</summary>
    /// <param name="path">The database file; its directory is made if need be.</param>
    /// <param name="bytesMax">Size the file may grow to; an append beyond it fails as <see cref="JournalFault.Full"/>.</param>
    /// <exception cref="JournalException">The store cannot be used; the fault says why, and the file was left as it is.</exception>
    public static SqliteJournal Open(string path, long? bytesMax = null)
    {
        path = Path.GetFullPath(path);
        var held = StoreLock.Take(path);
        SqliteSession? writer = null;
        try
        {
            writer = new(path, SqliteOpenMode.ReadWriteCreate, WriterCacheKibibytes);
            int? migratedFrom = Prepare(writer, path, bytesMax);
            return new(path, held, writer, migratedFrom);
        }
        catch
        {
            writer?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public JournalOpening Opening { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ObjectSummary> Objects =>
        [.. _objects.Values.OrderBy(o => o.Id).Select(o => new ObjectSummary(o.Hash, o.Entries, o.Frontier))];

    /// <inheritdoc/>
    public IReadOnlyList<NumberedObject> ObjectsFrom(long number) =>
        [.. _objects.Values.Where(o => o.Id >= number && o.Entries > 0).OrderBy(o => o.Id).Select(o => new NumberedObject(o.Id, o.Hash))];

    /// <inheritdoc/>
    public void Append(IReadOnlyList<ObjectBatch> batches)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var grown = new Dictionary<ContentHash, StoredObject>();
            try
            {
                _writer.Transact(() =>
                {
                    foreach (var batch in batches) AppendBatch(batch, grown);
                    foreach (var o in grown.Values)
                        WriteCounts(o);
                    foreach (var o in grown.Values) WriteSize(o);
                });
            }
            catch
            {
                _recent.Clear();   // it may name entries that were rolled back
                throw;
            }
            foreach (var o in grown.Values) Put(o);
        }
    }

    private void AppendBatch(ObjectBatch batch, Dictionary<ContentHash, StoredObject> grown)
    {
        if (batch.Entries.Count == 0) return;
        if (!grown.TryGetValue(batch.ObjectId, out var o) && !_objects.TryGetValue(batch.ObjectId, out o)) o = NewObject(batch.ObjectId);
        var tips = o.Frontier is { } frontier ? new HashSet<ContentHash>(frontier) : null;
        foreach (var entry in batch.Entries)
        {
            if (NumberOf(o.Id, entry.Entry) is not null) continue;
            long bytes = Insert(o, entry);
            o = o with { Entries = o.Entries + 1, Next = o.Next + 1, Bytes = o.Bytes + bytes };
            tips?.ExceptWith(entry.Header.PrevEntryHashes);
            tips?.Add(entry.Entry);
        }
        grown[batch.ObjectId] = o with { Frontier = tips is null ? null : FrontierCode.Bounded(tips) };
    }

    private void WriteCounts(StoredObject o) =>
        _writer["UPDATE object SET entries = ?, next = ?, frontier = ? WHERE id = ?"]
            .Bind(o.Entries).Bind(o.Next).Bind(FrontierCode.Write(o.Hash, o.Entries, o.Frontier)).Bind(o.Id).Run();

    private StoredObject NewObject(ContentHash objectId)
    {
        // Never one of an object that was dropped: a reader that began before would take the one for the other.
        long id = ++_lastObject;
        _writer["INSERT INTO object (id, hash, entries, next) VALUES (?, ?, 0, 0)"].Bind(id).Bind(objectId.ToBytes()).Run();
        return new(id, objectId, 0, 0, Position.Empty);
    }

    private long Insert(StoredObject o, JournalEntry entry)
    {
        var prevEntries = entry.Header.PrevEntryHashes;
        Span<long> numbers = prevEntries.Count <= 16 ? stackalloc long[prevEntries.Count] : new long[prevEntries.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = NumberOf(o.Id, prevEntries[i]) ?? throw JournalFaults.MissingPredecessor(o.Hash, entry.Entry, prevEntries[i]);
        }
        Span<byte> prev = numbers.Length <= 16 ? stackalloc byte[numbers.Length * 5] : new byte[numbers.Length * 5];
        prev = prev[..RecordCode.WritePrev(o.Next, numbers, prev)];

        Span<byte> hash = stackalloc byte[ContentHash.SizeBytes], payloadHash = stackalloc byte[ContentHash.SizeBytes];
        entry.Entry.CopyTo(hash);
        entry.Header.PayloadHash.CopyTo(payloadHash);
        long place = RecordCode.Place(o.Id, o.Next);
        _writer["INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)"].Bind(place).Bind(hash).Bind(payloadHash).Bind(prev).Bind(entry.Tags.Span)
            .Bind(RecordCode.Checksum(o.Hash, place, hash, payloadHash, prev, entry.Tags.Span)).Run();
        _writer["INSERT INTO entry_name VALUES (?, ?, ?)"].Bind(o.Id).Bind(RecordCode.Prefix(entry.Entry)).Bind(place).Run();
        _writer["INSERT INTO payload VALUES (?, ?, ?)"].Bind(place).Bind(entry.Payload.Span)
            .Bind(RecordCode.PayloadChecksum(place, hash, entry.Payload.Span)).Run();
        if (_anyQuarantined) _writer["DELETE FROM quarantine WHERE object = ? AND entry = ?"].Bind(o.Hash.ToBytes()).Bind(hash).Run();
        Remember(o.Id, entry.Entry, o.Next);
        return entry.Payload.Length + entry.Tags.Length + prev.Length + JournalEntry.OverheadBytes;
    }

    private long? NumberOf(long objectNumber, ContentHash entry)
    {
        if (_recent.TryGetValue((objectNumber, entry), out long number)) return number;
        Span<byte> hash = stackalloc byte[ContentHash.SizeBytes];
        entry.CopyTo(hash);
        var row = _writer["SELECT e.place FROM entry_name n JOIN entry e ON e.place = n.place WHERE n.object = ? AND n.prefix = ? AND e.hash = ?"]
            .Bind(objectNumber).Bind(RecordCode.Prefix(entry)).Bind(hash);
        if (!row.Step()) return null;
        number = RecordCode.Number(row.Integer(0));
        row.Reset();
        Remember(objectNumber, entry, number);
        return number;
    }

    private void Remember(long objectNumber, ContentHash entry, long number)
    {
        if (_recent.Count >= RecentMax) _recent.Clear();
        _recent[(objectNumber, entry)] = number;
    }

    private void Put(StoredObject o) => _objects[o.Hash] = o;

    /// <inheritdoc/>
    public void PutSetting(string name, ReadOnlyMemory<byte>? value)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (value is { } bytes) _writer["INSERT OR REPLACE INTO setting VALUES (?, ?)"].Bind(name).Bind(bytes.Span).Run();
            else _writer["DELETE FROM setting WHERE name = ?"].Bind(name).Run();
        }
    }

    // Nothing is changed in a file before it is known to be ours, and whole.
    private static int? Prepare(SqliteSession session, string path, long? bytesMax)
    {
        int? migratedFrom = SqliteSchema.Migrate(session, path);
        session.Number("PRAGMA journal_mode = WAL");
        session.Execute("PRAGMA synchronous = FULL");
        session.Execute($"PRAGMA wal_autocheckpoint = {CheckpointPages}");
        session.Execute($"PRAGMA journal_size_limit = {WalBytesKept}");
        long pageBytes = session.Number("PRAGMA page_size");
        if (bytesMax is { } max) session.Number($"PRAGMA max_page_count = {Math.Max(1, max / pageBytes)}");

        // With the log folded in, the file must be as long as its header says; SQLite looks only when it meets a missing page.
        // A tool that reads the file at this moment keeps the log from being folded in; then there is nothing to compare.
        if (session.Number("PRAGMA wal_checkpoint(TRUNCATE)") != 0) return migratedFrom;
        long expected = session.Number("PRAGMA page_count") * pageBytes, length = new FileInfo(path).Length;
        if (length < expected) throw JournalFaults.Of(JournalFault.Corrupt, path, $"the file was cut short: {length} bytes of {expected}");
        return migratedFrom;
    }

    /// <summary>Folds the log into the file and lets go of the store.</summary>
    public void Dispose()
    {
        lock (_writing)
        {
            if (_disposed) return;
            _disposed = true;
            CloseReaders();
            _writer.Dispose();
            _lock.Dispose();
        }
    }

    private void CloseReaders()
    {
        while (_readers.TryTake(out var reader)) reader.Dispose();
    }

    private const int WriterCacheKibibytes = 32 << 10;
    private const int ReaderCacheKibibytes = 2 << 10;
    private const int ReadersKept = 16;
    private const int RecentMax = 1 << 16;
    private const int CheckpointPages = 4000;
    private const int WalBytesKept = 64 << 20;
}
