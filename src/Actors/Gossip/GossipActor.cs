using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Mesh;
using Hhs.Actors.Objects;
using Hhs.Actors.Sleepers;
using Hhs.Actors.Telemetry;
using Hhs.Model.Identity;
using Hhs.Protocols;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Actors.Gossip;

/// <summary>The gossip channel of one object's topic: carries out what the sync machine decides.</summary>
/// <remarks>
/// Phases: Idle (nothing is known of the object), Fetching (its create entry is asked for), Syncing, Leaving (the object goes
/// to sleep: another channel takes over its peers). The object judges and stores; what it answers comes back as inputs.
/// Source: wire.md section 6.
/// </remarks>
internal sealed class GossipActor : ReceiveActor, IWithTimers
{
    private readonly DurableReplica _replica;
    private readonly ObjectServices _services;
    private readonly Dictionary<PeerId, (IActorRef Session, PeerKind Kind, KeyId KeyId, IActorRef? Hub)> _peers = [];
    private readonly Dictionary<IActorRef, List<(PeerId Peer, ReadOnlyMemory<byte> Message)>> _forHubs = [];   // within one step
    private readonly string _topic;
    private readonly Dictionary<PeerId, ReadOnlyMemory<byte>> _unheard = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HandOver _handOver = new();
    private readonly Dictionary<PeerId, List<MeshProtocol.TopicMessage>> _left = [];   // said after we had begun to leave
    private TopicSync? _sync;
    private Func<SyncInput, IReadOnlyList<SyncEffect>> _advance = _ => [];

    public static Props Props(DurableReplica replica, ObjectServices services) => Akka.Actor.Props.Create(() => new GossipActor(replica, services));

    public GossipActor(DurableReplica replica, ObjectServices services)
    {
        (_replica, _services, _topic) = (replica, services, replica.Id.ToString());
        if (replica.Count == 0) Become(Idle);
        else StartSyncing();
    }

    /// <summary>Ask peers for the create entry. The object is told <see cref="ObjectActor.CreateWith"/> or <see cref="FetchFailed"/>.</summary>
    internal sealed record Fetch
    {
        public static readonly Fetch Instance = new();
    }

    /// <summary>Another object has grown: offer again what was put off for it.</summary>
    internal sealed record Retry
    {
        public static readonly Retry Instance = new();
    }

    /// <summary>Leave the topic to <see cref="SleepersActor"/> if nothing is under way, and nothing has been for so long. The object is told <see cref="Left"/> or <see cref="Stays"/>.</summary>
    internal sealed record Leave(TimeSpan IdleFor);

    internal sealed record Left
    {
        public static readonly Left Instance = new();
    }

    internal sealed record Stays
    {
        public static readonly Stays Instance = new();
    }

    private sealed record HandOverTick
    {
        public static readonly HandOverTick Instance = new();
    }

    /// <summary>No peer had the object.</summary>
    internal sealed record FetchFailed(string Why);

    /// <summary>How far has the object come? Answered by a <see cref="SyncProgress"/>.</summary>
    internal sealed record GetProgress
    {
        public static readonly GetProgress Instance = new();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        Context.Parent.Tell(Stays.Instance);   // it may have asked
        if (_replica.Count == 0) Context.Parent.Tell(new FetchFailed("the fetch failed on this node, whose log says why"));
    }

    protected override void PostStop() => _services.Mesh.Tell(new MeshProtocol.CloseTopic(_replica.Id, Self));

    private TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    private void Idle()
    {
        Receive<Fetch>(_ => StartFetching());
        Receive<Leave>(_ => Context.Parent.Tell(Stays.Instance));
        Receive<ObjectProtocol.Judged>(_ => StartSyncing());
        Receive<GetProgress>(_ => Sender.Tell(default(SyncProgress)));
    }

    private void StartFetching()
    {
        Become(Fetching);
        var fetch = new InitFetch(_replica.Id, every: FetchEvery, within: _services.Settings.FetchTimeout);
        _advance = fetch.Advance;
        Carry(fetch.Advance(new SyncInput.TimerFired(new(SyncTimerKind.Fetch), Now)));   // its time runs from the first input
        _services.Mesh.Tell(new MeshProtocol.OpenTopic(_replica.Id, Self));
    }

    private void Fetching()
    {
        // A peer says what it has as soon as it joins, and then waits: the last frontier of each is for the sync machine.
        Receive<MeshProtocol.TopicMessage>(message =>
        {
            if (message.Message.Length <= UnheardBytesMax && (_unheard.Count < UnheardMax || _unheard.ContainsKey(message.Peer)) && SyncMessage.TryDecode(message.Message.Span, out var said, out _) && said is SyncMessage.NewFrontier) _unheard[message.Peer] = message.Message;
            Carry(_advance(new SyncInput.MessageArrived(message.Peer, message.Message, Now)));
            message.Release();
        });
        ReceivePeers();
        Receive<Fetch>(_ => { });   // is under way
        Receive<Leave>(_ => Context.Parent.Tell(Stays.Instance));
        Receive<ObjectProtocol.Judged>(_ => StartSyncing());
        Receive<GetProgress>(_ => Sender.Tell(default(SyncProgress)));
        Receive<ObjectProtocol.Refused>(_ => { });    // of the create entry; the object ends itself
        Receive<ObjectProtocol.Applied>(_ => { });
    }

    private void StartSyncing()
    {
        Timers.CancelAll();
        Become(Syncing);
        _sync = new TopicSync(_replica, _services.Random, _services.Sync);
        _advance = _sync.Advance;
        foreach (var (peer, (_, kind, _, _)) in _peers) Carry(_advance(new SyncInput.PeerJoined(peer, kind, Now)));
        foreach (var (peer, message) in _unheard) Carry(_advance(new SyncInput.MessageArrived(peer, message, Now)));
        _unheard.Clear();
        _services.Mesh.Tell(new MeshProtocol.OpenTopic(_replica.Id, Self));
    }

    private void Syncing()
    {
        ReceivePeers();
        Receive<SleepersProtocol.HandedOver>(handed => Process(handed.Peer, _handOver.Handed(handed, Now)));
        Receive<HandOverTick>(_ =>
        {
            foreach (var (_, peer, messages) in _handOver.Overdue(Now)) Process(peer, messages);
        });
        Receive<Leave>(OnLeave);
        Receive<ObjectProtocol.Judged>(OnJudged);
        Receive<GetProgress>(_ => Sender.Tell(_sync!.ProgressAt(Now)));
        Receive<Retry>(_ => Carry(_advance(new SyncInput.RetryDeferred(Now))));
        Receive<Fetch>(_ => { });   // has been found meanwhile
        Receive<ObjectProtocol.Applied>(_ => { });
    }

    private void OnLeave(Leave leave)
    {
        if (!_sync!.IsIdle || _handOver.IsAwaiting || Now - _sync.LastActive < leave.IdleFor)
        {
            Context.Parent.Tell(Stays.Instance);
            return;
        }
        Timers.CancelAll();
        Become(Leaving);
        _services.Mesh.Tell(new MeshProtocol.OpenTopic(_replica.Id, _services.Sleepers));
        LeaveIfAlone();
    }

    // Each session that has heard of it takes its peer from here to the other channel; what comes before that goes after it.
    private void Leaving()
    {
        Receive<MeshProtocol.PeerJoined>(joined => _peers[joined.Peer] = (joined.Session, joined.Kind, joined.KeyId, joined.Hub));
        Receive<MeshProtocol.TopicMessage>(message =>
        {
            if (!_left.TryGetValue(message.Peer, out var messages)) _left.Add(message.Peer, messages = []);
            messages.Add(message);
        });
        Receive<MeshProtocol.PeerLeft>(left =>
        {
            _peers.Remove(left.Peer);
            _left.Remove(left.Peer, out var messages);
            left.Next?.Tell(new SleepersProtocol.HandedOver(_topic, left.Peer, [.. (messages ?? []).Select(m => m.Message)]), Self);
            messages?.ForEach(message => message.Release());
            LeaveIfAlone();
        });
        Receive<GetProgress>(_ => Sender.Tell(default(SyncProgress)));
        ReceiveAny(_ => { });   // nothing is under way
    }

    private void LeaveIfAlone()
    {
        if (_peers.Count == 0) Context.Parent.Tell(Left.Instance);
    }

    private void Process(PeerId peer, IReadOnlyList<ReadOnlyMemory<byte>> messages)
    {
        foreach (var message in messages) Carry(_advance(new SyncInput.MessageArrived(peer, message, Now)));
    }

    private void ReceivePeers()
    {
        Receive<MeshProtocol.PeerJoined>(joined =>
        {
            _peers[joined.Peer] = (joined.Session, joined.Kind, joined.KeyId, joined.Hub);
            Carry(_advance(new SyncInput.PeerJoined(joined.Peer, joined.Kind, Now)));
            if (joined.Before is null || !joined.Before.Equals(_services.Sleepers)) return;
            Process(joined.Peer, _handOver.Joined(joined.Topic, joined.Peer, Now));
            if (_handOver.IsAwaiting) Timers.StartSingleTimer(nameof(HandOverTick), HandOverTick.Instance, HandOver.Patience);
        });
        Receive<MeshProtocol.PeerLeft>(left =>
        {
            _peers.Remove(left.Peer);
            _handOver.Left(left.Topic, left.Peer);
            if (left.Next is { } next && next.Equals(_services.Sleepers)) next.Tell(new SleepersProtocol.HandedOver(_topic, left.Peer, []), Self);
            _unheard.Remove(left.Peer);
            Carry(_advance(new SyncInput.PeerLeft(left.Peer, Now)));
        });
        Receive<MeshProtocol.TopicMessage>(message =>
        {
            if (_handOver.TryHold(message)) return;
            Carry(_advance(new SyncInput.MessageArrived(message.Peer, message.Message, Now)));
            message.Release();
        });
        Receive<MeshProtocol.TopicDrained>(drained => Carry(_advance(new SyncInput.Drained(drained.Peer, drained.Bytes, Now))));
        Receive<SyncTimer>(timer => Carry(_advance(new SyncInput.TimerFired(timer, Now))));
    }

    private void OnJudged(ObjectProtocol.Judged judged)
    {
        if (judged.Admitted.Count > 0) Carry(_advance(new SyncInput.EntriesAdmitted(judged.Admitted, Now)));
        foreach (var (entry, why) in judged.Refused) Carry(_advance(new SyncInput.EntryRefused(entry, why, Now)));
        foreach (var entry in judged.Deferred) Carry(_advance(new SyncInput.EntryDeferred(entry, Now)));
    }

    private void Carry(IReadOnlyList<SyncEffect> effects)
    {
        foreach (var effect in effects) CarryOut(effect);
        foreach (var (hub, messages) in _forHubs) hub.Tell(new MeshProtocol.SendToMany(_topic, messages));
        _forHubs.Clear();
    }

    private void Send((IActorRef Session, PeerKind Kind, KeyId KeyId, IActorRef? Hub) to, PeerId peer, ReadOnlyMemory<byte> message)
    {
        if (to.Hub is not { } hub)
        {
            to.Session.Tell(new MeshProtocol.SendOnTopic(_topic, message));
            return;
        }
        if (!_forHubs.TryGetValue(hub, out var messages)) _forHubs.Add(hub, messages = []);
        messages.Add((peer, message));
    }

    private void CarryOut(SyncEffect effect)
    {
        switch (effect)
        {
            case SyncEffect.ArmTimer(var timer, var after): Timers.StartSingleTimer(timer, timer, after); break;
            case SyncEffect.CancelTimer(var timer): Timers.Cancel(timer); break;
            case SyncEffect.Found(var create): Context.Parent.Tell(new ObjectActor.CreateWith(create)); break;
            case SyncEffect.GaveUp(var why):
                Become(Idle);
                _peers.Clear();
                _unheard.Clear();
                _services.Mesh.Tell(new MeshProtocol.CloseTopic(_replica.Id, Self));
                Context.Parent.Tell(new FetchFailed(why.Detail));
                break;
            case SyncEffect.Issue(var what): _log.Warning("Object {0}: {1}", _replica.Id, what); break;
            case SyncEffect.Misbehaved(var peer, var why, var charge):
                SyncMetrics.Misbehaved(why.Code);
                if (_peers.TryGetValue(peer, out var bad)) bad.Session.Tell(new MeshProtocol.Charge(why, charge));
                break;
            case SyncEffect.Offer(var from, var entries):
                if (_peers.TryGetValue(from, out var supplier)) Context.System.EventStream.Publish(new GossipProtocol.Arrived(_replica.Id, supplier.KeyId, entries));
                Context.Parent.Tell(new ObjectProtocol.Offered(entries));
                break;
            case SyncEffect.Send(var peer, var message):
                if (_peers.TryGetValue(peer, out var to)) Send(to, peer, message);
                break;
            default: throw new UnreachableException(effect.GetType().Name);   // a new effect must be carried out here
        }
    }

    private const int UnheardMax = 64;
    private const int UnheardBytesMax = 256 << 10;   // the widest frontier that is read fits

    private static readonly TimeSpan FetchEvery = TimeSpan.FromSeconds(1);
}
