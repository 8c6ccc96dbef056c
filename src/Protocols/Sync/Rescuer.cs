using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Sync;

/// <summary>Sets an original going again that has stopped short of what we told it.</summary>
/// <remarks>
/// An original asks the first of its peers that is free for everything it misses, whoever announced that, and at once again
/// when the answer is empty: two that met before they met us ask each other for ever for what neither has. So one that gets
/// nowhere is told nothing new for a while, which ends its asking; then it is told tips that nobody has, one more each time,
/// each of which takes up one of the peers before us, and with the last of them what it lacks: that it asks of us. It looks
/// for payloads from announced tips down and stops at what it has, so the lowest entries that it lacks are told as tips, too.
/// A tip that nobody has makes it ask the peers before us in vain for as long as it stands (docs/wire-compatibility.md), so it
/// stands until the original asks us, and for half a second at most; and rescues in vain come less and less often.
/// Source: dispatchHeaderRequests, handleNewFrontier and findPayloadsForPeer in the original's synchronizer.
/// </remarks>
internal sealed class Rescuer(SyncContext context, Gossip gossip, Server server)
{
    /// <summary>Looks later at originals that differ from us now.</summary>
    public void Watch()
    {
        foreach (var peer in context.Peers.Values) { if (MayLack(peer)) context.WakeAt(Timer, context.Now + LookAfter); }
    }

    public void TimePassed()
    {
        foreach (var peer in context.Peers.Values) { if (peer.Kind == PeerKind.Original) Look(peer, peer.Rescue); }
    }

    /// <summary>An original asks us: it has been reached, and hears the truth at once.</summary>
    public void AskedBy(SyncPeer peer)
    {
        if (peer.Rescue.Step == RescueStep.Called) Desist(peer, peer.Rescue);
    }

    private bool MayLack(SyncPeer peer) =>
        peer.Kind == PeerKind.Original && peer.Announced is { } announced && !context.IsShunned(peer) && !announced.Equals(context.Replica.Frontier);

    private void Look(SyncPeer peer, Rescue rescue)
    {
        var lacks = MayLack(peer) ? peer.Stage.LowestLacking(peer.Has, context.Replica, LowestTold) : [];
        if (lacks.Count == 0)
        {
            rescue.Lowest = null;
            Desist(peer, rescue);
            return;
        }
        if (rescue.Lowest != lacks[0])
        {
            rescue.Lowest = lacks[0];
            rescue.Since = context.Now;
            rescue.Calls = 0;
            Desist(peer, rescue);
        }
        if (peer.ServedAt > rescue.Since)
        {
            rescue.Since = peer.ServedAt;
            Desist(peer, rescue);
        }
        if (rescue.Step == RescueStep.Waiting) rescue.Due = rescue.Since + Patience;
        if (context.Now >= rescue.Due) Next(peer, rescue, lacks);
        context.WakeAt(Timer, rescue.Due);
    }

    private void Next(SyncPeer peer, Rescue rescue, List<ContentHash> lacks)
    {
        if (rescue.Step == RescueStep.Waiting && server.Repeat(peer))
        {
            rescue.Since = context.Now;
            rescue.Due = context.Now + Patience;
        }
        else if (rescue.Step == RescueStep.Withdrawn)
        {
            Call(peer, rescue, lacks);
            rescue.Step = RescueStep.Called;
            rescue.Due = context.Now + CallTime;
        }
        else if (rescue.Step == RescueStep.Called && rescue.Calls % CallsInARow == 0)
        {
            // It may not want what we have: then it is not to be bothered for ever.
            Desist(peer, rescue);
            rescue.Since = rescue.Due = context.Now + (Rest * Math.Pow(2, Math.Min(rescue.Calls / CallsInARow, RestDoublings) - 1));
        }
        else
        {
            rescue.Step = RescueStep.Withdrawn;
            // Not in step with others of ours that do the same.
            rescue.Due = context.Now + WithdrawnTime + (WithdrawnTime * context.Choose(256) / 256);
            gossip.Tell(peer);
        }
    }

    private void Desist(SyncPeer peer, Rescue rescue)
    {
        if (rescue.Step == RescueStep.Waiting) return;
        rescue.Step = RescueStep.Waiting;
        // One that is shunned meanwhile is told nothing new, and must not be left with what nobody has.
        if (context.IsShunned(peer)) gossip.Say(peer, Gossip.NothingNewTo(peer, context.Replica.Id));
        else gossip.Tell(peer);
    }

    private void Call(SyncPeer peer, Rescue rescue, List<ContentHash> lacks)
    {
        var tips = new List<ContentHash>();
        for (int taken = rescue.Calls++ % CallsInARow; taken >= 0; taken--)
        {
            tips.Add(context.NewHash());
            gossip.Say(peer, Position.Of([.. tips]));
        }
        var all = tips.Concat(lacks).Concat(peer.Stage.Target(peer.Announced, context.Replica)).Take(WireLimits.HashesMax);
        gossip.Say(peer, Position.Of([.. all]));
    }

    private static readonly SyncTimer Timer = new(SyncTimerKind.Rescue);
    private static readonly TimeSpan CallTime = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan WithdrawnTime = TimeSpan.FromMilliseconds(500);

    private const int RestDoublings = 6;   // up to eight minutes
    private const int CallsInARow = 5;   // an original keeps 6 peers a topic: as many may be before us
    private const int LowestTold = 16;
}
