using Hhs.Actors.Node;
using Hhs.Actors.Tests;
using Hhs.Model.Hashing;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests;

/// <summary>A peer's view: it is connected to one node, and has the objects of all.</summary>
public sealed class PeersTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_peer_of_one_node_syncs_the_objects_of_all_both_ways()
    {
        await using var cluster = await TestCluster.OfAsync(2);
        var sets = new List<SetHandle>();
        for (int i = 0; i < 6; i++)
        {
            sets.Add(await cluster[0].CreateSetAsync(new SetOptions { Seed = $"set {i}" }));
            for (int item = 0; item < 20; item++) await sets[i].AddAsync($"item {item}");
        }
        await using var peer = await HhsNode.StartAsync(new() { Peers = [cluster[0].Address()] });
        foreach (var set in sets)
        {
            var copy = await peer.OpenSetAsync(set.Id);
            await copy.AddAsync("of the peer");
            await set.AddAsync("of the operator");
            await Same(set, copy);
        }
        Assert.Single(await peer.PeersAsync());
        foreach (var set in sets) Assert.True(await set.ContainsAsync("of the peer"));
    }

    internal static Task Same(SetHandle one, SetHandle other) => Eventually.Holds(
        async () => (await one.Object.StatusAsync()).Frontier.Equals((await other.Object.StatusAsync()).Frontier), $"both have the same of {one.Id.Short}");
}
