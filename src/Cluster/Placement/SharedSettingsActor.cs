using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Hhs.Actors.Node;
using Hhs.Cluster.Wire;

namespace Hhs.Cluster.Placement;

/// <summary>Has every node know who is blocked and to whom objects are offered, at whichever it was said.</summary>
/// <remarks>The store has it. A message to all says when to look; since one can be lost, each node also looks now and then.</remarks>
internal sealed class SharedSettingsActor : ReceiveActor, IWithTimers
{
    private readonly ClusterSettings _settings;
    private IActorRef _mediator = ActorRefs.Nobody;

    public static Props Props(IActorRef node, ClusterSettings settings) => Akka.Actor.Props.Create(() => new SharedSettingsActor(node, settings));

    public SharedSettingsActor(IActorRef node, ClusterSettings settings)
    {
        _settings = settings;
        Receive<NodeProtocol.SettingsChanged>(_ => _mediator.Tell(new Publish(AllNodes, SettingsChanged.Instance)));
        Receive<SettingsChanged>(_ => node.Tell(NodeProtocol.ReadSettings.Instance));
        Receive<SubscribeAck>(_ => { });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _mediator = DistributedPubSub.Get(Context.System).Mediator;
        _mediator.Tell(new Subscribe(AllNodes, Self));
        Context.System.EventStream.Subscribe(Self, typeof(NodeProtocol.SettingsChanged));
        Timers.StartPeriodicTimer(nameof(SettingsChanged), SettingsChanged.Instance, _settings.LookAgain);
    }

    private const string AllNodes = "hhs-settings";
}
