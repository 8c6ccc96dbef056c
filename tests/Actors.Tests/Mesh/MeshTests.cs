using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests.Hostile;
using Hhs.Actors.Transport;
using Hhs.Model.Identity;
using Hhs.Model.Types.Set;

namespace Hhs.Actors.Tests.Mesh;

public sealed class MeshTests : IAsyncLifetime
{
    private static readonly Uri Loopback = new("ws://127.0.0.1:0");
    private static readonly MeshSettings Quick = new() { RedialMin = TimeSpan.FromMilliseconds(20), RedialMax = TimeSpan.FromMilliseconds(200) };

    private readonly List<HhsNode> _nodes = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    private async Task<HhsNode> Start(HhsSettings settings)
    {
        var node = await HhsNode.StartAsync(settings.Mesh.RedialMax == new MeshSettings().RedialMax ? settings with { Mesh = Quick } : settings, LogProbe.Config);
        _nodes.Add(node);
        return node;
    }

    private Task<HhsNode> Listener() => Start(new() { Listen = [Loopback] });

    private Task<HhsNode> Dialler(params HhsNode[] peers) => Start(new() { Peers = [.. peers.Select(p => p.Address())] });

    private static Task<SetHandle> NewSet(HhsNode node, string seed) => node.CreateSetAsync(new SetOptions { Seed = seed });

    private static Task Converge(SetHandle one, SetHandle other) => Eventually.Holds(
        async () => (await one.Object.StatusAsync()).Frontier.Equals((await other.Object.StatusAsync()).Frontier), "both have the same frontier");

    private static Task PeerCount(HhsNode node, int count) => Eventually.Holds(async () => (await node.PeersAsync()).Count == count, $"{count} peers");

    [Fact]
    public async Task A_peer_that_comes_back_on_its_port_is_dialled_again()
    {
        var key = SecretKey.Generate(SystemRandom.Instance);
        var first = await HhsNode.StartAsync(new() { Listen = [Loopback], Identity = key });
        var set = await NewSet(first, "s");
        var dialler = await Dialler(first);
        var copy = await dialler.OpenSetAsync(set.Id);
        await PeerCount(dialler, 1);
        var address = first.Listening[0];
        await first.DisposeAsync();
        await PeerCount(dialler, 0);
        await copy.AddAsync("while it was away");

        var second = await Start(new() { Listen = [address], Identity = key });
        var again = await second.OpenSetAsync(set.Id);
        await Converge(again, copy);
        Assert.True(await again.ContainsAsync("while it was away"));
    }

    [Fact]
    public async Task A_peer_that_proves_another_key_than_the_pinned_is_refused()
    {
        var listener = await Listener();
        await NewSet(listener, "s");
        var stranger = SecretKey.Generate(SystemRandom.Instance).KeyId.Hash;
        var dialler = await Start(new() { Peers = [new PeerAddress(stranger, listener.Listening[0])] });
        var log = new LogProbe(dialler.System);
        await NewSet(dialler, "s");
        await log.Says("UnexpectedRemote: ");
        Assert.Empty(await dialler.PeersAsync());
        Assert.Empty(await listener.PeersAsync());
    }

    [Fact]
    public async Task Topics_that_a_peer_declines_are_asked_for_in_turn_until_one_is_shared()
    {
        var listener = await Listener();
        var shared = await NewSet(listener, "shared");
        var dialler = await Start(new());
        for (int i = 0; i < 6; i++) await NewSet(dialler, $"private {i}");
        var copy = await NewSet(dialler, "shared");
        await copy.AddAsync("x");
        dialler.AddPeer(listener.Address());
        await Converge(shared, copy);
    }

    [Fact]
    public async Task A_topic_opened_later_is_joined_whoever_opens_it_last()
    {
        var listener = await Listener();
        var first = await NewSet(listener, "first");
        var dialler = await Dialler(listener);
        await dialler.OpenSetAsync(first.Id);

        var theirs = await NewSet(listener, "theirs");
        await theirs.AddAsync(1);
        await Converge(theirs, await dialler.OpenSetAsync(theirs.Id));

        var ours = await NewSet(dialler, "ours");
        await ours.AddAsync(2);
        await Converge(ours, await listener.OpenSetAsync(ours.Id));
        Assert.Single(await dialler.PeersAsync());
    }

    [Fact]
    public async Task A_declined_topic_that_was_forgotten_is_offered_again()
    {
        var listener = await Start(new() { Listen = [Loopback], Mesh = Quick with { DeclinedTopicsMax = 1 } });
        var shared = await NewSet(listener, "shared");
        var dialler = await Start(new() { Mesh = Quick with { OfferAgainEvery = TimeSpan.FromMilliseconds(100) } });
        var more = new List<SetHandle>();
        for (int i = 0; i < 4; i++) more.Add(await NewSet(dialler, $"more {i}"));
        dialler.AddPeer(listener.Address());
        await dialler.OpenSetAsync(shared.Id);
        foreach (var set in more)
        {
            await set.AddAsync("x");
            await Converge(set, await listener.OpenSetAsync(set.Id));
        }
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_refused_and_those_we_dial_are_not_counted()
    {
        using var metrics = new MetricsProbe();
        var other = await Listener();
        var full = await Start(new() { Listen = [Loopback], Mesh = Quick with { SessionsMax = 1 } });
        var log = new LogProbe(full.System);
        var set = await NewSet(full, "s");
        await NewSet(other, "s");
        await using var one = await RawPeer.JoinedAsync(full.Listening[0], set.Id);
        await using var two = await RawPeer.ConnectAsync(full.Listening[0]);
        await two.IsClosedAsync();
        await log.Says("there are 1 sessions already");
        await metrics.Counts("hhs.connections.refused too many sessions", 0);

        full.AddPeer(other.Address());
        await PeerCount(full, 2);
        await one.DisposeAsync();
        await PeerCount(full, 1);
        await using var three = await RawPeer.JoinedAsync(full.Listening[0], set.Id);
    }

    [Fact]
    public async Task A_peer_that_never_reads_is_closed_by_the_keep_alive()
    {
        var node = await Start(new() { Listen = [Loopback], Transport = new() { KeepAlive = TimeSpan.FromMilliseconds(300) } });
        var log = new LogProbe(node.System);
        var set = await NewSet(node, "s");
        await using var peer = await RawPeer.JoinedAsync(node.Listening[0], set.Id);
        await PeerCount(node, 0);   // it reads nothing from here on, so it answers no ping
        await log.Says("The connection to 127.0.0.1");
    }

    [Fact]
    public async Task A_mesh_that_fails_keeps_its_topics_peers_and_addresses()
    {
        var listener = await Listener();
        var set = await NewSet(listener, "s");
        // No honest message makes the mesh throw, so a dishonest one stands in for the bug that would.
        listener.System.ActorSelection("/user/hhs/mesh").Tell(new MeshProtocol.AddPeer(null!), Akka.Actor.ActorRefs.NoSender);
        var dialler = await Dialler(listener);
        await Converge(set, await dialler.OpenSetAsync(set.Id));
    }

    [Fact]
    public async Task Nodes_find_each_other_in_memory_too()
    {
        var memory = new MemoryTransport(new());
        var one = await Start(new() { Listen = [new("mem://one")], ExtraTransports = [memory] });
        var set = await NewSet(one, "s");
        await set.AddAsync("x");
        var two = await Start(new() { Peers = [one.Address()], ExtraTransports = [memory] });
        await Converge(set, await two.OpenSetAsync(set.Id));

        var failure = await Assert.ThrowsAsync<TransportException>(() => HhsNode.StartAsync(new() { Listen = [new("mem://one")], ExtraTransports = [memory] }));
        Assert.Contains("in use", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Starting_and_stopping_frees_the_port_at_once_and_leaves_nothing()
    {
        var address = Loopback;
        long before = 0;
        var dialled = await Listener();
        await NewSet(dialled, "s");
        for (int i = 0; i < 50; i++)
        {
            if (i == 10) before = GC.GetTotalMemory(forceFullCollection: true);
            await using var node = await HhsNode.StartAsync(new() { Listen = [address], Peers = [dialled.Address()] });
            await NewSet(node, "s");
            address = node.Listening[0];
        }
        await Eventually.Holds(() => GC.GetTotalMemory(forceFullCollection: true) - before < 8 << 20, "forty nodes leave less than 8 MiB");
    }
}
