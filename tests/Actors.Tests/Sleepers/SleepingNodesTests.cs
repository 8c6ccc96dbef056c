using Akka.Actor;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Settings;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Types.Set;

namespace Hhs.Actors.Tests.Sleepers;

/// <summary>Whole nodes whose objects fall asleep between one use and the next.</summary>
public sealed class SleepingNodesTests
{
    private static readonly Uri Loopback = new("ws://127.0.0.1:0");
    private static readonly ObjectSettings Hasty = new() { PassivateAfter = TimeSpan.FromMilliseconds(20) };

    [Fact(Timeout = 60_000)]
    public async Task Sleeping_and_waking_a_hundred_times_leaks_nothing_and_always_resumes()
    {
        await using var alice = await HhsNode.StartAsync(new() { Listen = [Loopback], Objects = Hasty });
        var list = await alice.CreateSetAsync(new SetOptions { Seed = "list" });
        await using var bob = await HhsNode.StartAsync(new() { Peers = [alice.Address()], Objects = Hasty });
        var copy = await bob.OpenSetAsync(list.Id);
        long heap = 0;
        for (int round = 0; round < 100; round++)
        {
            await Asleep(alice, list.Id);
            await Asleep(bob, list.Id);
            // Woken by turns by an owner's message here, and by the peer's news there.
            await (round % 2 == 0 ? list : copy).AddAsync($"item {round}");
            await InStep(alice, bob, list.Id, round + 2);
            if (round == 20) heap = GC.GetTotalMemory(forceFullCollection: true);
        }
        Assert.Equal((await list.ContentsAsync()).Hash, (await copy.ContentsAsync()).Hash);
        Assert.True(await copy.ContainsAsync("item 0") && await list.ContainsAsync("item 99"));
        await Asleep(alice, list.Id);
        await Asleep(bob, list.Id);
        Assert.Single(await alice.PeersAsync());   // one connection has carried all of it
        await Eventually.Holds(() => GC.GetTotalMemory(forceFullCollection: true) - heap < 2 << 20, "the memory of eighty more rounds is given back");
    }

    [Fact(Timeout = 60_000)]
    public async Task Nodes_with_many_objects_exchange_what_differs_and_no_more()
    {
        string root = Directory.CreateTempSubdirectory("hhs-sleeping-").FullName;
        try
        {
            var ids = new List<ContentHash>();
            await using (var first = await HhsNode.StartAsync(new() { DataDirectory = Path.Combine(root, "a") }))
            {
                for (int i = 0; i < 300; i++) ids.Add((await first.CreateSetAsync(new SetOptions { Seed = $"set {i}" })).Id);
            }
            Directory.CreateDirectory(Path.Combine(root, "b"));
            File.Copy(Path.Combine(root, "a", NodeActor.StoreName), Path.Combine(root, "b", NodeActor.StoreName));
            var settings = new ObjectSettings { ActiveMax = 100, WakesPerPeerMax = 16 };
            await using (var bob = await HhsNode.StartAsync(new() { DataDirectory = Path.Combine(root, "b"), Objects = settings }))
            {
                for (int i = 0; i < 300; i += 3) await (await bob.OpenSetAsync(ids[i])).AddAsync("of bob");
            }
            await using var alice = await HhsNode.StartAsync(new() { DataDirectory = Path.Combine(root, "a"), Listen = [Loopback], Objects = settings });
            for (int i = 0; i < 300; i += 5) await (await alice.OpenSetAsync(ids[i])).AddAsync("of alice");
            await using var again = await HhsNode.StartAsync(new() { DataDirectory = Path.Combine(root, "b"), Peers = [alice.Address()], Objects = settings });

            await Eventually.Holds(() => Frontiers(alice).SequenceEqual(Frontiers(again)), "all objects are in step");
            Assert.Equal(300 + 100 + 60, alice.Journal.Objects.Sum(o => o.EntryCount));
            Assert.True(await (await again.OpenSetAsync(ids[15])).ContainsAsync("of alice"));
            Assert.True(await (await alice.OpenSetAsync(ids[15])).ContainsAsync("of bob"));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Messages_that_race_with_falling_asleep_are_all_answered()
    {
        await using var node = await HhsNode.StartAsync(new() { Objects = new() { PassivateAfter = TimeSpan.FromMilliseconds(1), ActiveMax = 2 } });
        var sets = new List<SetHandle>();
        for (int i = 0; i < 8; i++) sets.Add(await node.CreateSetAsync(new SetOptions { Seed = $"{i}" }));
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            var writes = sets.Where(_ => random.Next(3) == 0).Select(s => s.AddAsync($"round {round}")).ToList();
            await Task.WhenAll(writes);
            for (int moment = random.Next(4000); moment > 0; moment--) await Task.Yield();   // any moment of falling asleep
            if (round % 20 == 0) await Asleep(node, sets[round / 20 % sets.Count].Id);
        }
        foreach (var set in sets) Assert.Equal((await set.Object.StatusAsync()).Entries, node.Journal.Objects.Single(o => o.ObjectId == set.Id).EntryCount);
    }

    private static IEnumerable<(ContentHash, Position?)> Frontiers(HhsNode node) => node.Journal.Objects.OrderBy(o => o.ObjectId).Select(o => (o.ObjectId, o.Frontier));

    private static Task InStep(HhsNode one, HhsNode other, ContentHash id, int entries) => Eventually.Holds(
        () => one.Journal.Objects.Single(o => o.ObjectId == id).EntryCount == entries && other.Journal.Objects.Single(o => o.ObjectId == id).EntryCount == entries,
        $"both have {entries} entries");

    private static Task Asleep(HhsNode node, ContentHash id) => Eventually.Holds(
        async () => (await node.System.ActorSelection($"/user/hhs/objects/{id.ToString().Replace('/', '_').Replace('+', '-')}")
            .Ask<ActorIdentity>(new Identify(null), Eventually.Patience)).Subject is null,
        "the object sleeps");
}
