using System.Numerics;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Set;

namespace Hhs.Actors.Tests.Node;

/// <summary>For each type: two nodes write over WebSocket and end alike.</summary>
public sealed class TypedHandlesTests : IAsyncLifetime
{
    private HhsNode _alice = null!;
    private HhsNode _bob = null!;

    public async ValueTask InitializeAsync()
    {
        _alice = await HhsNode.StartAsync(new HhsSettings { Listen = [new Uri("ws://127.0.0.1:0")] });
        _bob = await HhsNode.StartAsync(new HhsSettings { Peers = [_alice.Address()] });
    }

    public async ValueTask DisposeAsync()
    {
        await _bob.DisposeAsync();
        await _alice.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_counter_counts_the_same_increment_of_two_nodes_twice_and_never_wraps()
    {
        var one = await _alice.CreateCounterAsync("votes", initial: long.MaxValue);
        var other = await _bob.OpenCounterAsync(one.Id);
        await Converged(one.Object, other.Object);
        await Task.WhenAll(one.IncrementAsync(), other.IncrementAsync());
        var sum = (BigInteger)long.MaxValue + 2;
        await Eventually(async () => await one.ValueAsync() == sum && await other.ValueAsync() == sum);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_counter_with_an_authority_tells_who_added_how_much()
    {
        var caps = await _alice.CreateCapabilitiesAsync("team", new Dictionary<string, string[]> { ["vote"] = ["creator"] });
        await caps.AddIdentityAsync(_bob.PublicKey);
        var one = await _alice.CreateCounterAsync("votes", authority: caps.Require(("add", "vote")));
        var other = await _bob.OpenCounterAsync(one.Id);
        await one.Object.AdvanceReferenceAsync();
        await one.IncrementAsync(2);
        await Converged(one.Object, other.Object);
        Assert.Contains("'vote'", (await Assert.ThrowsAsync<HhsException>(() => other.IncrementAsync())).Message, StringComparison.Ordinal);

        await caps.GrantAsync(_bob.KeyId, "vote");
        await one.Object.AdvanceReferenceAsync();
        await Converged(one.Object, other.Object);
        await other.IncrementAsync(3);
        await Eventually(async () => await one.ValueAsync() == 5);
        var totals = await one.TotalsAsync();
        Assert.Equal(2, totals[_alice.KeyId.ToString()]);
        Assert.Equal(3, totals[_bob.KeyId.ToString()]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Concurrent_writes_to_a_register_are_a_conflict_that_either_node_can_settle()
    {
        var one = await _alice.CreateRegisterAsync("title", "draft");
        var other = await _bob.OpenRegisterAsync(one.Id);
        await Converged(one.Object, other.Object);
        await MakeConflict(one, other);

        var conflict = Assert.Single(await other.Object.ConflictsAsync());
        int mine = conflict.Candidates[0].Value!.Equals((Literal)"alice's") ? 0 : 1;
        var disputed = (await one.Object.StatusAsync()).Frontier;
        await other.Object.ResolveAsync(conflict, mine);
        await Eventually(async () => (await one.ValueAsync())!.Equals((Literal)"alice's") && (await one.Object.ConflictsAsync()).Count == 0);
        Assert.Equal(2, (await one.CandidatesAsync(disputed)).Count);   // the past is as it was
        await Assert.ThrowsAsync<HhsException>(() => other.Object.ResolveAsync(conflict, mine));
        await one.ClearAsync();
        Assert.Null(await one.ValueAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_conflict_in_a_nested_object_is_listed_and_settled_from_its_container()
    {
        var set = await _alice.CreateSetAsync(new SetOptions { Seed = "titles", ContentType = RegisterType.Id });
        var id = await set.AddAsync(RegisterPayloads.Create("title"));
        var copy = await _bob.OpenSetAsync(set.Id);
        await Converged(set.Object, copy.Object);
        RegisterHandle one = new(await set.Object.NestedAsync(id)), other = new(await copy.Object.NestedAsync(id));
        Assert.Equal(RegisterType.Id, other.Object.TypeId);
        await MakeConflict(one, other);
        var conflict = Assert.Single(await copy.Object.ConflictsAsync());
        Assert.Equal([id], conflict.Path);
        await copy.Object.ResolveAsync(conflict, 0);
        await Eventually(async () => await one.ValueAsync() is { } value && value.Equals(conflict.Candidates[0].Value));
        Assert.Empty(await set.Object.ConflictsAsync());
        await Assert.ThrowsAsync<HhsException>(() => set.Object.NestedAsync(set.Id));
    }

    // A write may arrive before the other is made: then they are not concurrent, and it is tried again.
    private static async Task MakeConflict(RegisterHandle one, RegisterHandle other)
    {
        do
        {
            await Converged(one.Object, other.Object);
            await Task.WhenAll(one.SetAsync("alice's"), other.SetAsync("bob's"));
            await Converged(one.Object, other.Object);
        }
        while ((await one.CandidatesAsync()).Count < 2);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_record_merges_field_by_field_and_holds_nested_objects()
    {
        var one = await _alice.CreateRecordAsync("person", Literal.Map.Of(("name", "Ada")),
            new Dictionary<string, FieldRule> { ["name"] = new("string", IsRequired: true), ["age"] = new("integer", Min: 0), ["visits"] = new("object", ContentType: CounterType.Id) });
        var other = await _bob.OpenRecordAsync(one.Id);
        await Task.WhenAll(one.SetAsync("age", 36d), other.SetAsync("name", "Ada L."));
        var visits = await other.AddNestedAsync("visits", CounterPayloads.Create("visits"));
        await new CounterHandle(visits).IncrementAsync(7);
        await Converged(one.Object, other.Object);

        Assert.Equal((Literal)"Ada L.", await one.ValueAsync("name"));
        Assert.Equal((Literal)36d, await other.ValueAsync("age"));
        Assert.Equal(["age", "name", "visits"], (await one.FieldsAsync()).Select(f => f.Name));
        Assert.Equal(7, await new CounterHandle((await one.NestedAsync("visits"))!).ValueAsync());
        await Assert.ThrowsAsync<HhsException>(() => one.SetAsync("age", "old"));
        await Assert.ThrowsAsync<HhsException>(() => one.RemoveAsync("name"));
        await one.RemoveAsync("age");
        Assert.Null(await one.ValueAsync("age"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_list_takes_inserts_deletes_and_moves_of_both_nodes()
    {
        var one = await _alice.CreateSequenceAsync("todo");
        await one.InsertAsync(0, "a", "b", "c");
        var other = await _bob.OpenSequenceAsync(one.Id);
        await Converged(one.Object, other.Object);
        await Task.WhenAll(one.MoveAsync(2, 0), other.DeleteAsync(1, 1));
        await Converged(one.Object, other.Object);
        Assert.Equal([(Literal)"c", "a"], await one.ItemsAsync());
        Assert.Equal(await one.ItemsAsync(), await other.ItemsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_cursor_stays_in_its_place_while_another_node_types()
    {
        var one = await _alice.CreateTextAsync("notes");
        await one.InsertAsync(0, "hello world");
        var other = await _bob.OpenTextAsync(one.Id);
        await Converged(one.Object, other.Object);
        var before = (await one.Object.StatusAsync()).Frontier;
        var cursor = await one.CursorAsync(6, stickToNext: true);
        await other.InsertAsync(5, ", dear");
        await other.DeleteAsync(0, 1);
        await other.InsertAsync(0, "H");
        await Eventually(async () => await one.TextAsync() == "Hello, dear world");
        Assert.Equal(12, await one.IndexOfAsync(cursor));
        Assert.Equal("hello world", await one.TextAsync(before));
    }

    [Fact(Timeout = 60_000)]
    public async Task Changes_of_a_text_are_told_as_splices()
    {
        var one = await _alice.CreateTextAsync("notes");
        await using var changes = one.ChangesAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var first = changes.MoveNextAsync();
        // The subscription is on its way in the same order as the write.
        await one.Object.StatusAsync();
        var other = await _bob.OpenTextAsync(one.Id);
        await other.InsertAsync(0, "x");
        Assert.True(await first);
        Assert.Equal("x", Assert.Single(changes.Current.Splices).Inserted);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_grow_only_set_has_what_either_node_added()
    {
        var one = await _alice.CreateGrowSetAsync("seen", ["z"]);
        var other = await _bob.OpenGrowSetAsync(one.Id);
        await Task.WhenAll(one.AddAsync("a", 1d), other.AddAsync("b"));
        await Converged(one.Object, other.Object);
        Assert.Equal(4, (await one.ElementsAsync()).Count);
        Assert.True(await one.ContainsAsync("b") && await other.ContainsAsync(1d));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_log_keeps_the_same_record_of_two_nodes_twice()
    {
        var one = await _alice.CreateLogAsync("events");
        var other = await _bob.OpenLogAsync(one.Id);
        await Task.WhenAll(one.AppendAsync("hi"), other.AppendAsync("hi"));
        await Converged(one.Object, other.Object);
        Assert.Equal(2, await one.CountAsync());
        Assert.Equal((await one.RecordsAsync()).Select(r => r.Entry), (await other.RecordsAsync()).Select(r => r.Entry));
        Assert.Single(await one.RecordsAsync(skip: 1));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_object_of_another_type_is_not_opened_and_says_what_it_is()
    {
        var log = await _alice.CreateLogAsync("events");
        Assert.Contains("hhs-actors/log_v1, not a text", (await Assert.ThrowsAsync<HhsException>(() => _alice.OpenTextAsync(log.Id))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HhsException>(() => new TextHandle(log.Object).InsertAsync(0, "x"));
        await Assert.ThrowsAsync<HhsException>(() => log.CountAsync(Model.Dag.Position.Of(CanonicalJson.Hash("nothing"))));
    }

    // Each look waits for the actors' answers; the test's own timeout bounds the whole.
    private static Task Converged(ObjectHandle one, ObjectHandle other) =>
        Eventually(async () => (await one.StatusAsync()).Frontier.Equals((await other.StatusAsync()).Frontier));

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        while (!await condition()) await Task.Yield();
    }
}
