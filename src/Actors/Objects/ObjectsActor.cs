using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Actors.Relay;
using Hhs.Actors.Sleepers;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Objects;

/// <summary>The registry of a node's objects: wakes them, creates them, passes on what is addressed to them, puts them to sleep.</summary>
/// <remarks>
/// Every stored object is awake (an actor of its own), asleep (an entry of <see cref="SleepersActor"/>), or has failed. While
/// one is asked to go to sleep, what is addressed to it waits here, and is delivered to it or to its successor.
/// </remarks>
public sealed partial class ObjectsActor : ReceiveActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ActiveObjects _active = new();
    private readonly HashSet<ContentHash> _asleep = [];
    private readonly Droppings _droppings = new();
    private readonly Queue<ObjectsProtocol.Wake> _wakes = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private ObjectServices _services;

    /// <summary>Props of a node's registry.</summary>
    public static Props Props(ObjectServices services) => Akka.Actor.Props.Create(() => new ObjectsActor(services));

    /// <summary>Makes the actor; use <see cref="Props"/>.</summary>
    public ObjectsActor(ObjectServices services)
    {
        _services = services;
        Receive<ObjectsProtocol.Create>(OnCreate);
        Receive<ObjectsProtocol.Open>(open => { if (!_droppings.TryHold(open.Id, open, Sender)) Deliver(open.Id, ObjectProtocol.Open.Instance); });
        Receive<ObjectsProtocol.Follow>(OnFollow);
        Receive<ObjectsProtocol.Drop>(drop => OnDrop(drop.Id));
        Receive<JournalProtocol.Dropped>(gone => OnDropEnded(gone.ObjectId, new ObjectsProtocol.Dropped(gone.ObjectId)));
        Receive<JournalProtocol.DropFailed>(failed => OnDropEnded(failed.ObjectId, new ObjectsProtocol.DropFailed(failed.ObjectId, failed.Reason)));
        Receive<ObjectsProtocol.ToObject>(OnToObject);
        Receive<ObjectsProtocol.GetObjects>(_ => Sender.Tell(new ObjectsProtocol.Objects(
            [.. _services.Journal.Objects.OrderBy(o => o.ObjectId).Select(o => (o.ObjectId, o.EntryCount))])));
        Receive<ObjectsProtocol.Wake>(OnWake);
        Receive<ObjectsProtocol.GaveUp>(gaveUp => OnGaveUp(gaveUp.Id));
        Receive<ObjectsProtocol.StaysAwake>(stays => OnStaysAwake(stays.Id));
        Receive<ObjectsProtocol.FellAsleep>(fell => { if (_active.Find(fell.Summary.ObjectId) is { } o) o.Slept = fell.Summary; });
        Receive<Gone>(gone => OnGone(gone.Id));
        ReceiveSharing();
        Receive<DeadLetter>(OnDeadLetter);
        Receive<Tick>(_ => OnTick());
    }

    private sealed record Gone(ContentHash Id);

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        _services = _services with { Sleepers = Context.ActorOf(SleepersActor.Props(_services), "sleepers") };
        // One of which nothing usable is left is opened like one that was never here. Of a shared store, one at a time is acquired.
        ObjectSummary[] stored = _services.IsShared ? [] : [.. _services.Journal.Objects.Where(o => o.EntryCount > 0)];
        _asleep.UnionWith(stored.Select(o => o.ObjectId));
        _services.Sleepers.Tell(new SleepersProtocol.Asleep(stored));
        _services.Mesh.Tell(new MeshProtocol.OpenTopics([.. _asleep], _services.Sleepers));
        var every = _services.Settings.PassivateAfter / 4;
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, every < TickEvery ? every : TickEvery);
    }

    /// <inheritdoc/>
    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    // A damaged record is in quarantine once the object has read its index again, and the journal's refusal leaves the log
    // in memory ahead of the store: both are mended by starting over. An object that keeps failing stops alone.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(3, TimeSpan.FromMinutes(1), failure =>
    {
        _log.Error(failure, "Object {0} failed", Sender.Path.Name);
        // What it knows, others have told it, and would not tell it again.
        if (Sender.Equals(_services.Sleepers)) return Directive.Resume;
        var cause = failure is ActorInitializationException ? failure.InnerException : failure;
        if (cause is not (JournalException or ObjectActor.NotStoredException)) return Directive.Stop;
        if (_active.Find(Sender) is { } releasing && _releasing.ContainsKey(releasing.Id)) return Directive.Stop;   // its successor is another node's
        if (_services.IsShared && _active.Find(Sender) is { } lost && cause is ObjectActor.NotStoredException { Fault: JournalFault.Fenced })
        {
            OnFenced(lost.Id);
            return Directive.Stop;
        }
        if (_active.Find(Sender) is { } failed) Self.Tell(new ObjectsProtocol.StaysAwake(failed.Id));   // the successor has not been asked to sleep
        return Directive.Restart;
    });

    private void OnCreate(ObjectsProtocol.Create create)
    {
        // What a peer makes is relayed unread; what is made here is to be judged by its type's rules from the start.
        if (create.Payload.Text("type") is { } type && !_services.Types.TryGet(type, out _))
        {
            Sender.Tell(new ObjectProtocol.Refused(new(RejectCode.Unsupported, $"the type '{type}' is not known here")));
            return;
        }
        var entry = Entry.Make(create.Payload, Position.Empty);
        if (!_droppings.TryHold(entry.Hash, create, Sender)) Deliver(entry.Hash, new ObjectActor.CreateWith(entry));
    }

    // What a hosted object makes this node fetch is the relay's to judge; it asks again without naming the observer.
    private void OnFollow(ObjectsProtocol.Follow follow)
    {
        if (TryPassOn(follow) || _droppings.TryHold(follow.Id, follow, Sender)) return;
        bool isHere = _active.Find(follow.Id) is not null || _asleep.Contains(follow.Id);
        if (follow.By is { } by && !_services.Relay.IsNobody() && !isHere) _services.Relay.Forward(new RelayProtocol.Follow(follow.Id, by));
        else Deliver(follow.Id, ObjectProtocol.Follow.Instance);
    }

    private void OnDrop(ContentHash id)
    {
        if (!_droppings.Begin(id, Sender)) return;
        if (_active.Find(id) is { } active) Context.Stop(active.Actor);   // all that it writes is on its way to the journal by the time it has stopped
        else DropStored(id);
    }

    private void DropStored(ContentHash id)
    {
        _asleep.Remove(id);
        Forget(id);
        _services.JournalActor.Tell(new JournalProtocol.Drop(id));
    }

    private void OnDropEnded(ContentHash id, object answer)
    {
        var (askers, held) = _droppings.End(id);
        foreach (var asker in askers) asker.Tell(answer);
        foreach (var (message, sender) in held) Self.Tell(message, sender);
    }

    private void Forget(ContentHash id)
    {
        _services.Sleepers.Tell(new SleepersProtocol.Gone(id));
        _services.Mesh.Tell(new MeshProtocol.CloseTopic(id, _services.Sleepers));   // where it was not even opened
    }

    private void OnToObject(ObjectsProtocol.ToObject envelope)
    {
        if (_active.Find(envelope.Id) is not null || _asleep.Contains(envelope.Id)) Deliver(envelope.Id, envelope.Message);
        else Sender.Tell(new ObjectProtocol.Refused(new(RejectCode.Declined, $"object {envelope.Id} is not here")));
    }

    private void Deliver(ContentHash id, object message)
    {
        var target = _active.Find(id) ?? Activate(id);
        _active.Touch(target, Now);
        if (target.Waiting is { } waiting) waiting.Enqueue((message, Sender));
        else target.Actor.Forward(message);
        MakeRoom();
    }

    private ActiveObject Activate(ContentHash id)
    {
        if (_asleep.Remove(id)) _services.Sleepers.Tell(new SleepersProtocol.Woken(id));
        var actor = Context.ActorOf(ObjectActor.Props(id, _services), ActorName(id));
        Context.WatchWith(actor, new Gone(id));
        return _active.Add(id, actor, Now);
    }

    private void OnWake(ObjectsProtocol.Wake wake)
    {
        if (!_asleep.Contains(wake.Id)) return;
        if (_active.Count < MostFor(wake.Cause)) Activate(wake.Id);
        else _wakes.Enqueue(wake);
        MakeRoom();
    }

    // A part is kept for those who ask: or nodes that all wait for one another's answers would wait until they give up.
    private int MostFor(WakeCause cause) =>
        cause == WakeCause.Asked ? _services.Settings.ActiveMax : Math.Max(1, _services.Settings.ActiveMax - (_services.Settings.ActiveMax / 4));

    private void ServeWakes()
    {
        for (int i = _wakes.Count; i > 0 && _active.Count < _services.Settings.ActiveMax; i--) OnWake(_wakes.Dequeue());
    }

    private void OnTick()
    {
        var now = Now;
        foreach (var idle in _active.Unused(now - _services.Settings.PassivateAfter, PassivateAtOnce)) AskToSleep(idle, _services.Settings.PassivateAfter);
        MakeRoom();
        ServeWakes();
        LetGoOfUnused();
    }

    private void MakeRoom()
    {
        int most = _wakes.Count > 0 ? MostFor(WakeCause.Announced) : _services.Settings.ActiveMax;
        int excess = _active.Count - _active.FallingAsleep + _wakes.Count - most;
        if (excess > 0) foreach (var idle in _active.Unused(Now - JustUsed, excess)) AskToSleep(idle, JustUsed);
    }

    // What was passed on is of use there a little later: whose time is up here is not to stay, and count as just used, for that.
    private void AskToSleep(ActiveObject o, TimeSpan idleFor)
    {
        _active.BeginToSleep(o);
        o.Actor.Tell(new ObjectActor.Passivate(idleFor - (idleFor / 4 < PassedOnWithin ? idleFor / 4 : PassedOnWithin)));
    }

    // Whoever asks for it from now on is for a successor, which asks peers anew.
    private void OnGaveUp(ContentHash id)
    {
        if (_active.Find(id) is not { Waiting: null } o) return;   // it is being asked to sleep, and stays awake
        _active.BeginToSleep(o);
        o.GaveUp = true;
        o.Actor.Tell(ObjectActor.EndUnknown.Instance);
    }

    private void OnStaysAwake(ContentHash id)
    {
        if (_active.Find(id) is not { Waiting: { } waiting } o) return;
        _active.StayAwake(o, Now);
        foreach (var (message, sender) in waiting) o.Actor.Tell(message, sender);
    }

    private void OnGone(ContentHash id)
    {
        if (_active.Remove(id) is not { } gone) return;
        bool dropped = _droppings.Contains(id);
        if (dropped) DropStored(id);
        if (gone.Slept is { } summary && !dropped)
        {
            _asleep.Add(id);
            if (gone.Waiting is not { Count: > 0 } waiting) _services.Sleepers.Tell(new SleepersProtocol.Asleep([summary]));
            else foreach (var (message, sender) in waiting) (_active.Find(id) ?? Activate(id)).Actor.Tell(message, sender);
        }
        else
        {
            Forget(id);
            bool moves = _releasing.ContainsKey(id);
            if (moves) Drain(id);
            foreach (var (message, sender) in gone.Waiting ?? [])
            {
                if (gone.GaveUp && !moves) (_active.Find(id) ?? Activate(id)).Actor.Tell(message, sender);
                else if (ObjectProtocol.IsQuestion(message)) sender.Tell(HasStopped(ActorName(id)));
            }
        }
        ServeWakes();
    }

    // What was under way to an object that stopped has an asker, who must not wait for ever. What a session has sent to the channel of
    // an object that fell asleep, before it heard of that, is for the sleepers.
    private void OnDeadLetter(DeadLetter letter)
    {
        if (ObjectProtocol.IsQuestion(letter.Message) && Self.Path.Equals(letter.Recipient.Path.Parent)) letter.Sender.Tell(HasStopped(letter.Recipient.Path.Name));
        if (letter.Message is MeshProtocol.PeerLeft { Next: { } next } left && next.Equals(_services.Sleepers)) next.Tell(new SleepersProtocol.HandedOver(left.Topic, left.Peer, []));
        if (letter.Message is MeshProtocol.TopicMessage message && IsFromUs(letter.Recipient) && IsAsleep(ContentHash.Parse(message.Topic))) _services.Sleepers.Tell(message, letter.Sender);
    }

    private bool IsFromUs(IActorRef recipient) => Self.Path.Equals(recipient.Path.Parent.Parent);

    private bool IsAsleep(ContentHash id) => _asleep.Contains(id) || _active.Find(id) is { Slept: not null };

    private static ObjectProtocol.Refused HasStopped(string name) => new(new(RejectCode.Declined, $"object {name} has stopped; the log says why"));

    // The id in the alphabet of actor paths: '/' and '+' are not of it.
    private static string ActorName(ContentHash id) => id.ToString().Replace('/', '_').Replace('+', '-');

    private const int PassivateAtOnce = 256;
    private static readonly TimeSpan PassedOnWithin = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan JustUsed = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(1);
}
