using Hhs.Model.Hashing;
using Hhs.Protocols;

namespace Hhs.Actors.Sleepers;

/// <summary>Who takes part in which sleeping object. Kept only where that decides whether this node goes on having the object.</summary>
internal sealed class Participants
{
    private readonly Dictionary<ContentHash, HashSet<PeerId>> _peers = [];

    public void Joined(ContentHash id, PeerId peer)
    {
        if (!_peers.TryGetValue(id, out var peers)) _peers.Add(id, peers = []);
        peers.Add(peer);
    }

    public void Left(ContentHash id, PeerId peer)
    {
        if (_peers.TryGetValue(id, out var peers) && peers.Remove(peer) && peers.Count == 0) _peers.Remove(id);
    }

    public void Forget(ContentHash id) => _peers.Remove(id);

    /// <summary>Whether anybody does whose session is open.</summary>
    public bool Any(ContentHash id, Predicate<PeerId> isConnected)
    {
        if (!_peers.TryGetValue(id, out var peers)) return false;
        peers.RemoveWhere(peer => !isConnected(peer));
        if (peers.Count == 0) _peers.Remove(id);
        return peers.Count > 0;
    }
}
