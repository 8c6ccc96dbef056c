using System.Diagnostics;
using Hhs.Actors.Node;
using Hhs.Actors.Tests;
using Hhs.Model.Hashing;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests;

/// <summary>While the store is away, whoever needs it waits; the rest of a node goes on.</summary>
public sealed class StoreAwayTests
{
    [Fact(Timeout = 90_000)]
    public async Task Objects_asked_for_while_the_store_is_away_wait_and_the_node_stays_a_member_that_answers()
    {
        var ids = new List<ContentHash>();
        var store = new SharedStore();
        await using (var writer = await HhsNode.StartAsync(new() { Store = store.Open() }))
            for (int i = 0; i < 200; i++) ids.Add((await writer.CreateSetAsync(new SetOptions { Seed = $"set {i}" })).Id);
        await using var cluster = await TestCluster.OfAsync(2, settings => settings with { Store = store.Open() });

        store.IsThere.Reset();
        var opening = ids.Select(cluster[0].OpenSetAsync).ToArray();
        var away = Stopwatch.StartNew();
        var slowest = TimeSpan.Zero;
        await Eventually.Holds(
            async () =>
            {
                foreach (int node in new[] { 0, 1 })
                {
                    var asked = Stopwatch.StartNew();
                    await cluster[node].PeersAsync().WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
                    slowest = asked.Elapsed > slowest ? asked.Elapsed : slowest;
                    var state = Akka.Cluster.Cluster.Get(cluster[node].System).State;
                    Assert.Equal((2, 0), (state.Members.Count, state.Unreachable.Count));
                }
                return away.Elapsed > TimeSpan.FromSeconds(6);   // several times what it takes to be taken for dead, and to look for settings
            },
            "so much time has passed");
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.DoesNotContain(opening, o => o.IsCompleted);

        store.IsThere.Set();
        foreach (var set in await Task.WhenAll(opening).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken)) Assert.Empty((await set.ContentsAsync()).Elements);
    }
}
