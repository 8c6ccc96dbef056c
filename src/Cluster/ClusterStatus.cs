using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Hhs.Cluster.Placement;
using Hhs.Model.Hashing;

namespace Hhs.Cluster;

/// <summary>A node of the cluster, as another one sees it.</summary>
/// <param name="Address">Where it is, for the others.</param>
/// <param name="Uid">Tells this life of the process from others at the address.</param>
/// <param name="Status">How far it has come: Joining, WeaklyUp, Up, Leaving, Exiting, Down.</param>
/// <param name="Roles">As configured.</param>
/// <param name="Reachable">Whether it is heard.</param>
/// <param name="Shards">Parts of the objects that are there; null if it was not told in time.</param>
/// <param name="Objects">Objects that are there; null if it was not told in time.</param>
public sealed record ClusterMember(Address Address, long Uid, MemberStatus Status, IReadOnlyList<string> Roles, bool Reachable, int? Shards, int? Objects);

/// <summary>How the cluster stands, as one of its nodes sees it.</summary>
/// <param name="Self">That node.</param>
/// <param name="Members">All nodes, the oldest first.</param>
/// <param name="Leader">The node that lets others in and out; null while there is none.</param>
/// <param name="Oldest">The node that runs what must run once; null while none is up.</param>
public sealed record ClusterStatus(Address Self, IReadOnlyList<ClusterMember> Members, Address? Leader, Address? Oldest)
{
    /// <summary>How far this node itself has come; <see cref="MemberStatus.Removed"/> if it is not a member.</summary>
    public MemberStatus SelfStatus => Members.FirstOrDefault(m => m.Address.Equals(Self))?.Status ?? MemberStatus.Removed;

    /// <summary>Asks how the cluster of an actor system stands.</summary>
    /// <remarks>Answers within a few seconds. Nodes that did not say in time what they have are listed without it.</remarks>
    public static async Task<ClusterStatus> OfAsync(ActorSystem system)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        var state = cluster.State;
        var members = await Task.WhenAll(state.Members.Order(Member.AgeOrdering).Select(async m =>
        {
            bool reachable = !state.Unreachable.Contains(m);
            var stats = reachable ? await StatsAsync(system, m.Address).ConfigureAwait(false) : null;
            return new ClusterMember(m.Address, m.UniqueAddress.Uid, m.Status, [.. m.Roles.Order(StringComparer.Ordinal)], reachable, stats?.Count, stats?.Values.Sum());
        })).ConfigureAwait(false);
        return new(cluster.SelfAddress, members, state.Leader, members.FirstOrDefault(m => m.Status is MemberStatus.Up or MemberStatus.Leaving)?.Address);
    }

    /// <summary>Asks which objects are at the node of an actor system.</summary>
    /// <exception cref="AskTimeoutException">Its region did not say in time.</exception>
    public static async Task<IReadOnlyList<ContentHash>> ObjectsHereAsync(ActorSystem system)
    {
        var region = ClusterSharding.Get(system).ShardRegion(ClusterObjectsActor.ShardType);
        var here = await region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, AnswerWithin).ConfigureAwait(false);
        return [.. here.Shards.SelectMany(s => s.EntityIds).Select(ObjectMessages.IdOf).Order()];
    }

    // Each node's region is asked by itself: the coordinator would wait for the slowest, and is away now and then.
    private static async Task<IImmutableDictionary<string, int>?> StatsAsync(ActorSystem system, Address node)
    {
        string region = ClusterSharding.Get(system).ShardRegion(ClusterObjectsActor.ShardType).Path.ToStringWithoutAddress();
        try
        {
            return (await system.ActorSelection($"{node}{region}").Ask<ShardRegionStats>(GetShardRegionStats.Instance, AnswerWithin).ConfigureAwait(false)).Stats;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(1);
}
