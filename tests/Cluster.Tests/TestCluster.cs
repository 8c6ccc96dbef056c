using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;

namespace Hhs.Cluster.Tests;

/// <summary>Nodes of one operator in one process, each with an actor system, a port for the others and one for peers.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private static readonly Uri Loopback = new("ws://127.0.0.1:0");
    public SecretKey Identity { get; } = SecretKey.Generate(SystemRandom.Instance);
    private readonly List<HhsNode> _nodes = [];

    public SharedStore Store { get; } = new();

    public HhsNode this[int index] => _nodes[index];

    public IReadOnlyList<HhsNode> Nodes => _nodes;

    /// <summary>Starts so many nodes; done when each knows all.</summary>
    public static async Task<TestCluster> OfAsync(int count, Func<HhsSettings, HhsSettings>? with = null, string more = "")
    {
        var cluster = new TestCluster();
        for (int i = 0; i < count; i++) await cluster.AddAsync(with, more);
        return cluster;
    }

    /// <summary>One more node.</summary>
    /// <param name="with">Other settings of Hhs.</param>
    /// <param name="config">More configuration of its actor system.</param>
    public async Task<HhsNode> AddAsync(Func<HhsSettings, HhsSettings>? with = null, string config = "")
    {
        HhsSettings settings = new() { Identity = Identity, Store = Store.Open(), Listen = [Loopback] };
        var node = await ClusterNode.StartAsync(with?.Invoke(settings) ?? settings, ConfigurationFactory.ParseString(config).WithFallback(Hasty));
        _nodes.Add(node);
        var member = Akka.Cluster.Cluster.Get(node.System);
        await member.JoinAsync(Akka.Cluster.Cluster.Get(_nodes[0].System).SelfAddress).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        await Eventually.Holds(() => _nodes.All(n => MembersUp(n) == _nodes.Count), "all nodes are members");
        return node;
    }

    public static int MembersUp(HhsNode node) => Akka.Cluster.Cluster.Get(node.System).State.Members.Count(m => m.Status == MemberStatus.Up);

    /// <summary>Whether the object has an actor at this node.</summary>
    public static async Task<bool> HasAsync(HhsNode node, ContentHash id) => (await node.System
        .ActorSelection($"/user/hhs/objects/registry/{Placement.ObjectMessages.NameOf(id)}").Ask<ActorIdentity>(new Identify(null), Eventually.Patience)).Subject is not null;

    /// <summary>How many objects this node has, awake or not. None before its region has started, which a node does not wait for.</summary>
    public static async Task<int> EntitiesAtAsync(HhsNode node) => !ClusterSharding.Get(node.System).ShardTypeNames.Contains("objects") ? 0 : (await ClusterSharding.Get(node.System).ShardRegion("objects")
        .Ask<CurrentShardRegionState>(GetShardRegionState.Instance, Eventually.Patience)).Shards.Sum(s => s.EntityIds.Count);

    /// <summary>The node leaves, handing over what it has.</summary>
    public async Task LeaveAsync(HhsNode node)
    {
        _nodes.Remove(node);
        await node.DisposeAsync();
    }

    /// <summary>The node dies: nobody is told, nothing is handed over.</summary>
    public void Kill(HhsNode node)
    {
        _nodes.Remove(node);
        ((ExtendedActorSystem)node.System).Abort();
    }

    public async ValueTask DisposeAsync()
    {
        // At once: nothing of what the last of them leaves behind is of interest.
        foreach (var node in _nodes) ((ExtendedActorSystem)node.System).Abort();
        await Task.WhenAll(_nodes.Select(n => n.System.WhenTerminated));
    }

    // Everything that waits for time to pass, an order of magnitude faster than operators want it.
    public static readonly Config Hasty = ConfigurationFactory.ParseString(
        """
        # Systems that end abruptly have much to say.
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.remote.dot-netty.tcp {
          hostname = 127.0.0.1
          port = 0
        }
        akka.cluster {
          gossip-interval = 100ms
          leader-actions-interval = 100ms
          unreachable-nodes-reaper-interval = 100ms
          periodic-tasks-initial-delay = 100ms
          failure-detector {
            heartbeat-interval = 200ms
            acceptable-heartbeat-pause = 1500ms
          }
          split-brain-resolver.stable-after = 500ms
          down-removal-margin = 500ms
          pub-sub.gossip-interval = 100ms
          distributed-data {
            gossip-interval = 100ms
            notify-subscribers-interval = 50ms
          }
          singleton.hand-over-retry-interval = 100ms
          sharding {
            retry-interval = 200ms
            coordinator-failure-backoff = 200ms
            rebalance-interval = 500ms
          }
        }
        hhs.cluster.look-again = 5s
        hhs.cluster.left-after-fenced = 3s
        """);
}
