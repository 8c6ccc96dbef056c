using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests.Hostile;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Mux;

namespace Hhs.Actors.Tests.Mesh;

/// <summary>One connection between two nodes, whoever dials, and whom it is kept with.</summary>
public sealed class PoolTests : IAsyncLifetime
{
    private readonly MeshNet _net = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _net.DisposeAsync();

    [Fact]
    public async Task Nodes_that_dial_each_other_at_once_share_one_connection_that_serves_both_ways()
    {
        for (int round = 0; round < 5; round++)
        {
            var one = await _net.StartAsync($"one{round}");
            var other = await _net.StartAsync($"other{round}");
            var set = await MeshNet.NewSet(one, "s");
            var copy = await MeshNet.NewSet(other, "s");
            one.AddPeer(other.Address());
            other.AddPeer(one.Address());
            await MeshNet.Syncs(set, copy, "after both dialled");
            await MeshNet.PeerCount(one, 1);
            await MeshNet.PeerCount(other, 1);
            var later = await MeshNet.NewSet(one, "later");
            await MeshNet.Syncs(later, await other.OpenSetAsync(later.Id), "on the connection that is left");
            Assert.Single(await one.PeersAsync());
        }
    }

    [Fact]
    public async Task Two_devices_under_one_key_are_both_connected()
    {
        var key = MeshNet.NewKey();
        var hub = await _net.StartAsync("hub");
        var set = await MeshNet.NewSet(hub, "s");
        var phone = await _net.StartAsync("phone", new() { Identity = key, Peers = [hub.Address()] });
        var laptop = await _net.StartAsync("laptop", new() { Identity = key, Peers = [hub.Address()] });
        var (onPhone, onLaptop) = (await phone.OpenSetAsync(set.Id), await laptop.OpenSetAsync(set.Id));
        await MeshNet.PeerCount(hub, 2);
        await MeshNet.Syncs(onPhone, onLaptop, "between devices, through the hub");

        phone.AddPeer(laptop.Address());   // its own key, and still another node
        await MeshNet.PeerCount(phone, 2);
    }

    [Fact]
    public async Task A_key_has_so_many_sessions_and_no_more()
    {
        var key = MeshNet.NewKey();
        var hub = await _net.StartAsync("hub", new() { Mesh = MeshNet.Quick with { SessionsPerKeyMax = 2 } });
        var log = new LogProbe(hub.System);
        await MeshNet.NewSet(hub, "s");
        for (int i = 0; i < 3; i++) await MeshNet.NewSet(await _net.StartAsync($"device{i}", new() { Identity = key, Peers = [hub.Address()] }), "s");
        await log.Says("there are 2 connections under this key already");
        await MeshNet.PeerCount(hub, 2);
    }

    [Fact]
    public async Task A_node_that_dials_itself_is_not_its_own_peer()
    {
        var node = await _net.StartAsync("me");
        var log = new LogProbe(node.System);
        await MeshNet.NewSet(node, "s");
        node.AddPeer(node.Address());
        await log.Says("this is the node itself");
        Assert.Empty(await node.PeersAsync());
    }

    [Fact]
    public async Task A_blocked_peer_is_cut_off_and_comes_back_when_it_is_unblocked()
    {
        var one = await _net.StartAsync("one");
        var set = await MeshNet.NewSet(one, "s");
        var other = await _net.StartAsync("other", new() { Peers = [one.Address()] });
        var copy = await other.OpenSetAsync(set.Id);
        await MeshNet.Syncs(set, copy, "before");

        var log = new LogProbe(one.System);
        one.Block(other.KeyId);
        await MeshNet.PeerCount(one, 0);
        int mark = log.Mark;
        await log.Says("the peer is blocked here", mark);   // it dials again, and is refused
        await copy.AddAsync("while it was blocked");
        one.AddPeer(other.Address());                        // nor is it dialled
        Assert.Empty(await one.PeersAsync());
        Assert.False(await set.ContainsAsync("while it was blocked"));

        one.Unblock(other.KeyId);
        await MeshNet.Syncs(set, copy, "after");
        Assert.True(await set.ContainsAsync("while it was blocked"));
        await MeshNet.PeerCount(one, 1);
    }

    [Fact]
    public async Task Round_trips_are_measured()
    {
        var one = await _net.StartAsync("one");
        await MeshNet.NewSet(one, "s");
        var other = await _net.StartAsync("other", new() { Peers = [one.Address()] });
        await MeshNet.NewSet(other, "s");
        foreach (var node in new[] { one, other })
            await Eventually.Holds(async () => (await node.PeersAsync()).Any(p => p.RoundTrip is { } time && time > TimeSpan.Zero), "a round trip is known");
    }

    [Fact]
    public async Task A_peer_that_answers_no_ping_is_closed_and_one_that_does_stays()
    {
        var node = await HhsNode.StartAsync(
            new() { Listen = [new("ws://127.0.0.1:0")], Mesh = MeshNet.Quick with { PingEvery = TimeSpan.FromMilliseconds(100), PingTimeout = TimeSpan.FromSeconds(1) } }, LogProbe.Config);
        await using var stop = node;
        var log = new LogProbe(node.System);
        var set = await MeshNet.NewSet(node, "s");
        await using var alive = await RawPeer.JoinedAsync(node.Listening[0], set.Id);
        var answering = alive.IsClosedAsync(answerPings: true);
        await using var dead = await RawPeer.JoinedAsync(node.Listening[0], set.Id);
        await dead.IsClosedAsync();
        await log.Says("TimedOut: no answer to a ping");
        Assert.False(answering.IsCompleted);
        await MeshNet.PeerCount(node, 1);
    }

    [Fact]
    public async Task A_session_in_which_nothing_is_shared_is_closed_and_one_that_shares_stays()
    {
        var node = await HhsNode.StartAsync(
            new() { Listen = [new("ws://127.0.0.1:0")], Mesh = MeshNet.Quick with { IdleTimeout = TimeSpan.FromMilliseconds(500) } }, LogProbe.Config);
        await using var stop = node;
        var set = await MeshNet.NewSet(node, "s");
        await using var sharing = await RawPeer.JoinedAsync(node.Listening[0], set.Id);
        var open = sharing.IsClosedAsync(answerPings: true);
        await using var idle = await RawPeer.WithChannelAsync(node.Listening[0]);
        await idle.IsClosedAsync(answerPings: true);
        Assert.False(open.IsCompleted);
    }

    [Fact]
    public async Task An_object_that_is_started_and_stopped_a_hundred_times_always_resumes_and_leaves_nothing()
    {
        var one = await _net.StartAsync("one");
        var set = await MeshNet.NewSet(one, "s");
        var other = await _net.StartAsync("other", new() { Peers = [one.Address()] });
        var copy = await other.OpenSetAsync(set.Id);
        await MeshNet.Syncs(set, copy, "before");
        long before = 0;
        for (int i = 0; i < 100; i++)
        {
            if (i == 20) before = GC.GetTotalMemory(forceFullCollection: true);
            one.SetMode(set.Id, Actors.Discovery.TopicMode.Dormant);
            await set.AddAsync($"while it slept {i}");
            one.SetMode(set.Id, Actors.Discovery.TopicMode.Active);
            await Eventually.Holds(() => copy.ContainsAsync($"while it slept {i}"), $"it resumes, time {i}");
        }
        await Eventually.Holds(() => GC.GetTotalMemory(forceFullCollection: true) - before < 4 << 20, "eighty times leave less than 4 MiB");
        Assert.Single(await one.PeersAsync());
    }

    [Fact]
    public async Task A_dormant_object_is_here_for_nobody()
    {
        var one = await _net.StartAsync("one");
        var set = await MeshNet.NewSet(one, "s");
        var shared = await MeshNet.NewSet(one, "shared");
        one.SetMode(set.Id, Actors.Discovery.TopicMode.Dormant);
        var other = await _net.StartAsync("other", new() { Peers = [one.Address()], Objects = new() { FetchTimeout = TimeSpan.FromSeconds(1) } });
        await other.OpenSetAsync(shared.Id);
        await Assert.ThrowsAsync<HhsException>(() => other.OpenSetAsync(set.Id));
    }
}
