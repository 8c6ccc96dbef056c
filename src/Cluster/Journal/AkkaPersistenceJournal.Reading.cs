using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Cluster.Journal;

/// <summary>Reading, with the checks that every read makes.</summary>
internal sealed partial class AkkaPersistenceJournal
{
    /// <inheritdoc/>
    public IReadOnlyList<NumberedObject> ObjectsFrom(long number)
    {
        _table.Refresh();
        return [.. _table.Rows(ObjectPrefix).Select(r => new NumberedObject(NumberOf(r.Value), ContentHash.Parse(r.Key.AsSpan(ObjectPrefix.Length)))).Where(o => o.Number >= number).OrderBy(o => o.Number)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ObjectSummary> Objects
    {
        get
        {
            _table.Refresh();
            var ids = _table.Rows(ObjectPrefix).OrderBy(r => NumberOf(r.Value)).Select(r => ContentHash.Parse(r.Key.AsSpan(ObjectPrefix.Length))).ToArray();
            var objects = new ObjectSummary?[ids.Length];
            Parallel.For(0, ids.Length, new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce }, i =>
            {
                var head = HeadOf(ids[i]);
                objects[i] = head.Next > 0 ? new(ids[i], head.Entries, head.Frontier) : null;   // dropped meanwhile
            });
            return [.. objects.OfType<ObjectSummary>()];
        }
    }

    private Head HeadOf(ContentHash id)
    {
        if (_states.Find(id) is { } state) lock (state) if (IsHeld(state)) return state.Head;
        return Stands(id).Head;
    }

    // What is held was true when it was read, and stays true until somebody else acquires the object: the next write tells.
    private bool IsHeld(ObjectState state) => _held.TryGetValue(state.Id, out var epoch) && state.Head.Epoch == epoch.Number;

    /// <summary>An object's last event, and how the object stands by it; of what is held, from memory.</summary>
    private (long Last, Head Head) Stands(ContentHash id)
    {
        if (_states.Find(id) is { } state) lock (state) if (IsHeld(state)) return (state.Last, state.Head);
        for (int attempt = 0; ; attempt++)
        {
            long last = _streams.Last(Index(id));
            if (last == 0) return (0, Head.Of(0));
            var events = _streams.Read(Index(id), last, last).Events;
            if (events.Count == 0) return (last, Head.Of(_streams.Last(Payloads(id))));   // dropped
            if (IndexEvents.ReadHead(id, Index(id), events[0]) is { } head) return (last, head);
            if (attempt > 0) throw PostgresFaults.Of(JournalFault.Corrupt, _system.Store, $"how object {id} stands cannot be read, although it was written anew");
            Repair(id, NoneKnown);
        }
    }

    private IndexLog ReadLog(ContentHash id)
    {
        string stream = Index(id);
        var (events, last) = _streams.Read(stream);
        var log = new IndexLog(id, events.Count == 0 && last > 0 ? _streams.Last(Payloads(id)) : 0) { Last = last };
        foreach (var e in events) IndexEvents.ReadInto(log, stream, e);
        return log;
    }

    private static ObjectState StateOf(IndexLog log, IEnumerable<(long Place, IndexedEntry Entry)> intact)
    {
        var state = new ObjectState(log.ObjectId, log.Last, log.Head);
        var payloads = new Dictionary<long, long>();
        foreach (var row in log.Rows) payloads[row.Place] = row.Payload;
        foreach (var (place, entry) in intact) state.Add(entry.Header, place, payloads[place]);
        return state;
    }

    /// <summary>The object with its names as it is now.</summary>
    private ObjectState Latest(ContentHash id)
    {
        if (_states.Find(id) is { } known)
        {
            bool isHeld;
            lock (known) isHeld = IsHeld(known);
            if (isHeld || _streams.Last(Index(id)) == known.Last) return known;
        }
        for (int attempt = 0; ; attempt++)
        {
            var log = ReadLog(id);
            var scan = log.Scan();
            var state = StateOf(log, scan.Walk(log.Usable));
            if (scan.NeedsRepair && attempt == 0)
            {
                Repair(id, NoneKnown);
                continue;
            }
            _states.Keep(state);
            return state;
        }
    }

    /// <inheritdoc/>
    public bool Contains(ContentHash objectId, ContentHash entry) => Latest(objectId).TryFind(entry, out _, out _);

    /// <inheritdoc/>
    public IEnumerable<IndexedEntry> ReadIndex(ContentHash objectId)
    {
        var log = ReadLog(objectId);
        var scan = log.Scan();
        var intact = new List<(long, IndexedEntry Entry)>();
        foreach (var one in scan.Walk(log.Usable))
        {
            intact.Add(one);
            yield return one.Entry;
        }
        if (scan.NeedsRepair) Repair(objectId, NoneKnown);
        else if (log.Last > 0) _states.Keep(StateOf(log, intact));
    }

    /// <inheritdoc/>
    public bool TryReadPayload(ContentHash objectId, ContentHash entry, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        if (!Latest(objectId).TryFind(entry, out long number, out long at)) return false;
        var events = _streams.Read(Payloads(objectId), at, at).Events;
        bool isThere = (events.Count > 0 ? PayloadEvents.Read(events[0]) : []).TryGetValue(number, out var found);
        string? damage = !isThere ? "the payload is missing"
            : RecordCode.PayloadChecksum(number, entry.ToBytes(), found.Body) != found.Checksum ? "the payload does not match its checksum" : null;
        payload = found.Body;
        if (damage is null) return true;
        Repair(objectId, new Dictionary<long, string> { [number] = damage });
        payload = default;
        throw PostgresFaults.Of(JournalFault.DamagedRecord, _system.Store, $"entry {entry} of object {objectId}: {damage}");
    }

    /// <inheritdoc/>
    public long BytesOf(ContentHash objectId) => HeadOf(objectId).Bytes;

    /// <inheritdoc/>
    public JournalVerification VerifyAll(IProgress<long>? progress = null)
    {
        long bytes = 0, seen = 0;
        var quarantined = new List<QuarantinedRecord>();
        foreach (var o in Objects)
        {
            var log = ReadLog(o.ObjectId);
            var scan = log.Scan();
            var unread = scan.Walk(log.Usable).ToDictionary(one => one.Place, one => one.Entry);
            var damaged = new Dictionary<long, string>();
            foreach (var e in AllPayloads(o.ObjectId, log.Head.Payloads))
            {
                foreach (var (number, (checksum, body)) in PayloadEvents.Read(e))
                {
                    if (!unread.Remove(number, out var entry)) continue;
                    if (++seen % 1000 == 0) progress?.Report(seen);
                    bytes += body.Length;
                    if (PayloadFault(number, entry, checksum, body) is { } fault) damaged[number] = fault;
                }
            }
            seen += unread.Count;
            foreach (long number in unread.Keys) damaged[number] = "the payload is missing";
            if (scan.NeedsRepair || damaged.Count > 0) quarantined.AddRange(Repair(o.ObjectId, damaged));
        }
        progress?.Report(seen);
        return new(Objects.Sum(o => o.EntryCount), bytes, quarantined);
    }

    private IEnumerable<Numbered> AllPayloads(ContentHash id, long upTo)
    {
        for (long from = 1; from <= upTo; from += EventsAtOnce)
            foreach (var e in _streams.Read(Payloads(id), from, Math.Min(upTo, from + EventsAtOnce - 1)).Events) yield return e;
    }

    private static string? PayloadFault(long number, IndexedEntry entry, long checksum, byte[] body)
    {
        if (RecordCode.PayloadChecksum(number, entry.Header.Hash.ToBytes(), body) != checksum) return "the payload does not match its checksum";
        if (!LiteralReader.TryRead(body, out var literal, out var why)) return $"the payload cannot be read ({why.Detail})";
        return CanonicalJson.Hash(literal) == entry.Header.PayloadHash ? null : "the payload does not hash to the header's payload hash";
    }

    private const int ReadsAtOnce = 8, EventsAtOnce = 100;
    private static readonly IReadOnlyDictionary<long, string> NoneKnown = new Dictionary<long, string>();
}
