using Akka.Actor;
using Akka.Remote;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Tests;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Actors.Settings;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests;

/// <summary>A node that dies says nothing to anybody: who listens to its objects learns of it all the same.</summary>
public sealed class DeathTests
{
    [Fact(Timeout = 90_000)]
    public async Task Who_listens_to_an_object_of_a_node_that_dies_is_told_and_who_is_judged_by_it_follows_it_to_its_new_place()
    {
        await using var cluster = await TestCluster.OfAsync(3);
        var here = cluster[0];
        var cancel = TestContext.Current.CancellationToken;
        var set = await AtAsync(cluster[2], seed => here.CreateSetAsync(new SetOptions { Seed = seed }), s => s.Object);
        var caps = await AtAsync(cluster[2], seed => here.CreateCapabilitiesAsync(seed, new Dictionary<string, string[]> { ["vote"] = ["creator"] }), c => c.Object);
        var counter = await AtAsync(here, seed => here.CreateCounterAsync(seed, authority: caps.Require(("add", "vote"))), c => c.Object);
        await counter.IncrementAsync();
        await HearsOfAsync(counter, await caps.AddIdentityAsync(SecretKey.Generate(SystemRandom.Instance).PublicKey));
        await using var changes = set.ChangesAsync(cancel).GetAsyncEnumerator(cancel);
        var next = changes.MoveNextAsync().AsTask();
        int written = 0;
        await Eventually.Holds(async () =>
        {
            if (!next.IsCompleted) await set.AddAsync($"item {written++}");   // whatever was written before it had subscribed is not told
            return next.IsCompleted;
        }, "a change is told");
        Assert.True(await next);

        next = ToTheEndAsync(changes);
        await DieAsync(cluster, cluster[2]);

        var told = await Assert.ThrowsAsync<HhsException>(() => next.WaitAsync(Eventually.Patience, cancel));
        Assert.Contains("subscribe again", told.Why.Detail, StringComparison.Ordinal);
        Assert.True(await set.ContainsAsync("item 0"));
        await HearsOfAsync(counter, await caps.AddIdentityAsync(SecretKey.Generate(SystemRandom.Instance).PublicKey));
    }

    private static async Task<bool> ToTheEndAsync<T>(IAsyncEnumerator<T> changes)
    {
        while (await changes.MoveNextAsync())
        {
        }
        return false;
    }

    // The object has heard of an entry of the one by which it is judged.
    private static Task HearsOfAsync(CounterHandle counter, Model.Hashing.ContentHash what) => Eventually.Holds(async () =>
    {
        var advance = await counter.Object.AdvanceReferenceAsync();
        var entry = await counter.Object.LogAsync(TestContext.Current.CancellationToken).SingleAsync(e => e.Hash == advance, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(JsonText.Write(entry.Payload)).Contains(what.ToString(), StringComparison.Ordinal);
    }, "the object has heard of it");

    // Where an object is depends on its id: seeds are tried until it is there.
    private static async Task<T> AtAsync<T>(HhsNode node, Func<string, Task<T>> create, Func<T, ObjectHandle> of)
    {
        for (int seed = 0; ; seed++)
        {
            var made = await create($"seed {seed}");
            if (await TestCluster.HasAsync(node, of(made).Id)) return made;
        }
    }

    // Its connections go first: what its actors have to say when they end reaches nobody.
    private static async Task DieAsync(TestCluster cluster, HhsNode node)
    {
        await ((IRemoteActorRefProvider)((ExtendedActorSystem)node.System).Provider).Transport.Shutdown();
        cluster.Kill(node);
    }
}
