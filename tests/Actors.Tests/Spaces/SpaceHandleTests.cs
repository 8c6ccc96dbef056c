using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Spaces;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Space;

namespace Hhs.Actors.Tests.Spaces;

public sealed class SpaceHandleTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_condition_that_does_not_hold_is_told_with_what_was_seen_and_nothing_is_written()
    {
        await using var node = await HhsNode.StartAsync(new HhsSettings());
        var space = await node.CreateSpaceAsync("s");
        var seats = await space.AddRecordAsync("seats");
        var stock = await space.AddCounterAsync("stock", 3);
        await space.TransactAsync(tx => tx.Require(seats.IsFree(12)).Set(seats, 12, "ann").Decrement(stock));

        var refused = await Assert.ThrowsAsync<TransactionRefusedException>(() =>
            space.TransactAsync(tx => tx.Require(stock.AtLeast(1), Requirement.AnyOf(seats.IsFree(12), stock.AtLeast(5))).Decrement(stock)));
        Assert.Equal(1, Assert.IsType<SettledReason.ConditionFails>(refused.Reason).Index);
        Assert.Equal(Requirement.AnyOf(seats.IsFree(12), stock.AtLeast(5)), refused.FailedCondition);
        Assert.Contains("condition 1 does not hold: (seats absent 12 or stock atLeast 5)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ann", refused.Seen!.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, (await space.ReadAsync(stock)).ValueOf(stock));
    }

    // The first of the two is not on the disk yet when the second is judged.
    [Fact(Timeout = 60_000)]
    public async Task Of_two_transactions_at_the_same_time_on_one_node_one_is_refused_with_the_reason()
    {
        await using var node = await HhsNode.StartAsync(new HhsSettings());
        var space = await node.CreateSpaceAsync("s");
        var seats = await space.AddRecordAsync("seats");
        var both = new[] { "ann", "bob" }.Select(who => space.TransactAsync(tx => tx.Require(seats.IsFree(1)).Set(seats, 1, who))).ToList();
        var refused = await Assert.ThrowsAsync<TransactionRefusedException>(() => Task.WhenAll(both));
        Assert.Equal(seats.IsFree(1), refused.FailedCondition);
        Assert.Equal(1, both.Count(task => task.IsCompletedSuccessfully));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_read_shows_no_part_of_a_transaction()
    {
        await using var node = await HhsNode.StartAsync(new HhsSettings());
        var space = await node.CreateSpaceAsync("bank");
        var one = await space.AddCounterAsync("one", 100);
        var other = await space.AddCounterAsync("other", 0);
        var moving = Task.WhenAll(Enumerable.Range(0, 50).Select(_ => space.TransactAsync(tx => tx.Require(one.AtLeast(1)).Decrement(one).Increment(other))));
        do
        {
            var now = await space.ReadAsync(one, other);
            Assert.Equal(100, now.ValueOf(one) + now.ValueOf(other));
        }
        while (!moving.IsCompleted);
        await moving;
        Assert.Equal(50, (await space.ReadAsync(other)).ValueOf(other));
    }

    [Fact(Timeout = 60_000)]
    public async Task Members_of_every_type_are_written_by_transactions_and_read_as_plain_values_at_any_version()
    {
        await using var node = await HhsNode.StartAsync(new HhsSettings());
        var space = await node.CreateSpaceAsync("all");
        var counter = await space.AddCounterAsync("counter", 5);
        var grow = await space.AddGrowSetAsync("grow", ["first"]);
        var list = await space.AddListAsync("list");
        var log = await space.AddLogAsync("log");
        var record = await space.AddRecordAsync("record");
        var register = await space.AddRegisterAsync("register");
        var set = await space.AddSetAsync("set", ["old"]);
        var text = await space.AddTextAsync("text");
        Assert.Equal([counter, grow, list, log, record, register, set, text], await space.MembersAsync());
        Assert.Equal(list, await space.MemberAsync<ListMember>("list"));
        Assert.Equal(text, await space.MemberAsync<TextMember>(text.Id));

        await space.TransactAsync(tx => tx
            .Require(grow.Has("first"), grow.Lacks("second"), list.Length(0, 0), log.Length(0, 3), record.IsAbsent("a"), register.IsAbsent(), set.Has("old"), set.Lacks("new"), text.Length(0, 0))
            .Increment(counter, 2).Add(grow, "second").Insert(list, -1, "x", "y").Append(log, "line").Set(record, "a", 1).Set(register, "v")
            .Add(set, "new").Remove(set, "old").Insert(text, 0, "hello"));
        var before = (await space.ReadAsync()).Version;
        await space.TransactAsync(tx => tx
            .Require(record.Is("a", 1), record.IsPresent("a"), register.Is("v"), register.IsPresent(), list.ElementAt(1, "y"), text.GoesOn(1, "ell"), counter.AtMost(7))
            .Delete(text, 0, 4).Delete(list, 0, 1).Remove(record, "a").Clear(register));

        var then = await space.ReadAtAsync(before);
        Assert.Equal((7, "hello", "v"), ((int)then.ValueOf(counter), then.TextOf(text), ((Literal.String)then.ValueOf(register)!).Value));
        Assert.Equal<Literal>(["x", "y"], then.ItemsOf(list));
        Assert.Equal("a", Assert.Single(then.FieldsOf(record)).Name);
        var now = await space.ReadAsync();
        Assert.Equal(("o", null, null), (now.TextOf(text), now.ValueOf(register), now.ValueOf(record, "a")));
        Assert.Equal<Literal>(["y"], now.ItemsOf(list));
        Assert.Equal<Literal>(["new"], now.ElementsOf(set));
        Assert.Equal("line", ((Literal.String)Assert.Single(now.RecordsOf(log)).Value).Value);
        Assert.True(now.Has(grow, "second") && now.Has(set, "new") && !now.Has(set, "old"));
        Assert.Throws<HhsException>(() => then.ValueOf(new RegisterMember(counter.Id, "counter")));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_cannot_be_done_is_refused_and_the_space_goes_on()
    {
        await using var node = await HhsNode.StartAsync(new HhsSettings());
        var space = await node.CreateSpaceAsync("s");
        var text = await space.AddTextAsync("text");
        var stock = await space.AddCounterAsync("stock");
        await Refused("no member", () => space.TransactAsync(tx => tx.Increment(new CounterMember(CanonicalJson.Hash("nobody"), "ghost"))));
        await Refused("", () => space.TransactAsync(tx => tx.Insert(text, 7, "out of range")));
        await Refused("another type", () => space.TransactAsync(tx => tx.Insert(new TextMember(stock.Id, "stock"), 0, "no text")));
        await Refused("has no condition", () => space.TransactAsync(tx => tx.Require(stock.Condition("has", "x")).Increment(stock)));
        await Refused("", () => space.TransactAsync(tx => tx.Require(stock.AtLeast(0))));
        await Refused("no entry", () => space.ExplainAsync(CanonicalJson.Hash("nothing")));
        await Refused("without capabilities", () => space.Capabilities.GrantAsync(node.KeyId, "any"));
        await Refused("no such member 'ghost'", () => space.MemberAsync<CounterMember>("ghost"));
        await space.AddCounterAsync("stock");
        await Refused("2 members are called 'stock'", () => space.MemberAsync<CounterMember>("stock"));
        await Refused("not a space", async () => await node.OpenSpaceAsync((await node.CreateCounterAsync("c")).Id));
        Assert.Throws<InvalidOperationException>(() => space.Capabilities.Require(("add", "write")));
        Assert.True((await space.TransactAsync(tx => tx.Increment(stock))).IsLive);
    }

    [Fact(Timeout = 60_000)]
    public async Task Where_nobody_may_seal_it_says_that_nothing_can_be_final()
    {
        await using var node = await HhsNode.StartAsync(new HhsSettings());
        var space = await node.CreateSpaceAsync(new SpaceOptions { Seed = "s", Creators = [node.PublicKey], HasNoSealAuthority = true });
        var stock = await space.AddCounterAsync("stock");
        var outcome = await space.TransactAsync(tx => tx.Increment(stock));
        Assert.False(space.HasFinality || outcome.CanBeFinal || outcome.IsFinal);
        await Refused("only the seal authority", space.SealAsync);
        Assert.Empty(await space.EquivocationsAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task All_is_as_it_was_after_a_restart()
    {
        string folder = Directory.CreateTempSubdirectory("hhs-test-").FullName;
        try
        {
            ContentHash id, bought;
            await using (var node = await HhsNode.StartAsync(new HhsSettings { DataDirectory = folder }))
            {
                var space = await node.CreateSpaceAsync("s");
                var seats = await space.AddRecordAsync("seats");
                await space.AddTextAsync("notes");
                bought = (await space.TransactAsync(tx => tx.Require(seats.IsFree(1)).Set(seats, 1, "ann"))).Entry;
                await space.SealAsync();
                id = space.Id;
            }
            await using var again = await HhsNode.StartAsync(new HhsSettings { DataDirectory = folder });
            var reopened = await again.OpenSpaceAsync(id);
            var record = await reopened.MemberAsync<RecordMember>("seats");
            Assert.Equal("ann", ((await reopened.ReadAsync()).ValueOf(record, 1) as Literal.String)?.Value);
            Assert.True((await reopened.ExplainAsync(bought)).IsFinal);
            await Assert.ThrowsAsync<TransactionRefusedException>(() => reopened.TransactAsync(tx => tx.Require(record.IsFree(1)).Set(record, 1, "bob")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Concurrent_plain_operations_stay_beside_each_other_and_are_listed()
    {
        await using var pair = await SpacePair.StartAsync();
        await pair.Part();
        await pair.Alices.ApplyAsync(pair.Stock, CounterPayloads.Add(1));
        await pair.Bobs.ApplyAsync(pair.Stock, CounterPayloads.Add(1));
        await pair.Alices.ApplyAsync(pair.Seats, Model.Types.Record.RecordPayloads.Set(("12", "alice")));
        await pair.Bobs.ApplyAsync(pair.Seats, Model.Types.Record.RecordPayloads.Set(("12", "bob")));
        await pair.Meet();
        Assert.Equal(12, (await pair.Bobs.ReadAsync()).ValueOf(pair.Stock));
        var conflict = Assert.Single(await pair.Bobs.ConflictsAsync());
        Assert.Equal((pair.Seats, "12", 2), (conflict.Member, conflict.Conflict.Subject, conflict.Conflict.Candidates.Count));
    }

    private static async Task Refused(string why, Func<Task> operation) =>
        Assert.Contains(why, (await Assert.ThrowsAnyAsync<HhsException>(operation)).Message, StringComparison.Ordinal);
}
