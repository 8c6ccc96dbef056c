using System.Numerics;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests;

/// <summary>Every command, question, answer and change of the facade crosses from one node to the other: each object here is at the node that is not asked.</summary>
public sealed class FacadeTests : IAsyncLifetime
{
    private TestCluster _cluster = null!;

    private HhsNode Here => _cluster[0];

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.OfAsync(2);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task Counters_registers_and_records()
    {
        var counter = await ElsewhereAsync(seed => Here.CreateCounterAsync(seed, initial: long.MaxValue), c => c.Object);
        var past = (await counter.Object.StatusAsync()).Frontier;
        await counter.IncrementAsync(5);
        Assert.Equal((BigInteger)long.MaxValue + 5, await counter.ValueAsync());
        Assert.Equal(long.MaxValue, await counter.ValueAsync(past));
        await counter.TotalsAsync();

        var register = await ElsewhereAsync(seed => Here.CreateRegisterAsync(seed), r => r.Object);
        await register.SetAsync(Literal.Map.Of(("yes", true), ("no", false), ("many", new Literal.Array(1, "two", 3.5))));
        Assert.True(((Literal.Map)(await register.ValueAsync())!).TryGet("yes", out var yes) && yes.Equals(Literal.Boolean.True));
        Assert.Single(await register.CandidatesAsync());
        await register.ClearAsync();
        Assert.Null(await register.ValueAsync());

        var record = await ElsewhereAsync(seed => Here.CreateRecordAsync(seed, isOpen: true, schema: new Dictionary<string, FieldRule>()), r => r.Object);
        await record.SetAsync(("name", "x"), ("age", 3));
        await record.RemoveAsync("age");
        Assert.Equal((Literal)"x", await record.ValueAsync("name"));
        Assert.Single(await record.FieldsAsync());
        Assert.Empty(await record.Object.ConflictsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task Lists_texts_logs_and_sets()
    {
        var list = await ElsewhereAsync(seed => Here.CreateSequenceAsync(seed), l => l.Object);
        await list.InsertAsync(0, "a", "b", "c");
        await list.MoveAsync(2, 0);
        await list.DeleteAsync(1, 1);
        Assert.Equal(["c", "b"], (await list.ItemsAsync()).Select(i => ((Literal.String)i).Value));

        var text = await ElsewhereAsync(seed => Here.CreateTextAsync(seed), t => t.Object);
        await text.InsertAsync(0, "Hello");
        var cursor = await text.CursorAsync(3);
        await text.InsertAsync(0, "> ");
        await text.DeleteAsync(0, 1);
        Assert.Equal(4, await text.IndexOfAsync(cursor));
        Assert.Equal(" Hello", await text.TextAsync());

        var log = await ElsewhereAsync(seed => Here.CreateLogAsync(seed), l => l.Object);
        await log.AppendAsync("first");
        Assert.Equal((Literal)"first", Assert.Single(await log.RecordsAsync()).Value);
        Assert.Equal(1, await log.CountAsync());

        var grow = await ElsewhereAsync(seed => Here.CreateGrowSetAsync(seed), g => g.Object);
        await grow.AddAsync("x", "y");
        Assert.True(await grow.ContainsAsync("y"));
        Assert.Equal(2, (await grow.ElementsAsync()).Count);

        var set = await ElsewhereAsync(seed => Here.CreateSetAsync(new SetOptions { Seed = seed }), s => s.Object);
        await set.AddAsync("x");
        Assert.True(await set.ContainsAsync("x"));
        await set.RemoveAsync("x");
        var refused = await Assert.ThrowsAsync<HhsException>(() => set.RemoveAsync("x"));
        Assert.False(string.IsNullOrEmpty(refused.Why.Detail));
        Assert.Equal(3, await set.Object.LogAsync(TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken));
        await set.Object.ProgressAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Changes_are_told_to_a_subscriber_at_the_other_node()
    {
        var set = await ElsewhereAsync(seed => Here.CreateSetAsync(new SetOptions { Seed = seed }), s => s.Object);
        await using var changes = set.ChangesAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var next = changes.MoveNextAsync();
        int written = 0;
        await Eventually.Holds(async () =>
        {
            if (!next.IsCompleted) await set.AddAsync($"item {written++}");   // whatever was written before it had subscribed is not told
            return next.IsCompleted;
        }, "a change is told");
        Assert.True(await next);
        Assert.StartsWith("item ", ((Literal.String)changes.Current.Added[0]).Value, StringComparison.Ordinal);

        var counter = await ElsewhereAsync(seed => Here.CreateCounterAsync(seed), c => c.Object);
        await using var deltas = counter.ChangesAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var delta = deltas.MoveNextAsync();
        await Eventually.Holds(async () =>
        {
            if (!delta.IsCompleted) await counter.IncrementAsync();
            return delta.IsCompleted;
        }, "a change is told");
        Assert.True(await delta);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_object_is_judged_by_a_capability_object_at_the_other_node()
    {
        var caps = await ElsewhereAsync(seed => Here.CreateCapabilitiesAsync(seed, new Dictionary<string, string[]> { ["vote"] = ["creator"] }), c => c.Object);
        var counter = await AtAsync(0, seed => Here.CreateCounterAsync(seed, authority: caps.Require(("add", "vote"))), c => c.Object);
        await counter.IncrementAsync();
        var stranger = SecretKey.Generate(SystemRandom.Instance);
        await caps.AddIdentityAsync(stranger.PublicKey);
        var grant = await caps.GrantAsync(stranger.KeyId, "vote");
        Assert.True(await caps.HasAsync(stranger.KeyId, "vote"));
        Assert.NotEmpty((await caps.ContentsAsync()).Capabilities);
        // The follower is told of what the other has stored, and reads it from the store.
        await Eventually.Holds(async () =>
        {
            var advance = await counter.Object.AdvanceReferenceAsync();
            var entry = await counter.Object.LogAsync(TestContext.Current.CancellationToken).SingleAsync(e => e.Hash == advance, TestContext.Current.CancellationToken);
            return System.Text.Encoding.UTF8.GetString(JsonText.Write(entry.Payload)).Contains(grant.ToString(), StringComparison.Ordinal);
        }, "the object has heard of the grant");
        Assert.Equal(1, await counter.ValueAsync());
    }

    private Task<T> ElsewhereAsync<T>(Func<string, Task<T>> create, Func<T, ObjectHandle> of) => AtAsync(1, create, of);

    // Where an object is depends on its id: seeds are tried until it is there.
    private async Task<T> AtAsync<T>(int node, Func<string, Task<T>> create, Func<T, ObjectHandle> of)
    {
        for (int seed = 0; ; seed++)
        {
            var made = await create($"seed {seed}");
            if (await TestCluster.HasAsync(_cluster[node], of(made).Id)) return made;
        }
    }
}
