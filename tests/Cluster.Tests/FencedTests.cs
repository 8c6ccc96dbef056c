using Hhs.Actors.Node;
using Hhs.Actors.Tests;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests;

/// <summary>Two nodes that do not know of one another believe that an object is theirs.</summary>
public sealed class FencedTests
{
    [Fact(Timeout = 90_000)]
    public async Task Who_is_fenced_leaves_the_object_to_the_other_for_a_while_and_takes_it_back_when_asked_after_that()
    {
        await using var one = await TestCluster.OfAsync(1);
        await using var other = await TestCluster.OfAsync(1, settings => settings with { Store = one.Store.Open() });
        var set = await one[0].CreateSetAsync(new SetOptions { Seed = "theirs" });
        await set.AddAsync("of the one");
        var taken = await other[0].OpenSetAsync(set.Id);

        await Assert.ThrowsAsync<HhsException>(() => set.AddAsync("refused"));
        await Eventually.Holds(async () => !await TestCluster.HasAsync(one[0], set.Id), "it has stopped there");
        var late = set.AddAsync("late");
        for (int i = 0; i < 10; i++) await taken.AddAsync($"of the other {i}");
        Assert.Equal(1, one.Store.Fenced);
        Assert.False(late.IsCompleted);

        await late;
        Assert.Equal(12, (await set.ContentsAsync()).Elements.Count);
        Assert.False(await set.ContainsAsync("refused"));
    }
}
