using Hhs.Actors.Journal;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Journal;

/// <summary>What one commit adds to one object, on top of a state that is not changed before the commit is stored.</summary>
internal sealed class ObjectCommit
{
    private readonly ObjectState _state;
    private readonly string _index, _payloadStream;
    private readonly long _last;
    private readonly Head _before;
    private readonly Dictionary<ContentHash, long> _numbers = [];
    private readonly List<(Header Header, IndexRecord Record)> _added = [];
    private readonly List<StoredEvent> _payloads = [];
    private readonly HashSet<ContentHash> _tips;
    private EventWriter _together = new();
    private long _bytes, _bytesTogether;
    private Head _after;

    internal ObjectCommit(ObjectState state, string index, string payloads)
    {
        (_state, _index, _payloadStream) = (state, index, payloads);
        // Whoever acquires the object meanwhile changes the state: what is written is written on top of this.
        lock (state) (_last, _before, _tips) = (state.Last, state.Head, [.. state.Tips]);
        _after = _before;
    }

    /// <summary>The object.</summary>
    internal ContentHash Id => _state.Id;

    /// <summary>How it stood before.</summary>
    internal Head Before => _before;

    internal bool IsEmpty => _added.Count == 0;

    internal IEnumerable<ContentHash> Added => _numbers.Keys;

    /// <summary>Adds an entry if it is not there.</summary>
    /// <exception cref="JournalException">A predecessor is missing.</exception>
    internal void Add(JournalEntry entry)
    {
        if (_numbers.ContainsKey(entry.Entry) || _state.Names.ContainsKey(entry.Entry)) return;
        long number = _before.Next + _added.Count;
        var before = entry.Header.PrevEntryHashes;
        long[] numbers = new long[before.Count];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = _numbers.TryGetValue(before[i], out long own) ? own : _state.Names.TryGetValue(before[i], out var known) ? known.Number : throw JournalFaults.MissingPredecessor(_state.Id, entry.Entry, before[i]);
        byte[] room = new byte[numbers.Length * 5], hash = entry.Entry.ToBytes(), payloadHash = entry.Header.PayloadHash.ToBytes(), tags = entry.Tags.ToArray();
        byte[] prev = room[..RecordCode.WritePrev(number, numbers, room)];
        PayloadEvents.Add(_together, number, hash, entry.Payload.Span);
        _added.Add((entry.Header, new(number, hash, payloadHash, prev, tags, RecordCode.Checksum(_state.Id, number, hash, payloadHash, prev, tags), _before.Payloads + _payloads.Count + 1)));
        if ((_bytesTogether += entry.Payload.Length) >= PayloadEvents.BytesTogether) EndPayloads();
        _numbers.Add(entry.Entry, number);
        _tips.ExceptWith(before);
        _tips.Add(entry.Entry);
        _bytes += entry.Payload.Length + tags.Length + prev.Length + JournalEntry.OverheadBytes;
    }

    private void EndPayloads()
    {
        if (_bytesTogether == 0 && _together.IsEmpty) return;
        _payloads.Add(new(PayloadEvents.Payloads, _together.ToArray()));
        (_together, _bytesTogether) = (new(), 0);
    }

    /// <summary>The events that store it.</summary>
    internal IReadOnlyList<Addition> Prepare(long mark)
    {
        EndPayloads();
        var head = _before;
        _after = head with
        {
            Entries = head.Entries + _added.Count, Next = head.Next + _added.Count, Bytes = head.Bytes + _bytes, Payloads = head.Payloads + _payloads.Count,
            Frontier = FrontierCode.Bounded(_tips), Mark = mark,
        };
        var place = new EventPlace(_index, _last + 1, IndexEvents.Entries);
        return [new(_payloadStream, head.Payloads + 1, [.. _payloads]), new(_index, _last + 1, [IndexEvents.Write(_state.Id, place, _after, [.. _added.Select(a => a.Record)])])];
    }

    /// <summary>It is stored: the state is what it is now.</summary>
    internal ObjectState Stored()
    {
        lock (_state)
        {
            if (_state.Last != _last) return _state;   // outdated already: it is read anew
            foreach (var (header, record) in _added) _state.Add(header, record.Place, record.Payload);
            _state.Advance(_last + 1, _after);
            return _state;
        }
    }
}
