using Hhs.Model.Dag;

namespace Hhs.Protocols.Sync;

/// <summary>Chooses which peers of our kind are told of growth at once and which later: what flooding tells most of them they know already.</summary>
/// <remarks>
/// Links begin eager. One that brings what is here, or on its way, becomes lazy at both ends; what is left of a swarm's
/// links is a tree along which news travels. Over a lazy link a peer is told after <see cref="SyncSettings.LazyAfter"/>,
/// unless it has shown by then that it knows. If the tree is broken that is how news comes, and whoever asks for it makes
/// the link eager again, at both ends. The request for a walk is all the agreement there is: no message is needed that
/// the protocol does not have, and nobody is believed, since a peer that passes nothing on only delays its neighbours
/// until a lazy link tells them. Source: Leitao, Pereira, Rodrigues, "Epidemic Broadcast Trees" (2007).
/// </remarks>
internal sealed class GossipTree(SyncContext context)
{
    private readonly SyncSettings _settings = context.Settings;

    /// <summary>Whether the choice bears on this: a peer that is staged, or may be an original, hears of everything at once.</summary>
    public bool IsChosen(SyncPeer peer, Position target) =>
        _settings.GossipTree && peer.Kind == PeerKind.Native && target.Equals(context.Replica.Frontier) && !context.IsShunned(peer);

    /// <summary>We ask the peer for what it told us of.</summary>
    public void Asking(SyncPeer peer) => peer.IsEager = true;

    /// <summary>The peer asks us for a walk.</summary>
    public void AskedBy(SyncPeer peer)
    {
        peer.IsEager = true;
        peer.PushedAt = null;
    }

    /// <summary>The peer has told us its frontier; that we had it first, or asked another for it, makes the link lazy.</summary>
    public void Heard(SyncPeer peer, Position announced, bool isNews)
    {
        // One that repeats what we told it says that it has fetched it: from us, or it has been found out by PruneVain.
        // One that is behind us brings nothing either, but needs us: only who has all that we have is reached by others.
        if (!isNews && peer.Lacks(announced) && announced.Equals(context.Replica.Frontier)) Prune(peer);
    }

    /// <summary>The peer has been told at once.</summary>
    public void Pushed(SyncPeer peer)
    {
        peer.PushedAt ??= context.Now;
        context.WakeAt(Timer, context.Now + _settings.PruneAfter);
    }

    /// <summary>Makes lazy what has been told at once, and did not need it.</summary>
    public void PruneVain()
    {
        foreach (var peer in context.Peers.Values)
        {
            if (peer.PushedAt is not { } at) continue;
            if (context.Now - at < _settings.PruneAfter)
            {
                context.WakeAt(Timer, at + _settings.PruneAfter);
                continue;
            }
            Prune(peer);
            peer.PushedAt = null;
        }
    }

    /// <summary>Of peers that are all lazy makes one eager, or nothing of ours would ever leave at once.</summary>
    public void KeepOneEager()
    {
        var natives = Natives.ToArray();
        if (natives.Length > 0 && !natives.Any(p => p.IsEager)) natives[context.Choose(natives.Length)].IsEager = true;
    }

    // To tell a few peers in vain costs next to nothing, and is faster than any tree.
    private void Prune(SyncPeer peer)
    {
        if (Natives.Skip(_settings.FloodPeersMax).Any()) peer.IsEager = false;
    }

    private IEnumerable<SyncPeer> Natives => context.Peers.Values.Where(p => p.Kind == PeerKind.Native && !context.IsShunned(p));

    public static readonly SyncTimer Timer = new(SyncTimerKind.Lazy);
}
