using Hhs.Model.Hashing;

namespace Hhs.Actors.Journal;

/// <summary>A store that lives as long as its process: for tests, and for nodes that keep nothing.</summary>
public sealed class MemoryJournal : IJournal
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ContentHash, StoredObject> _objects = [];
    private readonly List<StoredObject> _inOrder = [];
    private readonly SortedDictionary<string, byte[]> _settings = new(StringComparer.Ordinal);

    private long _lastNumber;

    private sealed class StoredObject(ContentHash id, long number)
    {
        internal long Number { get; } = number;
        internal ContentHash Id { get; } = id;
        internal List<JournalEntry> Entries { get; } = [];
        internal Dictionary<ContentHash, JournalEntry> ByName { get; } = [];
        internal long Bytes { get; set; }
        internal HashSet<ContentHash> Tips { get; } = [];
    }

    /// <inheritdoc/>
    public JournalOpening Opening { get; } = new(0, null, []);

    /// <inheritdoc/>
    public IReadOnlyList<ObjectSummary> Objects
    {
        get
        {
            lock (_lock) return [.. _inOrder.Select(o => new ObjectSummary(o.Id, o.Entries.Count, FrontierCode.Bounded(o.Tips)))];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<NumberedObject> ObjectsFrom(long number)
    {
        lock (_lock) return [.. _inOrder.Where(o => o.Number >= number).Select(o => new NumberedObject(o.Number, o.Id))];
    }

    /// <inheritdoc/>
    public bool Contains(ContentHash objectId, ContentHash entry)
    {
        lock (_lock) return _objects.TryGetValue(objectId, out var o) && o.ByName.ContainsKey(entry);
    }

    /// <inheritdoc/>
    public IReadOnlyList<QuarantinedRecord> Quarantine => [];

    /// <inheritdoc/>
    public void ForgetQuarantine()
    {
        // Memory is not checked, so nothing is ever quarantined.
    }

    /// <inheritdoc/>
    public void Append(IReadOnlyList<ObjectBatch> batches)
    {
        lock (_lock)
        {
            RefuseMissingPredecessors(batches);
            foreach (var batch in batches)
            {
                foreach (var entry in batch.Entries) Store(batch.ObjectId, entry);
            }
        }
    }

    // Looked at as a whole first, so that a call that fails has stored nothing.
    private void RefuseMissingPredecessors(IReadOnlyList<ObjectBatch> batches)
    {
        var earlier = new HashSet<(ContentHash Object, ContentHash Entry)>();
        foreach (var batch in batches)
        {
            var o = _objects.GetValueOrDefault(batch.ObjectId);
            foreach (var entry in batch.Entries)
            {
                foreach (var prev in entry.Header.PrevEntryHashes)
                {
                    if (earlier.Contains((batch.ObjectId, prev)) || (o is not null && o.ByName.ContainsKey(prev))) continue;
                    throw JournalFaults.MissingPredecessor(batch.ObjectId, entry.Entry, prev);
                }
                earlier.Add((batch.ObjectId, entry.Entry));
            }
        }
    }

    private void Store(ContentHash objectId, JournalEntry entry)
    {
        if (!_objects.TryGetValue(objectId, out var o))
        {
            _objects.Add(objectId, o = new(objectId, ++_lastNumber));
            _inOrder.Add(o);
        }
        // Copies, as a store on disk would make: the caller may reuse its buffers.
        var stored = entry with { Payload = entry.Payload.ToArray(), Tags = entry.Tags.ToArray() };
        if (!o.ByName.TryAdd(entry.Entry, stored)) return;
        o.Entries.Add(stored);
        o.Bytes += stored.Payload.Length + stored.Tags.Length + JournalEntry.OverheadBytes;
        o.Tips.ExceptWith(entry.Header.PrevEntryHashes);
        o.Tips.Add(entry.Entry);
    }

    /// <inheritdoc/>
    public IEnumerable<IndexedEntry> ReadIndex(ContentHash objectId)
    {
        lock (_lock)
        {
            return _objects.TryGetValue(objectId, out var o) ? [.. o.Entries.Select(e => new IndexedEntry(e.Header, e.Tags))] : [];
        }
    }

    /// <inheritdoc/>
    public bool TryReadPayload(ContentHash objectId, ContentHash entry, out ReadOnlyMemory<byte> payload)
    {
        lock (_lock)
        {
            payload = default;
            if (!_objects.TryGetValue(objectId, out var o) || !o.ByName.TryGetValue(entry, out var stored)) return false;
            payload = stored.Payload;
            return true;
        }
    }

    /// <inheritdoc/>
    public long BytesOf(ContentHash objectId)
    {
        lock (_lock) return _objects.TryGetValue(objectId, out var o) ? o.Bytes : 0;
    }

    /// <inheritdoc/>
    public void Drop(ContentHash objectId)
    {
        lock (_lock) if (_objects.Remove(objectId, out var o)) _inOrder.Remove(o);
    }

    /// <inheritdoc/>
    public JournalVerification VerifyAll(IProgress<long>? progress = null)
    {
        lock (_lock)
        {
            long entries = _inOrder.Sum(o => (long)o.Entries.Count);
            progress?.Report(entries);
            return new(entries, _inOrder.Sum(o => o.Entries.Sum(e => (long)e.Payload.Length)), []);
        }
    }

    /// <inheritdoc/>
    public bool TryGetSetting(string name, out ReadOnlyMemory<byte> value)
    {
        lock (_lock)
        {
            bool found = _settings.TryGetValue(name, out var bytes);
            value = bytes;
            return found;
        }
    }

    /// <inheritdoc/>
    public void PutSetting(string name, ReadOnlyMemory<byte>? value)
    {
        lock (_lock)
        {
            if (value is { } bytes) _settings[name] = bytes.ToArray();
            else _settings.Remove(name);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Settings(string prefix)
    {
        lock (_lock)
        {
            return [.. _settings.Where(s => s.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(s => new KeyValuePair<string, ReadOnlyMemory<byte>>(s.Key, s.Value))];
        }
    }

    /// <summary>Does nothing: the entries go with the object.</summary>
    public void Dispose()
    {
    }
}
