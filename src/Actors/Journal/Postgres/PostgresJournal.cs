using System.Collections.Concurrent;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Npgsql;

namespace Hhs.Actors.Journal.Postgres;

/// <summary>A store in a PostgreSQL database, which the nodes of a deployment share; each object has one writer at a time.</summary>
/// <remarks>
/// The database is the judge of who writes: a commit names the epoch of each of its objects, and is refused as a whole where one is
/// not the object's latest (<see cref="PostgresSchema"/>). While the server is away calls wait, up to
/// <see cref="PostgresSettings.GiveUpAfter"/>. A commit whose answer was lost is sent again; if it had taken effect, the database
/// refuses it, and it is found there. Settings are of the database: all its nodes have the same.
/// Errors: beside those of <see cref="IJournal"/>, after <see cref="JournalFault.InputOutput"/> it is not known whether the last commit is stored.
/// </remarks>
public sealed partial class PostgresJournal : IJournal
{
    private readonly PostgresLink _link;
    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<ContentHash, HeldObject> _held = [];
    private volatile bool _disposed;

    private PostgresJournal(PostgresLink link, int? migratedFrom)
    {
        _link = link;
        Opening = new(PostgresSchema.Version, migratedFrom, Quarantine);
    }

    /// <summary>Opens the store, and makes its tables if they are not there.</summary>
    /// <exception cref="JournalException">The store cannot be used; the fault says why.</exception>
    /// <exception cref="ArgumentException">The settings make no sense.</exception>
    public static PostgresJournal Open(PostgresSettings settings)
    {
        var link = OpenLink(settings);
        try
        {
            int? migratedFrom = link.Write(connection => PostgresSchema.Migrate(connection, settings.Schema, link.Store));
            // Rows of objects that somebody opened and nobody ever wrote. If one is still awake, its first write is fenced, and it acquires anew.
            link.Write(connection => connection.Execute("DELETE FROM object WHERE next = 0 AND acquired < now() - interval '1 day'"));
            return new(link, migratedFrom);
        }
        catch (Exception e)
        {
            link.Dispose();
            if (e is PostgresException refused) throw PostgresFaults.From(refused, link.Store);
            throw;
        }
    }

    private static PostgresLink OpenLink(PostgresSettings settings)
    {
        try
        {
            return new(settings);
        }
        catch (PostgresException e)
        {
            throw PostgresFaults.From(e, settings.ToString());
        }
    }

    /// <inheritdoc/>
    public JournalOpening Opening { get; }

    /// <inheritdoc/>
    public Epoch Acquire(ContentHash objectId)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var (held, isTrusted) = _link.Read(connection => AcquireRow(connection, objectId));
        _held[objectId] = held;
        if (!isTrusted) Repair(objectId, held.Id, NoneKnown);
        return held.Epoch;
    }

    private (HeldObject Held, bool IsTrusted) AcquireRow(NpgsqlConnection connection, ContentHash objectId)
    {
        byte[] hash = objectId.ToBytes();
        try
        {
            return Row("UPDATE object SET epoch = nextval('epoch'), holder = $2, acquired = now() WHERE hash = $1", hash, _link.WriterName)
                ?? Row("""
                    INSERT INTO object (id, hash, epoch, holder, frontier) VALUES (nextval('object_number'), $1, nextval('epoch'), $2, $3)
                    ON CONFLICT (hash) DO UPDATE SET epoch = nextval('epoch'), holder = $2, acquired = now()
                    """, hash, _link.WriterName, FrontierCode.Write(objectId, 0, Position.Empty))
                ?? throw new System.Diagnostics.UnreachableException();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // Its writer stopped in the middle of a transaction: paused, or cut off without the server's noticing. If it wakes, it finds its connection gone.
            connection.Execute("SELECT pg_terminate_backend(a.pid) FROM object o JOIN pg_stat_activity a ON a.application_name = o.holder WHERE o.hash = $1 AND o.holder <> $2", hash, _link.WriterName);
            throw;   // tried again
        }

        (HeldObject, bool)? Row(string sql, params object[] parameters)
        {
            using var command = connection.Command($"{sql} RETURNING id, epoch, entries, next, frontier, bytes, EXISTS (SELECT FROM quarantine q WHERE q.object = $1)", parameters);
            using var row = command.ExecuteReader();
            if (!row.Read()) return null;
            var counts = IndexCounts.Read(objectId, row.GetInt64(2), row.GetInt64(3), row.GetFieldValue<byte[]>(4));
            return (new(row.GetInt64(0), objectId, new(row.GetInt64(1)), counts.Entries, counts.Next, counts.Frontier, row.GetInt64(5), row.GetBoolean(6)), counts.Trusted);
        }
    }

    /// <inheritdoc/>
    public void Append(IReadOnlyList<ObjectBatch> batches)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var held = new Dictionary<ContentHash, HeldObject>();
            foreach (var batch in batches) held.TryAdd(batch.ObjectId, HeldFor(batch));
            try
            {
                // Hardly anything is ever sent twice: whether entries are there is asked only once the database has said so.
                if (!TryCommit(Prepare(batches, held, entriesToo: false))) Commit(Prepare(batches, held, entriesToo: true));
            }
            catch (PostgresException e)
            {
                throw PostgresFaults.From(e, _link.Store);
            }
            catch (JournalException e) when (e.Fault == JournalFault.InputOutput)
            {
                // What was held may be outdated: to be acquired anew.
                foreach (var o in held.Values) _held.TryRemove(new(o.Hash, o));
                throw;
            }
        }
    }

    private HeldObject HeldFor(ObjectBatch batch)
    {
        if (_held.TryGetValue(batch.ObjectId, out var held) && (batch.Epoch == held.Epoch || batch.Epoch == Epoch.OfTheProcess)) return held;
        if (batch.Epoch != Epoch.OfTheProcess) throw PostgresFaults.Fenced(batch.ObjectId, _link.Store);
        Acquire(batch.ObjectId);
        return _held[batch.ObjectId];
    }

    private PostgresCommit Prepare(IReadOnlyList<ObjectBatch> batches, IReadOnlyDictionary<ContentHash, HeldObject> held, bool entriesToo)
    {
        var unknown = PostgresCommit.Unknown(batches, held, entriesToo);
        var found = unknown.Count == 0 ? [] : _link.Write(connection => Find(connection, unknown));
        var commit = new PostgresCommit();
        foreach (var batch in batches) commit.Add(batch, held[batch.ObjectId], found);
        return commit;
    }

    private static Dictionary<(long Object, ContentHash Entry), long> Find(NpgsqlConnection connection, HashSet<(long Object, ContentHash Entry)> names)
    {
        var found = new Dictionary<(long, ContentHash), long>();
        using var command = connection.Command("SELECT e.place, e.hash FROM unnest($1, $2) AS w (object, hash) JOIN entry e ON e.place >> 32 = w.object AND e.hash = w.hash",
            names.Select(n => n.Object).ToArray(), names.Select(n => n.Entry.ToBytes()).ToArray());
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            long place = rows.GetInt64(0);
            found[(place >> 32, ContentHash.FromDigest(rows.GetFieldValue<byte[]>(1)))] = RecordCode.Number(place);
        }
        return found;
    }

    private bool TryCommit(PostgresCommit commit)
    {
        try
        {
            Commit(commit);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }

    private void Commit(PostgresCommit commit)
    {
        if (commit.IsEmpty) return;
        try
        {
            _link.Write(commit.Send);
        }
        catch (PostgresException e) when (e.SqlState == PostgresFaults.FencedState)
        {
            // Perhaps an earlier sending has taken effect, of which the answer was lost.
            if (!_link.Write(commit.IsStored)) throw PostgresFaults.Fenced(_link.Write(commit.FencedOne), _link.Store);
        }
        foreach (var o in commit.After) Keep(PostgresCommit.Settled(o));
    }

    // Whoever has acquired the object here meanwhile knows better.
    private void Keep(HeldObject o)
    {
        if (_held.TryGetValue(o.Hash, out var known) && known.Epoch == o.Epoch) _held.TryUpdate(o.Hash, o, known);
    }

    /// <inheritdoc/>
    public void Drop(ContentHash objectId)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var held = HeldFor(new(objectId, []));
            try
            {
                _link.Write(connection => DropRows(connection, held));
            }
            catch (PostgresException e)
            {
                throw PostgresFaults.From(e, _link.Store);
            }
            _held.TryRemove(new(objectId, held));
        }
    }

    private int DropRows(NpgsqlConnection connection, HeldObject o)
    {
        using var transaction = connection.BeginTransaction();
        byte[] hash = o.Hash.ToBytes();
        // No row: an earlier try has taken effect.
        if (connection.Scalar("SELECT epoch FROM object WHERE hash = $1 FOR UPDATE", hash) is long epoch && epoch != o.Epoch.Number) throw PostgresFaults.Fenced(o.Hash, _link.Store);
        foreach (string table in new[] { "entry", "payload" })
            connection.Execute($"DELETE FROM {table} WHERE place >= $1 AND place < $2", RecordCode.Place(o.Id, 0), RecordCode.Place(o.Id + 1, 0));
        connection.Execute("DELETE FROM quarantine WHERE object = $1", hash);
        connection.Execute("DELETE FROM object WHERE hash = $1", hash);
        transaction.Commit();
        return 0;
    }

    /// <inheritdoc/>
    public long BytesOf(ContentHash objectId) => _held.TryGetValue(objectId, out var held) ? held.Bytes
        : _link.Read(connection => connection.Scalar("SELECT bytes FROM object WHERE hash = $1", objectId.ToBytes())) as long? ?? 0;

    /// <summary>Lets go of the connections. Who waits for the server gives up.</summary>
    public void Dispose()
    {
        _link.Close();
        lock (_writing)
        {
            if (_disposed) return;
            _disposed = true;
            _link.Dispose();
        }
    }
}
