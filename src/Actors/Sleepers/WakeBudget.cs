using Hhs.Model.Hashing;
using Hhs.Protocols;

namespace Hhs.Actors.Sleepers;

/// <summary>What a peer has done that wakes an object.</summary>
internal enum WakeCause
{
    /// <summary>It announced entries that are not here. It is to supply them.</summary>
    Announced,
    /// <summary>It asked for something.</summary>
    Asked,
    /// <summary>It joined, and only the object itself can tell it what there is.</summary>
    Joined,
}

/// <summary>How many objects one peer may have woken at a time without having brought anything; the rest wait for their turn.</summary>
/// <remarks>
/// A place is taken from the wish until the object has grown, or sleeps again. Questions have places of their own, which are free
/// again after a moment: two nodes that each hold all the other's places by what they announced can still answer one another.
/// </remarks>
/// <param name="placesMax">Places of a peer of either sort.</param>
/// <param name="waitingMax">Wishes of all peers that wait; a further one is dropped.</param>
internal sealed class WakeBudget(int placesMax, int waitingMax)
{
    private readonly Dictionary<PeerId, Peer> _peers = [];
    private readonly Dictionary<ContentHash, Place> _places = [];
    private int _waiting;

    private sealed class Peer
    {
        public int[] Taken { get; } = new int[2];
        public Queue<(ContentHash Id, WakeCause Cause)>[] Waiting { get; } = [new(), new()];
        public HashSet<(ContentHash, bool)> Known { get; } = [];
    }

    private sealed record Place(PeerId By, WakeCause Cause, TimeSpan Since, bool WasHeard = false);

    /// <summary>Whether some wish waits, or some place will be free by the mere passing of time.</summary>
    public bool NeedsTime => _waiting > 0;

    /// <summary>Takes a place for the object, or puts the wish into the queue. False if there is no room in that either.</summary>
    /// <param name="id">The object.</param>
    /// <param name="by">Who causes it to be woken.</param>
    /// <param name="cause">By what.</param>
    /// <param name="now">Time since any fixed start.</param>
    /// <param name="wakeNow">Whether the object is to be woken now.</param>
    public bool TryAsk(ContentHash id, PeerId by, WakeCause cause, TimeSpan now, out bool wakeNow)
    {
        if (!_peers.TryGetValue(by, out var peer)) _peers.Add(by, peer = new());
        wakeNow = peer.Taken[Sort(cause)] < placesMax && peer.Waiting[Sort(cause)].Count == 0;
        if (wakeNow)
        {
            Take(id, by, peer, cause, now);
            return true;
        }
        if (peer.Known.Contains((id, cause == WakeCause.Asked))) return true;
        if (_waiting >= waitingMax) return false;
        peer.Known.Add((id, cause == WakeCause.Asked));
        peer.Waiting[Sort(cause)].Enqueue((id, cause));
        _waiting++;
        return true;
    }

    /// <summary>The wishes whose turn it is. Ask again in a moment while <see cref="NeedsTime"/>.</summary>
    /// <param name="now">Time since any fixed start.</param>
    /// <param name="isWanted">Whether the object is still asleep, and the peer still wants it awake.</param>
    public IReadOnlyList<(ContentHash Id, WakeCause Cause)> Next(TimeSpan now, Func<ContentHash, PeerId, bool> isWanted)
    {
        foreach (var (id, place) in _places.Where(p => p.Value.Cause == WakeCause.Asked && now - p.Value.Since >= AskedFor).ToArray()) Free(id, place);
        var next = new List<(ContentHash, WakeCause)>();
        foreach (var (by, peer) in _peers)
        {
            for (int sort = 0; sort < peer.Waiting.Length; sort++)
            {
                while (peer.Taken[sort] < placesMax && peer.Waiting[sort].TryDequeue(out var wish))
                {
                    _waiting--;
                    peer.Known.Remove((wish.Id, wish.Cause == WakeCause.Asked));
                    if (!isWanted(wish.Id, by)) continue;
                    Take(wish.Id, by, peer, wish.Cause, now);
                    next.Add(wish);
                }
            }
        }
        return next;
    }

    /// <summary>The object has grown: whoever had it woken has kept its word.</summary>
    public void Grew(ContentHash id)
    {
        if (_places.TryGetValue(id, out var place) && place.Cause != WakeCause.Asked) Free(id, place);
    }

    /// <summary>What the peer has said has reached the object: from now on it can keep its word.</summary>
    public void Heard(ContentHash id, PeerId peer)
    {
        if (_places.TryGetValue(id, out var place) && place.By == peer) _places[id] = place with { WasHeard = true };
    }

    /// <summary>The object sleeps again, or is gone; answers the peer that announced what never came, if that is why it was woken.</summary>
    public PeerId? Ended(ContentHash id)
    {
        if (!_places.TryGetValue(id, out var place)) return null;
        Free(id, place);
        return place is { Cause: WakeCause.Announced, WasHeard: true } ? place.By : null;
    }

    /// <summary>The peer is gone.</summary>
    public void Forget(PeerId by)
    {
        foreach (var (id, place) in _places.Where(p => p.Value.By == by).ToArray()) Free(id, place);
        if (_peers.Remove(by, out var peer)) _waiting -= peer.Waiting.Sum(w => w.Count);
    }

    private void Take(ContentHash id, PeerId by, Peer peer, WakeCause cause, TimeSpan now)
    {
        if (_places.TryGetValue(id, out var before)) Free(id, before);
        peer.Taken[Sort(cause)]++;
        _places[id] = new(by, cause, now);
    }

    private void Free(ContentHash id, Place place)
    {
        _places.Remove(id);
        if (_peers.TryGetValue(place.By, out var peer)) peer.Taken[Sort(place.Cause)]--;
    }

    private static int Sort(WakeCause cause) => cause == WakeCause.Asked ? 1 : 0;

    private static readonly TimeSpan AskedFor = TimeSpan.FromMilliseconds(250);
}
