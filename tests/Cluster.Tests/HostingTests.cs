using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Relay;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests;

/// <summary>A cluster as one relay: peers ask any node, and what is hosted for whom is decided once.</summary>
public sealed class HostingTests
{
    private readonly HandClock _clock = new();

    [Fact(Timeout = 60_000)]
    public async Task What_one_node_is_asked_to_host_is_had_from_any()
    {
        await using var cluster = await StartAsync(3, new());
        var ids = new List<ContentHash>();
        await using (var alice = await ClientAsync(cluster[1]))
        {
            for (int i = 0; i < 4; i++)
            {
                var set = await alice.CreateSetAsync(new SetOptions { Seed = $"of alice {i}" });
                await set.AddAsync("from alice");
                ids.Add(set.Id);
            }
            await HostedAsync(cluster[2], 4);
            await Eventually.Holds(async () => (await cluster[2].ObjectsAsync()).Sum(o => o.Entries) == 8, "all is here");
            await Eventually.Holds(async () => (await cluster[0].HostedAsync()).All(o => (o.Owner, o.Users) == (alice.KeyId, 1)), "she takes part in all");
        }
        await using var bob = await ClientAsync(cluster[2]);
        foreach (var id in ids)
        {
            var copy = await bob.OpenSetAsync(id);
            await Eventually.Holds(() => copy.ContainsAsync("from alice"), "bob has what alice wrote");
        }
        await Eventually.Holds(async () => (await cluster[1].HostedAsync()).All(o => o.Users == 1), "alice has gone, and bob has come");
    }

    [Fact(Timeout = 90_000)]
    public async Task A_keys_share_counts_over_all_nodes_also_when_the_one_that_decides_dies()
    {
        await using var cluster = await StartAsync(3, new() { Quotas = new() { ObjectsPerKeyMax = 3 } });
        var (alice, bob) = (SecretKey.Generate(SystemRandom.Instance), SecretKey.Generate(SystemRandom.Instance));
        await using var one = await ClientAsync(cluster[1], alice);
        await using var two = await ClientAsync(cluster[2], alice);
        await CreateAsync(one, "one", 3);
        await HostedAsync(cluster[0], 3);
        var refused = await CreateAsync(two, "two", 3);
        await using var other = await ClientAsync(cluster[2], bob);
        await CreateAsync(other, "of bob", 2);
        await HostedAsync(cluster[2], 5);
        var before = (await cluster[1].HostedAsync()).Select(o => (o.Id, o.Owner, o.Bytes)).ToList();
        Assert.Equal(3, before.Count(o => o.Owner == alice.KeyId));
        Assert.All(before, o => Assert.Equal(cluster.Store.Journal.BytesOf(o.Id), o.Bytes));

        cluster.Kill(cluster[0]);   // the oldest, at which that is decided

        await CreateAsync(other, "of bob, later", 1);
        await CreateAsync(two, "three", 1);
        await HostedAsync(cluster[0], 6);
        var after = (await cluster[1].HostedAsync()).Select(o => (o.Id, o.Owner, o.Bytes)).ToList();
        Assert.Subset(after.ToHashSet(), before.ToHashSet());
        Assert.Equal(3, after.Count(o => o.Owner == alice.KeyId));
        Assert.DoesNotContain(refused, id => cluster.Store.Journal.BytesOf(id) > 0);
        Assert.Equal(6, cluster.Store.Journal.Settings("relay/").Count);
        await Eventually.Holds(async () => (await cluster[0].HostedAsync()).All(o => o.Users == 1), "who takes part has been told anew");
    }

    [Fact(Timeout = 60_000)]
    public async Task What_nobody_uses_is_dropped_once_wherever_it_is()
    {
        await using var cluster = await StartAsync(2, new() { SweepEvery = TimeSpan.FromMilliseconds(20) });
        var dropped = Inbox.Create(cluster[0].System);
        foreach (int node in new[] { 0, 1 }) cluster[node].System.EventStream.Subscribe(dropped.Receiver, typeof(RelayProtocol.Dropped));
        await using var keeper = await ClientAsync(cluster[1]);
        var used = await keeper.CreateSetAsync(new SetOptions { Seed = "used" });
        IReadOnlyList<ContentHash> unused;
        await using (var goer = await ClientAsync(cluster[1]))
        {
            unused = await CreateAsync(goer, "unused", 6);
            await HostedAsync(cluster[0], 7);
        }
        Assert.True(await CountAtAsync(cluster[0], unused) is > 0 and < 6, "they are at both");
        await Eventually.Holds(async () => (await cluster[0].HostedAsync()).Count(o => o.Users > 0) == 1, "the one has gone");

        _clock.Pass(days: 91);

        await Eventually.Holds(() => cluster.Store.Journal.Settings("relay/").Count == 1, "the records are gone");
        var told = new HashSet<ContentHash>();
        for (int i = 0; i < 6; i++) Assert.True(told.Add(Assert.IsType<RelayProtocol.Dropped>(dropped.Receive(Eventually.Patience)).Id), "dropped once");
        Assert.Equal(unused.ToHashSet(), told);
        Assert.Equal([used.Id], (await cluster[1].ObjectsAsync()).Select(o => o.Id));
        Assert.Equal([used.Id], (await cluster[1].HostedAsync()).Select(o => o.Id));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_private_relay_hosts_is_for_its_keys_alone_at_every_node()
    {
        var (alice, bob) = (SecretKey.Generate(SystemRandom.Instance), SecretKey.Generate(SystemRandom.Instance));
        await using var cluster = await StartAsync(2, new() { Allow = [alice.KeyId, bob.KeyId] });
        await using var hers = await ClientAsync(cluster[1], alice);
        var ids = await CreateAsync(hers, "of alice", 4);
        await HostedAsync(cluster[0], 4);
        foreach (int node in new[] { 0, 1 })
        {
            await using var stranger = await ClientAsync(cluster[node], objects: new() { FetchTimeout = TimeSpan.FromSeconds(1) });
            await Task.WhenAll(ids.Select(id => Assert.ThrowsAsync<HhsException>(() => stranger.OpenSetAsync(id))));
        }
        await using var his = await ClientAsync(cluster[0], bob);
        foreach (var id in ids) await his.OpenSetAsync(id);
    }

    private Task<TestCluster> StartAsync(int nodes, RelaySettings relay) => TestCluster.OfAsync(nodes, settings => settings with
    {
        Relay = relay with { Enabled = true }, Clock = _clock, Objects = new() { FetchTimeout = TimeSpan.FromSeconds(5) },
    });

    private static Task<HhsNode> ClientAsync(HhsNode relay, SecretKey? key = null, Actors.Objects.ObjectSettings? objects = null) => HhsNode.StartAsync(new()
    {
        Peers = [relay.Address()], Identity = key, Objects = objects ?? new(),
        Mesh = new() { RedialMin = TimeSpan.FromMilliseconds(20), RedialMax = TimeSpan.FromMilliseconds(200), OfferAgainEvery = TimeSpan.FromMilliseconds(100) },
    });

    private static async Task<IReadOnlyList<ContentHash>> CreateAsync(HhsNode node, string seed, int count)
    {
        var ids = new List<ContentHash>();
        for (int i = 0; i < count; i++) ids.Add((await node.CreateSetAsync(new SetOptions { Seed = $"{seed} {i}" })).Id);
        return ids;
    }

    private static Task HostedAsync(HhsNode node, int count) => Eventually.Holds(
        async () => (await node.HostedAsync()) is var hosted && hosted.Count == count && hosted.All(o => o.Bytes > 0), $"{count} are hosted");

    private static async Task<int> CountAtAsync(HhsNode node, IEnumerable<ContentHash> ids)
    {
        int count = 0;
        foreach (var id in ids) if (await TestCluster.HasAsync(node, id)) count++;
        return count;
    }

    private sealed class HandClock : TimeProvider
    {
        private long _days;

        public void Pass(int days) => Interlocked.Add(ref _days, days);

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000 + Interlocked.Read(ref _days));
    }
}
