using System.Collections.Concurrent;
using System.Diagnostics;
using Hhs.Actors.Journal;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;

namespace Hhs.Actors.Objects;

/// <summary>The payloads of one object: those still on their way to the disk, a bounded cache, and the journal behind both.</summary>
/// <remarks>Safe for use by the object and its gossip channel at once.</remarks>
internal sealed class PayloadStore(ContentHash objectId, IJournal journal, int cachedBytesMax) : IPayloadSource
{
    private readonly ConcurrentDictionary<ContentHash, ReadOnlyMemory<byte>> _undurable = new();
    private readonly Lock _cacheLock = new();
    private readonly Dictionary<ContentHash, LinkedListNode<(ContentHash Entry, ReadOnlyMemory<byte> Json)>> _cached = [];
    private readonly LinkedList<(ContentHash Entry, ReadOnlyMemory<byte> Json)> _byUse = [];
    private int _cachedBytes;

    /// <summary>Keeps a payload until <see cref="Stored"/> says that the journal has it.</summary>
    public void Hold(ContentHash entry, ReadOnlyMemory<byte> json) => _undurable[entry] = json;

    /// <summary>The journal has the payload; it may still be wanted soon.</summary>
    public void Stored(ContentHash entry)
    {
        if (_undurable.TryRemove(entry, out var json)) Cache(entry, json);
    }

    /// <summary>The payload as JSON text, of an admitted entry.</summary>
    public bool TryRead(ContentHash entry, out ReadOnlyMemory<byte> json)
    {
        if (_undurable.TryGetValue(entry, out json)) return true;
        lock (_cacheLock)
        {
            if (_cached.TryGetValue(entry, out var node))
            {
                _byUse.Remove(node);
                _byUse.AddLast(node);
                json = node.Value.Json;
                return true;
            }
        }
        if (!journal.TryReadPayload(objectId, entry, out json)) return false;
        Cache(entry, json);
        return true;
    }

    /// <inheritdoc/>
    public Literal.Map PayloadOf(ContentHash entry)
    {
        if (!TryRead(entry, out var json)) throw new UnreachableException($"entry {entry.Short} of object {objectId.Short} is in the index and not in the journal");
        if (!LiteralReader.TryRead(json.Span, out var literal, out var why)) throw new UnreachableException($"entry {entry.Short} of object {objectId.Short}: {why}");
        return (Literal.Map)literal;
    }

    private void Cache(ContentHash entry, ReadOnlyMemory<byte> json)
    {
        lock (_cacheLock)
        {
            if (_cached.ContainsKey(entry)) return;
            _cached.Add(entry, _byUse.AddLast((entry, json)));
            _cachedBytes += json.Length + NodeBytes;
            while (_cachedBytes > cachedBytesMax && _byUse.First is { } oldest)
            {
                _byUse.RemoveFirst();
                _cached.Remove(oldest.Value.Entry);
                _cachedBytes -= oldest.Value.Json.Length + NodeBytes;
            }
        }
    }

    private const int NodeBytes = 160;   // what an entry of the cache costs beside its text
}
