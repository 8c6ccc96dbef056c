using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Cluster.Wire;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Sessions;

/// <summary>Stands between this node's objects and its mesh, and has sessions take part in the objects of all nodes.</summary>
/// <remarks>
/// An object that is here has the channel that it opens; one that is elsewhere has <see cref="RemoteSessionsActor"/>. Whenever an object changes
/// its place, the topic is closed and opened again: what peers and the old place had asked of one another is void, and peers
/// that join anew say how they stand and are told. Other nodes learn by a message to all of an object that is new; since one can be
/// lost, each also looks into the store now and then.
/// </remarks>
internal sealed class TopicsActor : ReceiveActor, IWithTimers
{
    private readonly IActorRef _mesh, _standIns;
    private readonly IJournal _journal;
    private readonly ClusterSettings _settings;
    private readonly Dictionary<ContentHash, IActorRef> _here = [];
    private readonly HashSet<ContentHash> _elsewhere = [];
    private readonly HashSet<ContentHash> _leaving = [];
    private long _highest, _looks;
    private IActorRef _remote = ActorRefs.Nobody, _mediator = ActorRefs.Nobody;

    public static Props Props(IActorRef mesh, IJournal journal, IActorRef standIns, ClusterSettings settings) =>
        Akka.Actor.Props.Create(() => new TopicsActor(mesh, journal, standIns, settings));

    public TopicsActor(IActorRef mesh, IJournal journal, IActorRef standIns, ClusterSettings settings)
    {
        (_mesh, _journal, _standIns, _settings) = (mesh, journal, standIns, settings);
        Receive<Begin>(begin =>
        {
            _remote = begin.Remote;
            Become(Running);
            _mediator.Tell(new Subscribe(AllNodes, Self));
            Look();
            Cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.MemberUp));
            Timers.StartPeriodicTimer(nameof(LookAgain), LookAgain.Instance, _settings.LookAgain);
        });
    }

    /// <summary>This is the channel of what is elsewhere. Said first of all.</summary>
    internal sealed record Begin(IActorRef Remote);

    /// <summary>The object is about to be stopped here, for another node to have it.</summary>
    internal sealed record Leaving(ContentHash Id);

    /// <summary>The object is not here any more.</summary>
    internal sealed record Left(ContentHash Id);

    /// <summary>The place of these is lost, or another one: peers are to join them anew.</summary>
    internal sealed record JoinAnew(IReadOnlyCollection<ContentHash> Ids);

    private sealed record LookAgain
    {
        public static readonly LookAgain Instance = new();
    }

    private sealed record Stored(IReadOnlyList<NumberedObject> Objects);

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => _mediator = DistributedPubSub.Get(Context.System).Mediator;

    protected override void PostStop() => Cluster.Unsubscribe(Self);

    private static Akka.Cluster.Cluster Cluster => Akka.Cluster.Cluster.Get(Context.System);

    private void Running()
    {
        Receive<MeshProtocol.OpenTopic>(open => OnOpen(open.Topic, open.Channel));
        Receive<MeshProtocol.OpenTopics>(open => { foreach (var id in open.Topics) OnOpen(id, open.Channel); });
        Receive<MeshProtocol.CloseTopic>(close => OnClose(close.Topic, close.Channel));
        Receive<Leaving>(leaving => _leaving.Add(leaving.Id));
        Receive<Left>(left => _leaving.Remove(left.Id));
        Receive<JoinAnew>(anew =>
        {
            foreach (var id in anew.Ids.Where(_elsewhere.Contains))
            {
                _mesh.Tell(new MeshProtocol.CloseTopic(id, _remote));
                _mesh.Tell(new MeshProtocol.OpenTopic(id, _remote));
            }
        });
        Receive<Carried>(OnCarried);
        Receive<LookAgain>(_ => Look());
        Receive<ClusterEvent.MemberUp>(_ =>
        {
            // Until a message to all reaches all, what is made is not heard of everywhere.
            Timers.StartSingleTimer(nameof(Soon), LookAgain.Instance, Soon);
            Timers.StartSingleTimer(nameof(Later), LookAgain.Instance, Later);
        });
        Receive<Stored>(stored =>
        {
            ContentHash[] unknown = [.. stored.Objects.Select(o => o.ObjectId).Where(id => !_here.ContainsKey(id) && _elsewhere.Add(id))];
            if (stored.Objects.Count > 0) _highest = Math.Max(_highest, stored.Objects[^1].Number);
            if (unknown.Length > 0) _mesh.Tell(new MeshProtocol.OpenTopics(unknown, _remote));
        });
        Receive<Status.Failure>(failure => Context.GetLogger().Warning(failure.Cause, "The store did not say what it has"));   // looked at again later
        Receive<SubscribeAck>(_ => { });
    }

    private void OnOpen(ContentHash id, IActorRef channel)
    {
        if (_elsewhere.Remove(id)) _mesh.Tell(new MeshProtocol.CloseTopic(id, _remote));
        bool isNew = !_here.ContainsKey(id);
        _here[id] = channel;
        _mesh.Tell(new MeshProtocol.OpenTopic(id, channel));
        _standIns.Tell(new StandInsActor.ChannelIs(id, channel));
        if (isNew) Tell(new(id, IsOpen: true));
    }

    private void OnClose(ContentHash id, IActorRef channel)
    {
        if (!_here.TryGetValue(id, out var now) || !now.Equals(channel)) return;   // a successor has it
        _here.Remove(id);
        _mesh.Tell(new MeshProtocol.CloseTopic(id, channel));
        _standIns.Tell(new StandInsActor.ChannelIs(id, null));
        if (!_leaving.Contains(id))
        {
            Tell(new(id, IsOpen: false));
            return;
        }
        _standIns.Tell(new StandInsActor.Part(id));
        if (_elsewhere.Add(id)) _mesh.Tell(new MeshProtocol.OpenTopic(id, _remote));
    }

    private void OnCarried(Carried carried)
    {
        if (_here.ContainsKey(carried.Id)) return;   // our own message, or late
        if (carried.IsOpen && _elsewhere.Add(carried.Id)) _mesh.Tell(new MeshProtocol.OpenTopic(carried.Id, _remote));
        else if (!carried.IsOpen && _elsewhere.Remove(carried.Id)) _mesh.Tell(new MeshProtocol.CloseTopic(carried.Id, _remote));
    }

    // What is new has the highest numbers, but for objects that were acquired long before their first entry: now and then all are asked for.
    private void Look()
    {
        var (journal, from) = (_journal, _looks++ % LooksUntilAll == 0 ? 0 : Math.Max(0, _highest - Overlap));
        StoreThreads.AskAsync(Context.System, () => new Stored(journal.ObjectsFrom(from))).PipeTo(Self);
    }

    private void Tell(Carried carried) => _mediator.Tell(new Publish(AllNodes, carried));

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2), Later = TimeSpan.FromSeconds(6);
    private const int LooksUntilAll = 120;
    private const long Overlap = 1000;
    private const string AllNodes = "hhs-objects";
}
