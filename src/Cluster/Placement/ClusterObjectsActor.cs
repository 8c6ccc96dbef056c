using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Hhs.Actors.Objects;
using Hhs.Cluster.Remoting;
using Hhs.Cluster.Sessions;
using Hhs.Cluster.Telemetry;
using Hhs.Cluster.Wire;
using Hhs.Model.Dag;

namespace Hhs.Cluster.Placement;

/// <summary>What a node has in place of <see cref="ObjectsActor"/> when its objects are spread over a cluster: says the same, and sends it to where the object is.</summary>
internal sealed class ClusterObjectsActor : ReceiveActor
{
    public static Props Props(ObjectServices services) => Akka.Actor.Props.Create(() => new ClusterObjectsActor(services));

    public ClusterObjectsActor(ObjectServices services)
    {
        var settings = ClusterSettings.FromConfig(Context.System.Settings.Config);
        if (ClusterConfiguration.Exposure(Context.System) is { } exposed) Context.GetLogger().Warning(exposed);
        var standIns = Context.ActorOf(StandInsActor.Props(), "stand-ins");
        var topics = Context.ActorOf(TopicsActor.Props(services.Mesh, services.Journal, standIns, settings), "topics");
        var registry = Context.ActorOf(ObjectsActor.Props(services with { Mesh = topics, IsShared = true, LeftAfterFenced = settings.LeftAfterFenced }), "registry");
        var region = ClusterSharding.Get(Context.System).Start(
            ShardType,
            name => ObjectEntityActor.Props(ObjectMessages.IdOf(name), registry, topics, standIns),
            ClusterShardingSettings.Create(Context.System),
            new ObjectMessages(settings.NumberOfShards),
            ClusterSharding.Get(Context.System).DefaultShardAllocationStrategy(ClusterShardingSettings.Create(Context.System)),
            ObjectEntityActor.GiveUp.Instance);
        Context.ActorOf(SharedSettingsActor.Props(Context.Parent, settings), "shared-settings");
        Context.ActorOf(MembersActor.Props(), "members");
        Context.ActorOf(KinActor.Props(services.Journal, store => new(services.Identity.KeyId.ToString(), store, settings.NumberOfShards, Kin.MessagesVersion)), "kin");
        topics.Tell(new TopicsActor.Begin(Context.ActorOf(RemoteSessionsActor.Props(region, topics, settings), "remote-sessions")));

        Receive<ObjectsProtocol.Create>(create => region.Forward(new ToEntity(Entry.Make(create.Payload, Position.Empty).Hash, create)));
        Receive<ObjectsProtocol.Open>(open => region.Forward(new ToEntity(open.Id, open)));
        Receive<ObjectsProtocol.Follow>(follow => region.Forward(new ToEntity(follow.Id, follow)));
        Receive<ObjectsProtocol.Drop>(drop => region.Forward(new ToEntity(drop.Id, drop)));
        Receive<ObjectsProtocol.ToObject>(to => region.Forward(new ToEntity(to.Id, to)));
        Receive<ObjectsProtocol.GetObjects>(registry.Forward);   // it looks into the store, which is shared
    }

    /// <summary>What sharding calls the objects.</summary>
    internal const string ShardType = "objects";

    // Each knows what others have told it and would not tell it again: which objects are here, who takes part in them.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure =>
    {
        Context.GetLogger().Error(failure, "{0} failed", Sender.Path);
        return Directive.Resume;
    });
}
