using Hhs.Protocols.Sync;

namespace Hhs.Simulation.Tests;

/// <summary>Swarms in which some peers behave like the TypeScript original.</summary>
public class OriginalTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60), 69, 268, 279];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Native_and_original_replicas_agree_after_links_have_broken(int seed)
    {
        var world = new World(seed);
        var settings = SyncSettings.Default with { OriginalStageEntries = 128 };
        var natives = Enumerable.Range(0, world.Random.Next(1, 4)).Select(i => new NativeNode(world, $"n{i}", (seed * 100) + i, settings)).ToList();
        var originals = Enumerable.Range(0, world.Random.Next(1, 3)).Select(i => new OriginalNode(world, $"o{i}")).ToList();
        foreach (var node in natives) { node.Start(); node.Write(world.Random.Next(300)); node.ForeignArrives(); }
        foreach (var node in originals) node.Write(world.Random.Next(100));
        INode[] all = [.. natives, .. originals];
        var pairs = all.SelectMany((one, i) => all.Skip(i + 1).Select(other => (one, other))).ToArray();
        world.Random.Shuffle(pairs);   // an original asks the first that it met first
        foreach (var (one, other) in pairs) world.Link(one, other);
        for (int i = world.Random.Next(6); i > 0; i--)
        {
            var link = world.Links[world.Random.Next(world.Links.Count)];
            var original = originals[world.Random.Next(originals.Count)];
            world.After(world.Between(0, 10_000), () => { link.Break(); world.After(world.Between(10, 2_000), link.Open); });
            world.After(world.Between(0, 10_000), () => original.Write(world.Random.Next(1, 5)));
        }
        world.RunUntil(TimeSpan.FromSeconds(15), () => false);
        foreach (var link in world.Links) link.Open();

        var replicas = natives.Select(n => n.Replica).Concat(originals.Select(o => o.Replica)).ToArray();
        bool agreed = world.RunUntil(world.Now + TimeSpan.FromMinutes(5), () => replicas.All(r => r.Frontier.Equals(replicas[0].Frontier)));
        Assert.True(agreed, $"seed {seed}: {string.Join(", ", all.Zip(replicas, (n, r) => $"{n.Name} has {r.Count}"))}\n{world.History}");
        Assert.All(natives.SelectMany(n => n.Charges), c => Assert.True(c.Value < 10, $"seed {seed}: {c.Key} was charged {c.Value}\n{world.History}"));
    }

    [Fact]
    public void An_original_pulls_a_long_history_without_one_timeout()
    {
        var world = new World(1);
        var native = new NativeNode(world, "n", 1, SyncSettings.Default);
        for (int i = 0; i < 5_000; i++) native.Replica.Write($"{i}");
        var original = new OriginalNode(world, "o");
        native.Start();
        world.Link(native, original);
        bool agreed = world.RunUntil(TimeSpan.FromSeconds(20), () => original.Replica.Count == 5_001);
        Assert.True(agreed, $"{original.Replica.Count} after {world.Now.TotalSeconds:F0} s, {original.Timeouts} timeouts");
        Assert.Equal(0, original.Timeouts);
    }

    [Fact]
    public void A_long_history_is_pulled_from_an_original_in_one_walk()
    {
        var world = new World(1);
        var native = new NativeNode(world, "n", 1, SyncSettings.Default);
        var original = new OriginalNode(world, "o");
        original.Write(5_000);
        native.Start();
        world.Link(native, original);
        bool agreed = world.RunUntil(TimeSpan.FromSeconds(10), () => native.Replica.Count == 5_001);
        Assert.True(agreed, $"{native.Replica.Count} after {world.Now.TotalSeconds:F0} s\n{world.History}");
        Assert.Empty(native.Charges);
    }
}
