using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.Singleton;
using Akka.Pattern;
using Hhs.Actors.Node;

namespace Hhs.Cluster.Once;

/// <summary>Starts what must run once in a cluster: at its oldest node, and at the next one when that leaves or dies.</summary>
/// <remarks>
/// Every node starts it under the same name below the same actor; what it answers finds the one that runs. One that could not start (the store
/// is away) is tried again; one that fails goes on with what it knows, since others have told it and would not tell it again.
/// </remarks>
internal sealed class OnceActors : IOnce
{
    public static readonly OnceActors Instance = new();

    public bool IsShared => true;

    public IActorRef Start(IActorContext context, string name, Props props)
    {
        var kept = BackoffSupervisor.Props(Backoff.OnStop(props, "it", RetryMin, RetryMax, RandomFactor, ForEver)
            .WithSupervisorStrategy(new OneForOneStrategy(failure => failure is ActorInitializationException ? Directive.Stop : Directive.Resume)));
        var manager = context.ActorOf(ClusterSingletonManager.Props(kept, PoisonPill.Instance, ClusterSingletonManagerSettings.Create(context.System)), name);
        return context.ActorOf(ClusterSingletonProxy.Props(manager.Path.ToStringWithoutAddress(), ClusterSingletonProxySettings.Create(context.System)), $"{name}-proxy");
    }

    public bool IsSucceeded(ActorSystem system)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        return cluster.State.Members.Any(m => m.Status is MemberStatus.Up or MemberStatus.WeaklyUp && !m.UniqueAddress.Equals(cluster.SelfUniqueAddress));
    }

    private const double RandomFactor = 0.2;
    private const int ForEver = -1;
    private static readonly TimeSpan RetryMin = TimeSpan.FromSeconds(1), RetryMax = TimeSpan.FromSeconds(10);
}
