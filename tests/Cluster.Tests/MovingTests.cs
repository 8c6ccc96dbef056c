using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Tests;
using Hhs.Actors.Tests.Journal.Postgres;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests;

/// <summary>Objects change their place: a node comes, leaves, or dies. What was acknowledged stays, and peers go on.</summary>
[Collection(PostgresCollection.Name)]
public sealed class MovingTests(SharedPostgres postgres)
{
    [Fact(Timeout = 60_000)]
    public async Task A_node_that_leaves_hands_its_objects_over_under_load()
    {
        await using var cluster = await TestCluster.OfAsync(2);
        var sets = await SetsAsync(cluster[0], 6);
        await using var peer = await HhsNode.StartAsync(new() { Peers = [cluster[0].Address()] });
        var copies = await CopiesAsync(peer, sets);
        await Eventually.Holds(async () => await CountAtAsync(cluster[1], sets) > 0, "the second has some of them");
        var writers = new Writers(sets);
        await Eventually.Holds(() => sets.All(s => writers.Count(s.Id) >= 10), "all are written to");

        await cluster.LeaveAsync(cluster[1]);

        var before = sets.ToDictionary(s => s.Id, s => writers.Count(s.Id));
        await Eventually.Holds(() => sets.All(s => writers.Count(s.Id) >= before[s.Id] + 10), "all are written to again");
        await writers.StopAsync();
        await AssertWholeAsync(cluster[0], writers, sets, copies);
        Assert.Equal(6, await CountAtAsync(cluster[0], sets));
        Assert.Equal(0, cluster.Store.Fenced);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_that_comes_takes_over_its_part_and_peers_of_the_other_go_on()
    {
        await using var cluster = await TestCluster.OfAsync(1);
        var sets = await SetsAsync(cluster[0], 10);
        await using var peer = await HhsNode.StartAsync(new() { Peers = [cluster[0].Address()] });
        var copies = await CopiesAsync(peer, sets);
        var writers = new Writers(sets);

        await cluster.AddAsync();

        await Eventually.Holds(async () => await CountAtAsync(cluster[1], sets) > 0, "the new one has some of them");
        await writers.StopAsync();
        foreach (var copy in copies) await copy.AddAsync("of the peer");
        await AssertWholeAsync(cluster[1], writers, sets, copies);
        foreach (var set in sets) Assert.True(await set.ContainsAsync("of the peer"));
        Assert.Equal(0, cluster.Store.Fenced);
    }

    [Fact(Timeout = 90_000)]
    public async Task What_a_dead_node_had_comes_back_at_the_others_whole_and_without_forks()
    {
        await using var cluster = await TestCluster.OfAsync(3);
        await ANodeDiesAsync(cluster);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_dead_node_over_a_database()
    {
        var settings = new JournalSettings { Provider = JournalProvider.PostgreSql, PostgreSql = postgres.Settings(SharedPostgres.NewSchema()) };
        await using var cluster = await TestCluster.OfAsync(3, node => node with { Store = null, Journal = settings });
        await ANodeDiesAsync(cluster);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_dead_node_over_a_journal_of_Akkas()
    {
        using var database = new Journal.AkkaPostgres(postgres);
        var settings = new JournalSettings { Provider = JournalProvider.AkkaPersistence, AkkaPersistence = database.Settings };
        await using var cluster = await TestCluster.OfAsync(3, node => node with { Store = null, Journal = settings });
        await ANodeDiesAsync(cluster);
    }

    private static async Task ANodeDiesAsync(TestCluster cluster)
    {
        var sets = await SetsAsync(cluster[0], 9);
        await using var peer = await HhsNode.StartAsync(new() { Peers = [cluster[0].Address()] });
        var copies = await CopiesAsync(peer, sets);
        await Eventually.Holds(async () => await CountAtAsync(cluster[2], sets) > 0, "the third has some of them");
        var writers = new Writers(sets);
        await Eventually.Holds(() => sets.All(s => writers.Count(s.Id) >= 10), "all are written to");

        cluster.Kill(cluster[2]);

        await Eventually.Holds(() => TestCluster.MembersUp(cluster[0]) == 2, "the dead one is put out");
        var before = sets.ToDictionary(s => s.Id, s => writers.Count(s.Id));
        await Eventually.Holds(() => sets.All(s => writers.Count(s.Id) >= before[s.Id] + 10), "all are written to again");
        await writers.StopAsync();
        await AssertWholeAsync(cluster[1], writers, sets, copies);
        foreach (var set in sets)
        {
            // One writer after the other: a fork would be two that built on the same entry.
            await foreach (var entry in set.Object.LogAsync(TestContext.Current.CancellationToken)) Assert.InRange(entry.Header.PrevEntryHashes.Count, 0, 1);
            Assert.Single((await set.Object.StatusAsync()).Frontier);
        }
    }

    private static async Task<IReadOnlyList<SetHandle>> SetsAsync(HhsNode node, int count)
    {
        var sets = new List<SetHandle>();
        for (int i = 0; i < count; i++) sets.Add(await node.CreateSetAsync(new SetOptions { Seed = $"set {i}" }));
        return sets;
    }

    private static async Task<IReadOnlyList<SetHandle>> CopiesAsync(HhsNode peer, IReadOnlyList<SetHandle> sets)
    {
        var copies = new List<SetHandle>();
        foreach (var set in sets) copies.Add(await peer.OpenSetAsync(set.Id));
        return copies;
    }

    private static async Task<int> CountAtAsync(HhsNode node, IReadOnlyList<SetHandle> sets)
    {
        int count = 0;
        foreach (var set in sets) if (await TestCluster.HasAsync(node, set.Id)) count++;
        return count;
    }

    private static async Task AssertWholeAsync(HhsNode any, Writers writers, IReadOnlyList<SetHandle> sets, IReadOnlyList<SetHandle> copies)
    {
        foreach (var (set, copy) in sets.Zip(copies))
        {
            await writers.AssertNothingLostAsync(await any.OpenSetAsync(set.Id));
            await PeersTests.Same(set, copy);
        }
    }
}
