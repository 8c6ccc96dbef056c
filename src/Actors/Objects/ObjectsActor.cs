using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Journal;
using Hhs.Actors.Relay;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Objects;

/// <summary>The registry of a node's objects: wakes them, creates them, passes on what is addressed to them.</summary>
public sealed class ObjectsActor : ReceiveActor
{
    private readonly ObjectServices _services;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<ContentHash, IActorRef> _active = [];
    private readonly Droppings _droppings = new();

    /// <summary>Props of a node's registry.</summary>
    public static Props Props(ObjectServices services) => Akka.Actor.Props.Create(() => new ObjectsActor(services));

    /// <summary>Makes the actor; use <see cref="Props"/>.</summary>
    public ObjectsActor(ObjectServices services)
    {
        _services = services;
        Receive<ObjectsProtocol.Create>(OnCreate);
        Receive<ObjectsProtocol.Open>(open => { if (!_droppings.TryHold(open.Id, open, Sender)) Activate(open.Id).Forward(ObjectProtocol.Open.Instance); });
        Receive<ObjectsProtocol.Follow>(OnFollow);
        Receive<ObjectsProtocol.Drop>(drop => OnDrop(drop.Id));
        Receive<JournalProtocol.Dropped>(gone => OnDropEnded(gone.ObjectId, new ObjectsProtocol.Dropped(gone.ObjectId)));
        Receive<JournalProtocol.DropFailed>(failed => OnDropEnded(failed.ObjectId, new ObjectsProtocol.DropFailed(failed.ObjectId, failed.Reason)));
        Receive<ObjectsProtocol.ToObject>(OnToObject);
        Receive<ObjectsProtocol.GetObjects>(_ => Sender.Tell(new ObjectsProtocol.Objects(
            [.. _services.Journal.Objects.OrderBy(o => o.ObjectId).Select(o => (o.ObjectId, o.EntryCount))])));
        Receive<Terminated>(OnTerminated);
        Receive<DeadLetter>(OnDeadLetter);
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        foreach (var stored in _services.Journal.Objects) Activate(stored.ObjectId);
    }

    /// <inheritdoc/>
    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    // A damaged record is in quarantine once the object has read its index again, and the journal's refusal leaves the log
    // in memory ahead of the store: both are mended by starting over. An object that keeps failing stops alone.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(3, TimeSpan.FromMinutes(1), failure =>
    {
        _log.Error(failure, "Object {0} failed", Sender.Path.Name);
        var cause = failure is ActorInitializationException ? failure.InnerException : failure;
        return cause is JournalException or ObjectActor.NotStoredException ? Directive.Restart : Directive.Stop;
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
        if (!_droppings.TryHold(entry.Hash, create, Sender)) Activate(entry.Hash).Forward(new ObjectActor.CreateWith(entry));
    }

    // What a hosted object makes this node fetch is the relay's to judge; it asks again without naming the observer.
    private void OnFollow(ObjectsProtocol.Follow follow)
    {
        if (_droppings.TryHold(follow.Id, follow, Sender)) return;
        if (follow.By is { } by && !_services.Relay.IsNobody() && !_active.ContainsKey(follow.Id)) _services.Relay.Forward(new RelayProtocol.Follow(follow.Id, by));
        else Activate(follow.Id).Forward(ObjectProtocol.Follow.Instance);
    }

    private void OnDrop(ContentHash id)
    {
        if (!_droppings.Begin(id, Sender)) return;
        if (_active.TryGetValue(id, out var active)) Context.Stop(active);   // all that it writes is on its way to the journal by the time it has stopped
        else _services.JournalActor.Tell(new JournalProtocol.Drop(id));
    }

    private void OnDropEnded(ContentHash id, object answer)
    {
        var (askers, held) = _droppings.End(id);
        foreach (var asker in askers) asker.Tell(answer);
        foreach (var (message, sender) in held) Self.Tell(message, sender);
    }

    private void OnToObject(ObjectsProtocol.ToObject envelope)
    {
        if (_active.TryGetValue(envelope.Id, out var target)) target.Forward(envelope.Message);
        else Sender.Tell(new ObjectProtocol.Refused(new(RejectCode.Declined, $"object {envelope.Id} is not here")));
    }

    private IActorRef Activate(ContentHash id)
    {
        if (_active.TryGetValue(id, out var active)) return active;
        active = Context.ActorOf(ObjectActor.Props(id, _services), ActorName(id));
        Context.Watch(active);
        _active.Add(id, active);
        return active;
    }

    // What was under way to an object that stopped has an asker, who must not wait for ever.
    private void OnDeadLetter(DeadLetter letter)
    {
        if (!ObjectProtocol.IsQuestion(letter.Message) || !Self.Path.Equals(letter.Recipient.Path.Parent)) return;
        letter.Sender.Tell(new ObjectProtocol.Refused(new(RejectCode.Declined, $"object {letter.Recipient.Path.Name} has stopped; the log says why")));
    }

    private void OnTerminated(Terminated gone)
    {
        foreach (var (id, active) in _active)
        {
            if (!active.Equals(gone.ActorRef)) continue;
            _active.Remove(id);
            if (_droppings.Contains(id)) _services.JournalActor.Tell(new JournalProtocol.Drop(id));
            return;
        }
    }

    // The id in the alphabet of actor paths: '/' and '+' are not of it.
    private static string ActorName(ContentHash id) => id.ToString().Replace('/', '_').Replace('+', '-');
}

/// <summary>What is said to and by the registry of objects.</summary>
public static class ObjectsProtocol
{
    /// <summary>Make an object of this create payload. Answered by <see cref="ObjectProtocol.Applied"/> with the object's id, or <see cref="ObjectProtocol.Refused"/>.</summary>
    public sealed record Create(Model.Json.Literal.Map Payload);

    /// <summary>Have the object here: from the store, or fetched from peers. Answered by <see cref="ObjectProtocol.Status"/> or <see cref="ObjectProtocol.Refused"/>.</summary>
    public sealed record Open(ContentHash Id);

    /// <summary>An object observes this one: it is to be here, and the sender told of its growth.</summary>
    /// <param name="Id">The object observed.</param>
    /// <param name="By">The object that observes it; null for who may have anything fetched.</param>
    internal sealed record Follow(ContentHash Id, ContentHash? By = null);

    /// <summary>Stop the object and forget all that is stored of it. Answered by <see cref="Dropped"/> or <see cref="DropFailed"/>.</summary>
    internal sealed record Drop(ContentHash Id);

    /// <summary>The object is gone from the store.</summary>
    internal sealed record Dropped(ContentHash Id);

    /// <summary>The object is still in the store.</summary>
    internal sealed record DropFailed(ContentHash Id, string Why);

    /// <summary>A message of <see cref="ObjectProtocol"/> for an object that is here; the object answers.</summary>
    public sealed record ToObject(ContentHash Id, object Message);

    /// <summary>What is stored here. Answered by <see cref="Objects"/>.</summary>
    public sealed record GetObjects
    {
        /// <summary>The only instance.</summary>
        public static readonly GetObjects Instance = new();
    }

    /// <summary>Ids and entry counts, in ordinal order of the ids.</summary>
    public sealed record Objects(IReadOnlyList<(ContentHash Id, long Entries)> Stored);
}
