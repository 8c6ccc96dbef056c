using Akka.Actor;
using Akka.Cluster;

namespace Hhs.Cluster.Telemetry;

/// <summary>Keeps count of the nodes for <see cref="ClusterMetrics"/>.</summary>
internal sealed class MembersActor : ReceiveActor
{
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly HashSet<UniqueAddress> _up = [], _unreachable = [];
    private (int Up, int Unreachable) _told;

    public static Props Props() => Akka.Actor.Props.Create(() => new MembersActor());

    public MembersActor()
    {
        Receive<ClusterEvent.IMemberEvent>(change =>
        {
            if (change.Member.Status == MemberStatus.Up) _up.Add(change.Member.UniqueAddress);
            else _up.Remove(change.Member.UniqueAddress);
            if (change is ClusterEvent.MemberRemoved) _unreachable.Remove(change.Member.UniqueAddress);
            Tell(_up.Count, _unreachable.Count);
        });
        Receive<ClusterEvent.UnreachableMember>(gone =>
        {
            _unreachable.Add(gone.Member.UniqueAddress);
            Tell(_up.Count, _unreachable.Count);
        });
        Receive<ClusterEvent.ReachableMember>(back =>
        {
            _unreachable.Remove(back.Member.UniqueAddress);
            Tell(_up.Count, _unreachable.Count);
        });
    }

    protected override void PreStart() =>
        _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        Tell(0, 0);
    }

    private void Tell(int up, int unreachable)
    {
        ClusterMetrics.Nodes(up - _told.Up, unreachable - _told.Unreachable);
        _told = (up, unreachable);
    }
}
