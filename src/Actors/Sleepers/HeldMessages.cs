using Hhs.Model.Hashing;
using Hhs.Protocols;

namespace Hhs.Actors.Sleepers;

/// <summary>What peers have said to objects that are being woken or wait for it: in order, and within a bound for each peer and for all.</summary>
/// <param name="bytesMax">Bytes for all peers; each may have a quarter.</param>
internal sealed class HeldMessages(int bytesMax)
{
    private readonly Dictionary<ContentHash, Dictionary<PeerId, List<Message>>> _held = [];
    private readonly Dictionary<PeerId, int> _bytesOf = [];
    private int _bytes;

    private readonly record struct Message(ReadOnlyMemory<byte> Bytes, bool IsFrontier);

    /// <summary>Whether the peer wants the object awake.</summary>
    public bool Has(ContentHash id, PeerId peer) => _held.TryGetValue(id, out var peers) && peers.ContainsKey(peer);

    /// <summary>Who wants the object awake.</summary>
    public IReadOnlyCollection<PeerId> PeersOf(ContentHash id) => _held.TryGetValue(id, out var peers) ? peers.Keys : [];

    /// <summary>Remembers that the peer wants the object awake, without a message.</summary>
    public void Want(ContentHash id, PeerId peer) => ListOf(id, peer);

    /// <summary>Keeps a message; false if there is no room. A frontier takes the place of the one before, which says less.</summary>
    public bool TryAdd(ContentHash id, PeerId peer, ReadOnlyMemory<byte> bytes, bool isFrontier)
    {
        int size = bytes.Length + OverheadBytes;
        if (_bytes + size > bytesMax || _bytesOf.GetValueOrDefault(peer) + size > bytesMax / 4) return false;
        var list = ListOf(id, peer);
        if (isFrontier && list.FindIndex(m => m.IsFrontier) is >= 0 and var old)
        {
            Count(peer, -(list[old].Bytes.Length + OverheadBytes));
            list.RemoveAt(old);
        }
        list.Add(new(bytes.ToArray(), isFrontier));   // what it is a part of may be large
        Count(peer, size);
        return true;
    }

    /// <summary>Takes what the peer has said, in order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Take(ContentHash id, PeerId peer)
    {
        if (!_held.TryGetValue(id, out var peers) || !peers.Remove(peer, out var list)) return [];
        if (peers.Count == 0) _held.Remove(id);
        Count(peer, -list.Sum(m => m.Bytes.Length + OverheadBytes));
        return [.. list.Select(m => m.Bytes)];
    }

    private List<Message> ListOf(ContentHash id, PeerId peer)
    {
        if (!_held.TryGetValue(id, out var peers)) _held.Add(id, peers = []);
        if (!peers.TryGetValue(peer, out var list)) peers.Add(peer, list = []);
        return list;
    }

    private void Count(PeerId peer, int bytes)
    {
        _bytes += bytes;
        int now = _bytesOf.GetValueOrDefault(peer) + bytes;
        if (now == 0) _bytesOf.Remove(peer);
        else _bytesOf[peer] = now;
    }

    private const int OverheadBytes = 128;
}
