using System.Diagnostics;
using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Actors.Objects;
using Hhs.Actors.Telemetry;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols;
using Hhs.Protocols.Wire;

namespace Hhs.Actors.Sleepers;

/// <summary>The one channel of all objects that sleep: tells peers how each stands, and has one woken when a peer needs it or has news.</summary>
/// <remarks>
/// All it knows of an object is the summary that the journal keeps. Whatever it cannot answer from that wakes the object; what
/// peers say until the object's own channel has taken over is handed to that, in order. What one peer can have woken without
/// bringing anything is bounded by <see cref="WakeBudget"/>, and a peer that never brings what it announced is charged.
/// </remarks>
internal sealed class SleepersActor : ReceiveActor, IWithTimers
{
    private readonly ObjectServices _services;
    private readonly Dictionary<ContentHash, Sleeper> _asleep = [];
    private readonly Dictionary<PeerId, (IActorRef Session, PeerKind Kind)> _peers = [];
    private readonly Dictionary<(ContentHash Id, PeerId Peer), TimeSpan> _told = [];
    private readonly HandOver _handOver = new();
    private readonly Participants _participants = new();
    private readonly HeldMessages _held;
    private readonly WakeBudget _budget;
    private readonly long _started = Stopwatch.GetTimestamp();

    public static Props Props(ObjectServices services) => Akka.Actor.Props.Create(() => new SleepersActor(services));

    public SleepersActor(ObjectServices services)
    {
        _services = services;
        _held = new(services.Settings.SleepingBytesMax);
        _budget = new(services.Settings.WakesPerPeerMax, WishesMax);
        Receive<SleepersProtocol.Asleep>(OnAsleep);
        Receive<SleepersProtocol.Woken>(woken => _asleep.Remove(woken.Id));
        Receive<SleepersProtocol.Gone>(gone =>
        {
            _asleep.Remove(gone.Id);
            _budget.Ended(gone.Id);
            _participants.Forget(gone.Id);
        });
        Receive<SleepersProtocol.Grew>(grew =>
        {
            _budget.Grew(grew.Id);
            WakeNext();
        });
        Receive<SleepersProtocol.WhoTakesPart>(who => { if (!_participants.Any(who.Id, _peers.ContainsKey)) Sender.Tell(new SleepersProtocol.NobodyTakesPart(who.Id)); });
        Receive<SleepersProtocol.HandedOver>(handed => ProcessAll(handed.Topic, handed.Peer, _handOver.Handed(handed, Now)));
        Receive<MeshProtocol.PeerJoined>(OnJoined);
        Receive<MeshProtocol.PeerLeft>(OnLeft);
        Receive<MeshProtocol.TopicMessage>(message =>
        {
            if (_handOver.TryHold(message)) return;
            Process(message.Topic, message.Peer, message.Message);
            message.Release();
        });
        Receive<MeshProtocol.TopicDrained>(_ => { });
        Receive<Terminated>(OnSessionEnded);
        Receive<Tick>(_ => OnTick());
    }

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    // Half the size of a summary, for what there are tens of thousands of.
    private readonly record struct Sleeper(Position? Frontier, bool IsLarge);

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, TickEvery);

    private TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    private void OnAsleep(SleepersProtocol.Asleep asleep)
    {
        _asleep.EnsureCapacity(_asleep.Count + asleep.Objects.Count);
        foreach (var o in asleep.Objects)
        {
            // A large object is told of in stages, which only the sync machine can do.
            _asleep[o.ObjectId] = new(o.Frontier, o.EntryCount > _services.Sync.NativeStageEntries);
            if (_budget.Ended(o.ObjectId) is { } vain) Charge(vain, new(RejectCode.InvalidOperation, $"announced entries of {o.ObjectId.Short} and never supplied them"), VainWakeUp);
            // Said while the object went to sleep: as if it were said now.
            foreach (var peer in _held.PeersOf(o.ObjectId).ToArray()) ProcessAll(o.ObjectId.ToString(), peer, _held.Take(o.ObjectId, peer));
        }
    }

    private void OnJoined(MeshProtocol.PeerJoined joined)
    {
        if (_peers.TryAdd(joined.Peer, (joined.Session, joined.Kind))) Context.Watch(joined.Session);
        if (_services.IsShared) _participants.Joined(ContentHash.Parse(joined.Topic), joined.Peer);
        if (joined.Before is not null)
        {
            ProcessAll(joined.Topic, joined.Peer, _handOver.Joined(joined.Topic, joined.Peer, Now));   // it has been told already
            return;
        }
        var id = ContentHash.Parse(joined.Topic);
        if (!_asleep.TryGetValue(id, out var sleeper)) return;   // whoever carries it next tells the peer
        if (joined.Kind == PeerKind.Native && sleeper is { IsLarge: false, Frontier: { } frontier }) Tell(id, joined.Peer, joined.Session, frontier);
        else if (TryWake(id, joined.Peer, WakeCause.Joined)) _held.Want(id, joined.Peer);
    }

    private void OnLeft(MeshProtocol.PeerLeft left)
    {
        var id = ContentHash.Parse(left.Topic);
        _told.Remove((id, left.Peer));
        _participants.Left(id, left.Peer);
        var late = _handOver.Left(left.Topic, left.Peer);
        var held = _held.Take(id, left.Peer);
        if (left.Next is not null) _budget.Heard(id, left.Peer);
        left.Next?.Tell(new SleepersProtocol.HandedOver(left.Topic, left.Peer, [.. late, .. held]), Self);
    }

    private void OnSessionEnded(Terminated ended)
    {
        var peer = new PeerId(ended.ActorRef.Path.Name);
        _peers.Remove(peer);
        _budget.Forget(peer);
        WakeNext();
    }

    private void ProcessAll(string topic, PeerId peer, IReadOnlyList<ReadOnlyMemory<byte>> messages)
    {
        foreach (var message in messages) Process(topic, peer, message);
    }

    private void Process(string topic, PeerId peer, ReadOnlyMemory<byte> bytes)
    {
        var id = ContentHash.Parse(topic);
        if (!SyncMessage.TryDecode(bytes.Span, out var message, out var why))
        {
            Charge(peer, why, Malformed);
            return;
        }
        if (!_asleep.TryGetValue(id, out var sleeper))
        {
            Hold(id, peer, bytes, message);   // on its way to the object's own channel
            return;
        }
        switch (message)
        {
            case SyncMessage.NewFrontier(var dag, var frontier): if (dag == id && !frontier.Equals(sleeper.Frontier)) OnDiffering(id, peer, sleeper, frontier, bytes, message); break;
            case SyncMessage.HeaderRequest or SyncMessage.InitRequest or SyncMessage.PayloadRequest: HoldAndWake(id, peer, WakeCause.Asked, bytes, message); break;
            default: break;   // nothing was asked of the peer, so it has nothing to answer or to cancel
        }
    }

    private void OnDiffering(ContentHash id, PeerId peer, Sleeper sleeper, Position theirs, ReadOnlyMemory<byte> bytes, SyncMessage message)
    {
        // Who is behind asks once it knows: no reason to wake. An original may have missed it, and needs to be paced.
        bool behind = sleeper is { IsLarge: false, Frontier: not null } && _peers.TryGetValue(peer, out var known) && known.Kind == PeerKind.Native && IsKnown(id, theirs);
        if (!behind) HoldAndWake(id, peer, WakeCause.Announced, bytes, message);
        else if (!_told.TryGetValue((id, peer), out var at) || Now - at >= _services.Sync.RetellEvery) Tell(id, peer, _peers[peer].Session, sleeper.Frontier!);
    }

    private bool IsKnown(ContentHash id, Position theirs)
    {
        try
        {
            return theirs.Count <= LookedUpMax && theirs.All(entry => _services.Journal.Contains(id, entry));
        }
        catch (JournalException)
        {
            return false;   // the object will come upon it, and report it
        }
    }

    private void HoldAndWake(ContentHash id, PeerId peer, WakeCause cause, ReadOnlyMemory<byte> bytes, SyncMessage message)
    {
        if (Hold(id, peer, bytes, message) && !TryWake(id, peer, cause)) _held.Take(id, peer);
    }

    private bool Hold(ContentHash id, PeerId peer, ReadOnlyMemory<byte> bytes, SyncMessage message)
    {
        bool kept = _held.TryAdd(id, peer, bytes, message is SyncMessage.NewFrontier);
        if (!kept) SyncMetrics.FrameDropped("too much waits for sleeping objects");
        return kept;
    }

    private bool TryWake(ContentHash id, PeerId peer, WakeCause cause)
    {
        if (!_budget.TryAsk(id, peer, cause, Now, out bool wakeNow)) return false;
        if (wakeNow) Wake(id, cause);
        return true;
    }

    private static void Wake(ContentHash id, WakeCause cause) => Context.Parent.Tell(new ObjectsProtocol.Wake(id, cause));

    private void WakeNext()
    {
        if (!_budget.NeedsTime) return;
        foreach (var (id, cause) in _budget.Next(Now, (id, peer) => _asleep.ContainsKey(id) && _held.Has(id, peer))) Wake(id, cause);
    }

    private void OnTick()
    {
        WakeNext();
        if (_told.Count > ToldMax) _told.Clear();
        if (!_handOver.IsAwaiting) return;
        foreach (var (topic, peer, messages) in _handOver.Overdue(Now)) if (_asleep.ContainsKey(ContentHash.Parse(topic))) ProcessAll(topic, peer, messages);
    }

    private void Tell(ContentHash id, PeerId peer, IActorRef session, Position frontier)
    {
        _told[(id, peer)] = Now;
        var buffer = new JsonBuffer();
        new SyncMessage.NewFrontier(id, frontier).Write(buffer);
        session.Tell(new MeshProtocol.SendOnTopic(id.ToString(), buffer.Written.ToArray()), Self);
    }

    private void Charge(PeerId peer, Reject why, int points)
    {
        SyncMetrics.Misbehaved(why.Code);
        if (_peers.TryGetValue(peer, out var known)) known.Session.Tell(new MeshProtocol.Charge(why, points));
    }

    private const int LookedUpMax = 16;
    private const int Malformed = 10;
    private const int ToldMax = 1 << 16;
    private const int VainWakeUp = 2;
    private const int WishesMax = 1 << 16;
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(100);
}
