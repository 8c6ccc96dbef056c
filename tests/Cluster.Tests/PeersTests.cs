using Hhs.Actors.Audiences;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests;
using Hhs.Model.Identity;
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

    [Fact(Timeout = 60_000)]
    public async Task Whom_an_object_is_offered_to_and_who_is_blocked_counts_at_every_node()
    {
        await using var cluster = await TestCluster.OfAsync(2);
        var set = await cluster[0].CreateSetAsync(new SetOptions { Seed = "for friends" });
        var (friendly, strange) = (SecretKey.Generate(SystemRandom.Instance), SecretKey.Generate(SystemRandom.Instance));
        await cluster[0].OfferToAsync(set.Id, new Audience.Keys([friendly.KeyId]));
        var blocked = SecretKey.Generate(SystemRandom.Instance).KeyId;
        cluster[0].Block(blocked);
        await Eventually.Holds(async () => (await cluster[1].BlockedAsync()).Contains(blocked), "the other node has heard of it");
        await cluster[1].AudienceAsync(set.Id);   // it has looked at these too, by the time it answers

        await using var friend = await HhsNode.StartAsync(new() { Identity = friendly, Peers = [cluster[1].Address()] });
        await using var stranger = await HhsNode.StartAsync(new() { Identity = strange, Peers = [cluster[1].Address()], Objects = new() { FetchTimeout = TimeSpan.FromSeconds(1) } });
        await Same(set, await friend.OpenSetAsync(set.Id));
        await Assert.ThrowsAsync<HhsException>(() => stranger.OpenSetAsync(set.Id));

        await cluster[1].OfferToAsync(set.Id, new Audience.Everyone());
        await cluster[1].AudienceAsync(set.Id);
        await Same(set, await stranger.OpenSetAsync(set.Id));
        cluster[1].Unblock(blocked);
        await Eventually.Holds(async () => (await cluster[0].BlockedAsync()).Count == 0, "the first node has heard of it");
    }

    internal static Task Same(SetHandle one, SetHandle other) => Eventually.Holds(
        async () => (await one.Object.StatusAsync()).Frontier.Equals((await other.Object.StatusAsync()).Frontier), $"both have the same of {one.Id.Short}");
}
