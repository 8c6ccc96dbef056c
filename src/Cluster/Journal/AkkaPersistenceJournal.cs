using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Actors.Settings;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Journal;

/// <summary>A store in Akka's own journal (Akka.Persistence.Sql, on PostgreSQL or SQLite), for those who run one.</summary>
/// <remarks>
/// An object's log is a persistent stream; its payloads are a second one, so that opening the object does not read them. Who writes is decided by
/// the database, which takes a number of a stream once: acquiring an object appends to its stream, so whoever had it writes, next time,
/// a number that is taken. All that a commit writes goes to the plugin as one request, which Akka.Persistence.Sql makes one transaction; Akka's journals in general promise that of one
/// stream only, so no other plugin is accepted.
/// What differs from the other stores: listing objects asks for each that this process does not hold, and the first append to an object, or the first
/// question whether it has an entry, reads its index; an object that was acquired and never written leaves an event behind.
/// Source: docs/decisions/051-akka-persistence-journal.md.
/// </remarks>
internal sealed partial class AkkaPersistenceJournal : IJournal
{
    private readonly AkkaPersistenceSettings _settings;
    private readonly JournalSystem _system;
    private readonly Streams _streams;
    private readonly SharedTable _table;
    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<ContentHash, Epoch> _held = [];
    private readonly ObjectStates _states = new();
    private volatile bool _disposed;

    /// <summary>Opens the store.</summary>
    /// <exception cref="JournalException">It cannot be used; the fault says why.</exception>
    internal AkkaPersistenceJournal(AkkaPersistenceSettings settings)
    {
        _settings = settings;
        _system = new(settings);
        try
        {
            _streams = new(_system, settings.GiveUpAfter);
            _table = new(_streams, settings.Prefix + "-table", NewMark, _system.Store);
            _table.Refresh();
            int? found = _table.Find(VersionKey) is { Length: 4 } text ? BinaryPrimitives.ReadInt32BigEndian(text) : null;
            if (found > SchemaVersion) throw PostgresFaults.Of(JournalFault.NewerSchema, _system.Store, $"schema version {found}, this release knows up to {SchemaVersion}");
            byte[] version = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(version, SchemaVersion);
            if (found is null) Put(VersionKey, version);
            Opening = new(SchemaVersion, found is null ? 0 : null, Quarantine);
        }
        catch
        {
            _system.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public JournalOpening Opening { get; }

    private string Index(ContentHash id) => $"{_settings.Prefix}-o-{id}";

    private string Payloads(ContentHash id) => $"{_settings.Prefix}-p-{id}";

    /// <inheritdoc/>
    public Epoch Acquire(ContentHash objectId)
    {
        Epoch acquired = default;
        Commit(() =>
        {
            var (last, head) = Stands(objectId);
            acquired = new(last + 1);
            head = head with { Epoch = last + 1, Mark = NewMark() };
            return new([Event(objectId, last + 1, IndexEvents.Acquired, head)], [objectId], () => Advance(objectId, last, head));
        });
        _held[objectId] = acquired;
        return acquired;
    }

    // Who has the names keeps them: nothing but the head has changed.
    private void Advance(ContentHash id, long last, Head head)
    {
        if (_states.Find(id) is not { } state) return;
        lock (state)
        {
            if (state.Last == last) state.Advance(last + 1, head);
            else _states.Forget(id);
        }
    }

    private Addition Event(ContentHash id, long sequence, string manifest, Head head, IReadOnlyCollection<long>? condemned = null) =>
        new(Index(id), sequence, [IndexEvents.Write(id, new(Index(id), sequence, manifest), head, condemned: condemned)]);

    /// <inheritdoc/>
    public void Append(IReadOnlyList<ObjectBatch> batches)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                Commit(() => Prepare(batches));
            }
            catch (JournalException e) when (e.Fault == JournalFault.MissingPredecessor && ForgetOutdated(batches))
            {
                Commit(() => Prepare(batches));
            }
        }
    }

    // What a reader has put there may be older than what was written meanwhile.
    private bool ForgetOutdated(IReadOnlyList<ObjectBatch> batches)
    {
        bool any = false;
        foreach (var id in batches.Select(b => b.ObjectId).Distinct())
        {
            if (_states.Find(id) is { } state && state.Last == _streams.Last(Index(id))) continue;
            _states.Forget(id);
            any = true;
        }
        return any;
    }

    private Plan Prepare(IReadOnlyList<ObjectBatch> batches)
    {
        var commits = new Dictionary<ContentHash, ObjectCommit>();
        var inOrder = new List<ObjectCommit>();
        AcquireAtOnce([.. batches.Where(b => b.Epoch == Epoch.OfTheProcess && b.Entries.Count > 0 && !_held.ContainsKey(b.ObjectId)).Select(b => b.ObjectId).Distinct()]);
        foreach (var batch in batches)
        {
            if (batch.Entries.Count == 0) continue;
            var epoch = EpochFor(batch.ObjectId, batch.Epoch);
            if (!commits.TryGetValue(batch.ObjectId, out var commit))
            {
                commits.Add(batch.ObjectId, commit = new(Latest(batch.ObjectId), Index(batch.ObjectId), Payloads(batch.ObjectId)));
                inOrder.Add(commit);
            }
            if (commit.Before.Epoch != epoch.Number) throw Fenced(batch.ObjectId);
            foreach (var entry in batch.Entries) commit.Add(entry);
        }
        inOrder.RemoveAll(commit => commit.IsEmpty);
        var changes = new List<SharedTable.Change>();
        foreach (var commit in inOrder)
        {
            if (commit.Before.Next == 0 && _table.Find(ObjectKey(commit.Id)) is null) changes.Add(new(ObjectKey(commit.Id), PlaceAmongObjects(changes.Count)));
            changes.AddRange(SuppliedAgain(commit));
        }
        long mark = NewMark();
        var table = changes.Count > 0 ? _table.Prepare(changes) : null;
        return new([.. inOrder.SelectMany(commit => commit.Prepare(mark)), .. table is null ? [] : new[] { table }], [.. inOrder.Select(c => c.Id)], () =>
        {
            foreach (var commit in inOrder) _states.Keep(commit.Stored());
            if (table is not null) _table.Stored(table, changes);
        });
    }

    // The table's events have numbers that rise for ever, and a commit brings fewer objects than there is room for below one.
    private byte[] PlaceAmongObjects(int among)
    {
        byte[] place = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(place, (_table.Next << AmongBits) + among);
        return place;
    }

    private static long NumberOf(byte[] place) => BinaryPrimitives.ReadInt64BigEndian(place);

    private void AcquireAtOnce(ContentHash[] ids) => Parallel.ForEach(ids, new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce }, id => Acquire(id));

    private Epoch EpochFor(ContentHash id, Epoch asked)
    {
        if (_held.TryGetValue(id, out var held) && (asked == held || asked == Epoch.OfTheProcess)) return held;
        return asked == Epoch.OfTheProcess ? Acquire(id) : throw Fenced(id);
    }

    private JournalException Fenced(ContentHash id) => PostgresFaults.Fenced(id, _system.Store);

    /// <summary>What a commit writes, the objects that it is about, and what to do when it is stored. The last addition carries a mark.</summary>
    private sealed record Plan(IReadOnlyList<Addition> Additions, IReadOnlyList<ContentHash> Objects, Action Stored);

    // Prepared anew for each try. What is refused may be so since somebody was faster: then preparing finds out whether the object is still ours. Or the answer was lost.
    private void Commit(Func<Plan> prepare)
    {
        long started = Stopwatch.GetTimestamp();
        var pause = Streams.FirstPause;
        for (int conflicts = 0; ;)
        {
            var plan = prepare();
            if (plan.Additions.Count == 0) return;
            var failure = _streams.Write(plan.Additions);
            if (failure is null || IsStored(plan.Additions[^1]))
            {
                plan.Stored();
                return;
            }
            if (!plan.Additions.Any(a => _streams.Last(a.Stream) >= a.Sequence)) _streams.Pause(failure, started, ref pause);
            else if (++conflicts > ConflictsMax) throw _streams.From(failure);
            foreach (var id in plan.Objects) _states.Forget(id);
            _table.Refresh();
        }
    }

    private bool IsStored(Addition addition) =>
        _streams.Read(addition.Stream, addition.Sequence, addition.Sequence).Events is [var e] && e.Bytes.AsSpan().SequenceEqual(addition.Events[0].Bytes);

    /// <inheritdoc/>
    public void Drop(ContentHash objectId)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_held.ContainsKey(objectId) && _streams.Last(Index(objectId)) == 0) return;
            long index = 0, payloads = 0;
            Commit(() =>
            {
                var epoch = EpochFor(objectId, Epoch.OfTheProcess);
                var (last, head) = Stands(objectId);
                if (head.Epoch != epoch.Number) throw Fenced(objectId);
                (index, payloads) = (last + 1, head.Payloads + 1);
                SharedTable.Change[] changes = [new(ObjectKey(objectId), null), .. _table.Rows(QuarantineKey(objectId)).Select(r => new SharedTable.Change(r.Key, null))];
                var table = _table.Prepare(changes);
                return new([new(Payloads(objectId), payloads, [new(IndexEvents.Dropped, [])]), Event(objectId, index, IndexEvents.Dropped, Head.Of(payloads) with { Epoch = index, Mark = NewMark() }), table],
                    [objectId], () => _table.Stored(table, changes));
            });
            _held.TryRemove(objectId, out _);
            _states.Forget(objectId);
            _streams.Delete(Index(objectId), index);
            _streams.Delete(Payloads(objectId), payloads);
        }
    }

    private static string ObjectKey(ContentHash id) => ObjectPrefix + id;

    private static string QuarantineKey(ContentHash id) => $"{QuarantinePrefix}{id}/";

    private static long NewMark()
    {
        Span<byte> mark = stackalloc byte[8];
        SystemRandom.Instance.Fill(mark);
        return BinaryPrimitives.ReadInt64BigEndian(mark);
    }

    /// <summary>Ends the journal's actor system. Who waits for the database gives up.</summary>
    public void Dispose()
    {
        _streams.Close();
        lock (_writing)
        {
            if (_disposed) return;
            _disposed = true;
            _system.Dispose();
        }
    }

    private const int SchemaVersion = 1, ConflictsMax = 100;
    private const int AmongBits = 24;
    private const string VersionKey = "version", SettingPrefix = "s/", ObjectPrefix = "o/", QuarantinePrefix = "q/";
}
