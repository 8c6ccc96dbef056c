using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Model.Hashing;
using Hhs.Model.Types.Set;

namespace Hhs.Actors.Tests.Node;

public sealed class TwoNodesTests
{
    private static readonly Uri Loopback = new("ws://127.0.0.1:0");

    [Fact(Timeout = 60_000)]
    public async Task A_set_known_only_by_its_id_is_fetched_and_both_sides_end_alike()
    {
        await using var alice = await HhsNode.StartAsync(new HhsSettings { Listen = [Loopback] });
        var list = await alice.CreateSetAsync(new SetOptions { Seed = "shopping" });
        for (int i = 0; i < 100; i++) await list.AddAsync($"item {i}");
        await list.RemoveAsync("item 7");

        await using var bob = await HhsNode.StartAsync(new HhsSettings { Peers = [alice.Address()] });
        var copy = await bob.OpenSetAsync(list.Id);
        await copy.AddAsync("bread");
        await Converged(list, copy);

        Assert.True(await list.ContainsAsync("bread"));
        Assert.False(await copy.ContainsAsync("item 7"));
        Assert.True(await copy.ContainsAsync("item 8"));
        Assert.Equal((await list.ContentsAsync()).Hash, (await copy.ContentsAsync()).Hash);
    }

    // The keep-alive, which would mend it, comes after 30 s.
    [Fact(Timeout = 20_000)]
    public async Task A_fetched_set_arrives_whole_although_nobody_writes()
    {
        await using var alice = await HhsNode.StartAsync(new HhsSettings { Listen = [Loopback] });
        var list = await alice.CreateSetAsync(new SetOptions { Seed = "quiet" });
        for (int i = 0; i < 10; i++) await list.AddAsync($"item {i}");

        await using var bob = await HhsNode.StartAsync(new HhsSettings { Peers = [alice.Address()] });
        await Converged(list, await bob.OpenSetAsync(list.Id));
    }

    private static async Task Converged(SetHandle one, SetHandle other)
    {
        // Each look waits for the actors' answers; the test's own timeout bounds the whole.
        while ((await one.Object.StatusAsync()).Frontier is var mine && !mine.Equals((await other.Object.StatusAsync()).Frontier))
            await Task.Yield();
    }
}
