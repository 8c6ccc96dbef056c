using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols.Sync;

namespace Hhs.Protocols.Tests.Sync;

/// <summary>A copy of an object that lives in memory and accepts every payload.</summary>
internal sealed class MemoryReplica(ContentHash id) : ISyncReplica
{
    private readonly Dictionary<ContentHash, int> _indices = [];
    private readonly List<Header> _headers = [];
    private readonly List<byte[]> _payloads = [];
    private readonly HashSet<ContentHash> _tips = [];
    private Position? _frontier = Position.Empty;

    public static Literal.Map CreatePayload { get; } = Literal.Map.Of(("action", "create"), ("type", "test"));

    public static Header CreateHeader { get; } = new(CanonicalJson.Hash(CreatePayload), Position.Empty);

    /// <summary>A copy that holds the create entry and nothing else.</summary>
    public static MemoryReplica Fresh()
    {
        var replica = new MemoryReplica(CreateHeader.Hash);
        replica.Add(CreateHeader, CreatePayload);
        return replica;
    }

    public ContentHash Id { get; } = id;

    public int Count => _headers.Count;

    public Position Frontier => _frontier ??= Position.Of([.. _tips]);

    public IEnumerable<ContentHash> Entries => _headers.Select(h => h.Hash);

    public bool Contains(ContentHash entry) => _indices.ContainsKey(entry);

    public bool TryIndex(ContentHash entry, out int index) => _indices.TryGetValue(entry, out index);

    public Header HeaderAt(int index) => _headers[index];

    public bool TryGetHeader(ContentHash entry, [NotNullWhen(true)] out Header? header)
    {
        header = TryIndex(entry, out int index) ? _headers[index] : null;
        return header is not null;
    }

    public bool TryReadPayload(ContentHash entry, out ReadOnlyMemory<byte> json)
    {
        json = TryIndex(entry, out int index) ? _payloads[index] : default(ReadOnlyMemory<byte>);
        return !json.IsEmpty;
    }

    /// <summary>Appends an entry whose predecessors are here; false when it already was.</summary>
    public bool Add(Header header, Literal payload)
    {
        foreach (var prev in header.PrevEntryHashes) Assert(Contains(prev), "a predecessor is missing");
        Assert(CanonicalJson.Hash(payload) == header.PayloadHash, "the payload is another's");
        if (!_indices.TryAdd(header.Hash, _headers.Count)) return false;
        _headers.Add(header);
        _payloads.Add(JsonText.Write(payload));
        foreach (var prev in header.PrevEntryHashes) _tips.Remove(prev);
        _tips.Add(header.Hash);
        _frontier = null;
        return true;
    }

    /// <summary>Writes a new entry on top of a position, by default the frontier.</summary>
    public Header Write(string what, Position? at = null) => Write(Literal.Map.Of(("action", "add"), ("element", what)), at);

    /// <summary>Writes a new entry on top of a position, by default the frontier.</summary>
    public Header Write(Literal payload, Position? at = null)
    {
        var header = new Header(CanonicalJson.Hash(payload), at ?? Frontier);
        Add(header, payload);
        return header;
    }

    private static void Assert(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException(otherwise);
    }
}
