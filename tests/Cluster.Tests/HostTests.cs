using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests;
using Hhs.Cluster.Tests.Remoting;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests;

/// <summary>A host app with an actor system of its own, in which a node is a child of an actor of its own, wherever that is and whatever it is called.</summary>
public sealed class HostTests
{
    private readonly SecretKey _identity = SecretKey.Generate(SystemRandom.Instance);
    private readonly SharedStore _store = new();

    [Fact(Timeout = 60_000)]
    public async Task A_node_runs_as_a_child_of_a_host_apps_actor_in_the_hosts_clustered_system()
    {
        using var certificates = new Certificates();
        var systems = new List<ActorSystem>();
        try
        {
            foreach (string name in new[] { "one", "two" })
                systems.Add(ActorSystem.Create("shop", ClusterNode.Configure(ConfigurationFactory.ParseString(Certificates.Hocon(certificates.For(name))).WithFallback(TestCluster.Hasty))));
            foreach (var system in systems)
                await Akka.Cluster.Cluster.Get(system).JoinAsync(Akka.Cluster.Cluster.Get(systems[0]).SelfAddress, TestContext.Current.CancellationToken);
            // The two have no name in common.
            IActorRef[] nodes = [Branch(systems[0], "branch", "sync"), Branch(systems[1], "counter", "peers")];
            var ready = await nodes[0].Ask<NodeProtocol.Ready>(NodeProtocol.GetReady.Instance, Eventually.Patience, TestContext.Current.CancellationToken);
            await nodes[1].Ask<NodeProtocol.Ready>(NodeProtocol.GetReady.Instance, Eventually.Patience, TestContext.Current.CancellationToken);
            Assert.Equal("/user/branch/sync", nodes[0].Path.ToStringWithoutAddress());

            var ids = new List<ContentHash>();
            int here = 0;
            for (int i = 0; i < 6; i++)
            {
                var made = await nodes[0].Ask<ObjectProtocol.Applied>(new ObjectsProtocol.Create(SetPayloads.Create(new SetOptions { Seed = $"list {i}" })), Eventually.Patience, TestContext.Current.CancellationToken);
                ids.Add(made.Entry);
                foreach (var (node, item) in nodes.Zip(["bread", "milk"]))
                    Assert.IsType<ObjectProtocol.Applied>(await node.Ask(new ObjectsProtocol.ToObject(made.Entry, new ObjectProtocol.Apply(new SetMessages.Add(item))), Eventually.Patience, TestContext.Current.CancellationToken));
                var (first, second) = (await IsAtAsync(systems[0], "branch/sync", made.Entry), await IsAtAsync(systems[1], "counter/peers", made.Entry));
                Assert.True(first ^ second, "an object is at one node");
                if (first) here++;
            }
            Assert.InRange(here, 1, 5);

            // A peer of one of them has the objects of both.
            await using var peer = await HhsNode.StartAsync(new() { Peers = [new(ready.KeyId.Hash, ready.Listening[0])] });
            foreach (var id in ids) await Eventually.Holds(async () => (await (await peer.OpenSetAsync(id)).ContentsAsync()).Elements.Count == 2, $"the peer has {id.Short}");
        }
        finally
        {
            foreach (var system in systems) ((ExtendedActorSystem)system).Abort();
            await Task.WhenAll(systems.Select(s => s.WhenTerminated));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_host_that_forgot_to_configure_its_system_is_told_so()
    {
        using var certificates = new Certificates();
        string tls = Certificates.Hocon(certificates.For("one"));
        await Told(TestCluster.Hasty.WithFallback(HhsSettings.Reference), "the actor system is in no cluster: make its configuration by ClusterNode.Configure");
        await Told(ConfigurationFactory.ParseString(tls).WithFallback(TestCluster.Hasty).WithFallback(ClusterNode.Reference).WithFallback(HhsSettings.Reference),
            "the actor system listens without TLS: make its configuration by ClusterNode.Configure");

        async Task Told(Config config, string what)
        {
            var system = ActorSystem.Create("shop", config);
            var failure = await Branch(system, "branch", "sync").Ask<Status.Failure>(NodeProtocol.GetReady.Instance, Eventually.Patience, TestContext.Current.CancellationToken);
            Assert.Contains(what, Assert.IsType<ConfigurationException>(failure.Cause).Message, StringComparison.Ordinal);
            ((ExtendedActorSystem)system).Abort();
            await system.WhenTerminated;
        }
    }

    private IActorRef Branch(ActorSystem system, string host, string node)
    {
        var settings = ClusterNode.Join(new() { Identity = _identity, Store = _store.Open(), Listen = [new("ws://127.0.0.1:0")] });
        var started = new TaskCompletionSource<IActorRef>();
        system.ActorOf(Props.Create(() => new Host(settings, node, started)), host);
        return started.Task.WaitAsync(Eventually.Patience).GetAwaiter().GetResult();
    }

    private static async Task<bool> IsAtAsync(ActorSystem system, string node, ContentHash id) => (await system
        .ActorSelection($"/user/{node}/objects/registry/{Placement.ObjectMessages.NameOf(id)}").Ask<ActorIdentity>(new Identify(null), Eventually.Patience)).Subject is not null;

    private sealed class Host : ReceiveActor
    {
        public Host(HhsSettings settings, string name, TaskCompletionSource<IActorRef> started) => started.SetResult(Context.ActorOf(HhsNode.Props(settings), name));
    }
}
