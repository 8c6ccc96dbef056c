using System.Diagnostics;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Hhs.Actors.Objects;
using Hhs.Cluster.Sessions;
using Hhs.Cluster.Telemetry;
using Hhs.Cluster.Wire;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Placement;

/// <summary>An object's place on this node, as sharding knows it: while this actor lives, the object is at this node's registry.</summary>
/// <remarks>
/// Phases: Acquiring (the store is asked; what is for the object waits), Hosting, then Leaving (the region wants the object elsewhere, or the node leaves: what was admitted is being stored). The
/// region starts it anywhere else only when it has stopped. An object that nobody has used for long is left in the same way; what is said meanwhile
/// waits in the region, which then starts it again.
/// </remarks>
internal sealed class ObjectEntityActor : ReceiveActor, IWithUnboundedStash
{
    private readonly ContentHash _id;
    private readonly IActorRef _registry, _topics, _standIns;
    private long _leavingSince;

    public static Props Props(ContentHash id, IActorRef registry, IActorRef topics, IActorRef standIns) => Akka.Actor.Props.Create(() => new ObjectEntityActor(id, registry, topics, standIns));

    public ObjectEntityActor(ContentHash id, IActorRef registry, IActorRef topics, IActorRef standIns)
    {
        (_id, _registry, _topics, _standIns) = (id, registry, topics, standIns);
        Become(Acquiring);
    }

    public IStash Stash { get; set; } = null!;

    /// <summary>The object is to be elsewhere, or nowhere.</summary>
    internal sealed record GiveUp
    {
        public static readonly GiveUp Instance = new();
    }

    protected override void PreStart()
    {
        ClusterMetrics.TakenUp();
        _registry.Tell(new ObjectsProtocol.Acquire(_id));
    }

    protected override void PostStop() => ClusterMetrics.GivenUp();

    private void Acquiring()
    {
        Receive<ObjectsProtocol.Acquired>(_ =>
        {
            Become(Hosting);
            Stash.UnstashAll();
        });
        Receive<GiveUp>(_ => Leave());
        ReceiveAny(_ => Stash.Stash());
    }

    private void Hosting()
    {
        Receive<Join>(_standIns.Forward);
        Receive<GiveUp>(_ => Leave());
        // The region starts it anew where it belongs, when somebody asks for it.
        Receive<ObjectsProtocol.Lost>(_ => Context.Parent.Tell(new Passivate(GiveUp.Instance)));
        Receive<ObjectsProtocol.Unused>(_ => Context.Parent.Tell(new Passivate(GiveUp.Instance)));
        ReceiveAny(_registry.Forward);
    }

    private void Leave()
    {
        _leavingSince = Stopwatch.GetTimestamp();
        Become(Leaving);
        _topics.Tell(new TopicsActor.Leaving(_id));   // before the topic is closed here: the others are not to close it too
        _registry.Tell(new ObjectsProtocol.Release(_id));
    }

    private void Leaving()
    {
        Receive<ObjectsProtocol.Acquired>(_ => { });
        Receive<ObjectsProtocol.Lost>(_ => { });
        Receive<ObjectsProtocol.Unused>(_ => { });
        Receive<ObjectsProtocol.Released>(_ =>
        {
            ClusterMetrics.Released(_leavingSince);
            _topics.Tell(new TopicsActor.Left(_id));
            Context.Stop(Self);
        });
        // The region keeps what is for the object from now on; what has waited here goes back to it.
        ReceiveAny(message => ClusterSharding.Get(Context.System).ShardRegion(ClusterObjectsActor.ShardType).Forward(new ToEntity(_id, message)));
        Stash.UnstashAll();
    }
}
