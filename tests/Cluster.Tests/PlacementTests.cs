using Hhs.Actors.Node;
using Hhs.Actors.Tests;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests;

/// <summary>The host app's view: whichever node it talks to, it has all objects.</summary>
public sealed class PlacementTests
{
    [Fact(Timeout = 60_000)]
    public async Task An_object_made_at_one_node_is_read_and_written_through_any()
    {
        await using var cluster = await TestCluster.OfAsync(2);
        int there = 0;
        for (int i = 0; i < 8; i++)
        {
            var made = await cluster[0].CreateSetAsync(new SetOptions { Seed = $"set {i}" });
            await made.AddAsync("of the first");
            var opened = await cluster[1].OpenSetAsync(made.Id);
            await opened.AddAsync("of the second");
            Assert.Equal(["of the first", "of the second"], (await made.ContentsAsync()).Elements.Select(e => ((Model.Json.Literal.String)e.Element).Value).Order());
            Assert.Equal((await made.ContentsAsync()).Hash, (await opened.ContentsAsync()).Hash);
            bool first = await TestCluster.HasAsync(cluster[0], made.Id), second = await TestCluster.HasAsync(cluster[1], made.Id);
            Assert.True(first ^ second, "an object is at one node");
            if (second) there++;
        }
        Assert.InRange(there, 1, 7);
        Assert.Equal(8, (await cluster[1].ObjectsAsync()).Count);
        Assert.Equal(cluster[0].KeyId, cluster[1].KeyId);
    }
}
