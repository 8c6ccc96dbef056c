using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Sync;

/// <summary>Tells peers what our copy has come to, and hears the same from them.</summary>
/// <remarks>Source: wire.md section 6, supplement 8.4.</remarks>
internal sealed class Gossip(SyncContext context, GossipTree tree)
{
    private readonly SyncSettings _settings = context.Settings;
    private TimeSpan _lastAnnounced = TimeSpan.MinValue;
    private TimeSpan _partEvery = PartEveryMin;
    private bool _laterDue;
    private TimeSpan _laterAt, _laterPause;

    public void Joined(SyncPeer peer)
    {
        Tell(peer);
        context.WakeAt(KeepAlive, context.Now + _settings.KeepAliveEvery);
    }

    /// <param name="peer">Who told it.</param>
    /// <param name="announced">Its frontier.</param>
    /// <param name="isNews">Whether there is anything in it that is neither here nor asked for.</param>
    public void Heard(SyncPeer peer, Position announced, bool isNews)
    {
        var pause = HasMissedOurs(peer, announced) ? _settings.RetellEvery : _settings.PushBackEvery;
        tree.Heard(peer, announced, isNews);
        peer.Announced = announced;
        foreach (var tip in announced.Hashes) peer.Common.Add(tip);
        if (Position.Of([.. announced.Where(context.Replica.Contains)]) is { Count: > 0 } known) peer.Has = known;
        peer.Stage.Learn(announced, context.Replica);
        if (announced.Equals(context.Replica.Frontier)) return;   // an equal frontier is never answered

        var target = TargetFor(peer);
        if (!peer.ToldUnheard && tree.IsChosen(peer, target)) TellChosen(peer, target);
        else if (!target.Equals(peer.LastSent) || peer.ToldUnheard || context.Now - peer.LastSentAt >= pause) Tell(peer, target);
    }

    public void Grew()
    {
        _partEvery = PartEveryMin;
        if (_lastAnnounced == TimeSpan.MinValue || context.Now - _lastAnnounced >= _settings.AnnounceEvery) Announce();
        else context.WakeAt(new(SyncTimerKind.Announce), _lastAnnounced + _settings.AnnounceEvery);
    }

    public void Announce()
    {
        _lastAnnounced = context.Now;
        if (_settings.GossipTree) tree.KeepOneEager();
        foreach (var peer in context.Peers.Values)
        {
            var target = TargetFor(peer);
            if (target.Equals(peer.LastSent)) continue;
            if (tree.IsChosen(peer, target)) TellChosen(peer, target);
            else Tell(peer, target);
        }
    }

    /// <summary>Tells the lazy peers, all together, those of them that have not shown to know by now.</summary>
    public void TellLazy()
    {
        tree.PruneVain();
        if (!_laterDue || context.Now < _laterAt) return;
        _laterDue = false;
        var lacking = context.Peers.Values.Where(p => !p.IsEager && TargetFor(p) is var target && tree.IsChosen(p, target) && p.Lacks(target)).ToList();
        // Where there are many, a few would leave most to the keep-alive: whoever is the centre of a star has none but itself to tell them.
        int most = Math.Max(_settings.LazyPeersMax, lacking.Count / 16);
        for (int told = 0; told < most && lacking.Count > 0; told++)
        {
            int chosen = context.Choose(lacking.Count);
            Tell(lacking[chosen]);
            lacking.RemoveAt(chosen);
        }
        if (lacking.Count > 0) TellLater(_laterPause * 2);   // most will show by then that they know
    }

    private void TellChosen(SyncPeer peer, Position target)
    {
        if (!peer.Lacks(target))
        {
            // One that tells of stages waits to hear that we have come up with it.
            if (context.Replica.Count - peer.LastSentCount >= TakenUnsaid && peer.Announced is { } told && told.All(context.Replica.Contains)) Tell(peer, target);
        }
        else if (peer.IsEager)
        {
            Tell(peer, target);
            tree.Pushed(peer);
        }
        else TellLater(_settings.LazyAfter);
    }

    private void TellLater(TimeSpan pause)
    {
        if (_laterDue && pause >= _laterPause) return;
        (_laterDue, _laterPause) = (true, pause);
        // Not in step with the peer, or both would tell each other.
        _laterAt = context.Now + pause + (pause * context.Choose(256) / 512);
        context.WakeAt(GossipTree.Timer, _laterAt);
    }

    /// <summary>Frontiers can be lost on their way to an original (supplement 7.3), so where one differs it is told again.</summary>
    public void KeepUp()
    {
        foreach (var peer in context.Peers.Values)
        {
            if (!IsToldAgain(peer)) continue;
            peer.Stage.GiveUpIfStuck();
            Tell(peer);
        }
        if (context.Peers.Count > 0) context.WakeAt(KeepAlive, context.Now + _settings.KeepAliveEvery);
    }

    private bool IsToldAgain(SyncPeer peer)
    {
        var frontier = context.Replica.Frontier;
        if (peer.Kind == PeerKind.Original || !_settings.GossipTree) return !frontier.Equals(peer.Announced);
        // One of ours that told us first does not know yet that we have it, too. What it is told it does not lose.
        return !frontier.Equals(peer.LastSent) || (!frontier.Equals(peer.Announced) && context.Now - peer.LastSentAt >= _settings.KeepAliveEvery);
    }

    /// <summary>A frontier wider than a message is told part by part, ever more slowly while nothing changes.</summary>
    public void TellNextPart()
    {
        _partEvery = _partEvery * 2 < _settings.KeepAliveEvery ? _partEvery * 2 : _settings.KeepAliveEvery;
        foreach (var peer in context.Peers.Values)
        {
            if (peer.LastSent is not { Count: WireLimits.HashesMax }) continue;
            peer.Stage.NextPart();
            Tell(peer);
        }
    }

    public void Drained(SyncPeer peer)
    {
        if (peer.FrontierOwed) Tell(peer);
    }

    // An original drops what comes while it does not sync an object, and says the same again, or less, when it does. Only
    // one whose tips we all have is answered sooner for it: two peers cannot both be behind the other and go on for ever.
    private bool HasMissedOurs(SyncPeer peer, Position announced) =>
        peer.Kind == PeerKind.Original && peer.Announced is { } before && announced.All(context.Replica.Contains)
        && (announced.Equals(before) || NewestOf(announced) < NewestOf(before));

    // The newest entry of a history is among its tips, so this number cannot fall while a copy grows.
    private int NewestOf(Position tips) => tips.Aggregate(-1, (newest, tip) => context.Replica.TryIndex(tip, out int index) ? Math.Max(newest, index) : newest);

    /// <summary>Tells the peer what there is for it now.</summary>
    public void Tell(SyncPeer peer) => Tell(peer, TargetFor(peer));

    /// <summary>Tells the peer something else than the truth at large.</summary>
    public void Say(SyncPeer peer, Position tips) => context.Send(peer, new SyncMessage.NewFrontier(context.Replica.Id, tips));

    private Position TargetFor(SyncPeer peer)
    {
        if (peer.Rescue.Step != RescueStep.Withdrawn) return peer.Stage.Target(peer.Announced, context.Replica);
        return NothingNewTo(peer, context.Replica.Id);
    }

    /// <summary>A frontier that names nothing that the peer would have to ask for.</summary>
    public static Position NothingNewTo(SyncPeer peer, ContentHash id) => peer.Has.Count > 0 ? peer.Has : Position.Of(id);

    private void Tell(SyncPeer peer, Position target)
    {
        // A peer that reads nothing must not make frontiers pile up; it hears the latest when it reads again.
        peer.FrontierOwed = peer.InFlight >= _settings.InFlightBytesPerPeerMax;
        if (peer.FrontierOwed || context.IsShunned(peer)) return;
        // supplement 8.4: a peer that is still fetching the create entry drops this one, and then asks by telling its own.
        peer.ToldUnheard = peer.Announced is null;
        peer.LastSent = target;
        peer.LastSentAt = context.Now;
        peer.LastSentCount = context.Replica.Count;
        foreach (var tip in target.Hashes) peer.Common.Add(tip);
        if (target.Count == WireLimits.HashesMax) context.WakeAt(Part, context.Now + _partEvery);
        Say(peer, target);
    }

    private static readonly SyncTimer KeepAlive = new(SyncTimerKind.KeepAlive);
    private static readonly SyncTimer Part = new(SyncTimerKind.Part);
    private const int TakenUnsaid = 32;
    private static readonly TimeSpan PartEveryMin = TimeSpan.FromSeconds(1);
}
