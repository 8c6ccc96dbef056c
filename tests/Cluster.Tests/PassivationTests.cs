using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests;

/// <summary>An object that nobody has used for long leaves nothing in its node's memory; whoever asks for it has it again.</summary>
public sealed class PassivationTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);

    private static HhsSettings Drowsy(HhsSettings node) => node with { Objects = node.Objects with { PassivateAfter = Soon } };

    private static async Task<int> EntitiesAsync(TestCluster cluster) => await TestCluster.EntitiesAtAsync(cluster[0]) + await TestCluster.EntitiesAtAsync(cluster[1]);

    [Fact(Timeout = 60_000)]
    public async Task What_nobody_uses_is_let_go_of_and_comes_back_with_the_next_question()
    {
        await using var cluster = await TestCluster.OfAsync(2, Drowsy);
        var sets = new List<SetHandle>();
        for (int i = 0; i < 10; i++)
        {
            sets.Add(await cluster[0].CreateSetAsync(new SetOptions { Seed = $"set {i}" }));
            await sets[i].AddAsync("kept");
        }
        await Eventually.Holds(async () => await EntitiesAsync(cluster) == 0, "all are let go of");
        foreach (var set in sets) Assert.True(await set.ContainsAsync("kept"));
        Assert.Equal(10, (await cluster[1].ObjectsAsync()).Count);
        Assert.InRange(await EntitiesAsync(cluster), 1, 10);
        Assert.Equal(0, cluster.Store.Fenced);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_peer_takes_part_in_stays_asleep_where_it_is()
    {
        await using var cluster = await TestCluster.OfAsync(2, Drowsy);
        var used = await cluster[0].CreateSetAsync(new SetOptions { Seed = "used" });
        await using var peer = await HhsNode.StartAsync(new() { Peers = [cluster[1].Address()] });
        var copy = await peer.OpenSetAsync(used.Id);
        for (int i = 0; i < 5; i++) await cluster[0].CreateSetAsync(new SetOptions { Seed = $"unused {i}" });
        await Eventually.Holds(async () => !await TestCluster.HasAsync(cluster[0], used.Id) && !await TestCluster.HasAsync(cluster[1], used.Id), "it sleeps");
        await Eventually.Holds(async () => await EntitiesAsync(cluster) == 1, "the others are let go of, and it is not");
        await copy.AddAsync("of the peer");
        await Eventually.Holds(() => used.ContainsAsync("of the peer"), "it takes the peer's news");

        await peer.DisposeAsync();
        await Eventually.Holds(async () => await EntitiesAsync(cluster) == 0, "without the peer it is let go of, too");
        Assert.True(await used.ContainsAsync("of the peer"));
    }

    [Fact(Timeout = 60_000)]
    public async Task No_write_is_lost_or_doubled_while_an_object_is_let_go_of()
    {
        await using var cluster = await TestCluster.OfAsync(2, Drowsy);
        var set = await cluster[0].CreateSetAsync(new SetOptions { Seed = "set" });
        var elsewhere = await cluster[1].OpenSetAsync(set.Id);
        var written = new List<string>();
        int lettings = 0;
        for (int round = 0; round < 12; round++)
        {
            // Sometimes before, sometimes after, sometimes just when it goes: it is let go of in the second after two times 200 ms without a use.
            if (round % 3 == 0) await Eventually.Holds(async () => await EntitiesAsync(cluster) == 0, "it is let go of");
            else await WaitForAWhileAsync(cluster, TimeSpan.FromMilliseconds(250 + (round * 40)));
            if (await EntitiesAsync(cluster) == 0) lettings++;
            string[] burst = [$"{round} a", $"{round} b"];
            await Task.WhenAll(set.AddAsync(burst[0]), elsewhere.AddAsync(burst[1]));
            written.AddRange(burst);
        }
        Assert.True(lettings >= 4, $"it was let go of {lettings} times only");
        Assert.Equal(written.Order(StringComparer.Ordinal), (await set.ContentsAsync()).Elements.Select(e => ((Literal.String)e.Element).Value).Order(StringComparer.Ordinal));
        int entries = 0;
        await foreach (var entry in set.Object.LogAsync(TestContext.Current.CancellationToken))
        {
            Assert.InRange(entry.Header.PrevEntryHashes.Count, 0, 1);
            entries++;
        }
        Assert.Equal(1 + written.Count, entries);
        Assert.Equal(0, cluster.Store.Fenced);
    }

    // Looks all the while, so that the writes that follow come at different moments of its going.
    private static async Task WaitForAWhileAsync(TestCluster cluster, TimeSpan atMost)
    {
        var started = System.Diagnostics.Stopwatch.StartNew();
        while (started.Elapsed < atMost && await EntitiesAsync(cluster) > 0) await Task.Yield();
    }
}
