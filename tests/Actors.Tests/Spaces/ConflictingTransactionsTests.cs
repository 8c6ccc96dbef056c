using Hhs.Actors.Node;
using Hhs.Actors.Spaces;
using Hhs.Model.Hashing;
using Hhs.Model.Settling;
using Hhs.Model.Types.Space;

namespace Hhs.Actors.Tests.Spaces;

public sealed class ConflictingTransactionsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Of_two_buyers_of_one_seat_the_review_names_the_winner_and_nothing_of_the_loser_is_done()
    {
        await using var pair = await SpacePair.StartAsync();
        await pair.Part();
        var alices = await pair.Buy(pair.Alices, 12, "alice");
        var bobs = await pair.Buy(pair.Bobs, 12, "bob");
        Assert.True(alices.IsLive && bobs.IsLive);
        Assert.True(bobs.CanBeFinal && !bobs.IsFinal);
        await pair.Meet();

        foreach (var space in (SpaceHandle[])[pair.Alices, pair.Bobs])
        {
            var item = Assert.Single(await space.ReviewAsync());
            Assert.Equal((bobs.Entry, Fate.Pending, pair.Bob.KeyId.ToString()), (item.Entry, item.Verdict.Fate, item.Author));
            Assert.Equal([alices.Entry], item.Winners.First);
            Assert.Equal(0, Assert.IsType<SettledReason.ConditionFails>(item.Verdict.Reason).Index);
            var now = await space.ReadAsync(pair.Seats, pair.Stock);
            Assert.Equal(("alice", 9, 1), (now.ValueOf(pair.Seats, 12)?.ToString().Trim('"'), (int)now.ValueOf(pair.Stock), now.OpenCount));
        }
        Assert.Empty(await pair.Bobs.ReviewAsync(skip: 1));
        Assert.True((await pair.Bobs.ExplainAsync(alices.Entry)).Verdict.IsLive);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(OnConflict.Void, Fate.Void)]
    [InlineData(OnConflict.Review, Fate.Pending)]
    public async Task The_loser_hears_that_it_has_lost_and_then_that_this_is_final(OnConflict onConflict, Fate lost)
    {
        await using var pair = await SpacePair.StartAsync();
        await pair.Part();
        var winner = await pair.Buy(pair.Alices, 12, "alice");
        var outcome = await pair.Buy(pair.Bobs, 12, "bob", onConflict);
        await using var fates = outcome.FatesAsync(Cancel).GetAsyncEnumerator(Cancel);
        await pair.Meet();

        Assert.True(await fates.MoveNextAsync());
        Assert.Equal(lost, fates.Current.Account.Verdict.Fate);
        Assert.True(lost == Fate.Void ? fates.Current is TransactionFate.Voided : fates.Current is TransactionFate.Pending);
        Assert.Equal([winner.Entry], fates.Current.Account.Winners.First);

        await pair.Alices.SealAsync();
        Assert.True(await fates.MoveNextAsync());
        Assert.IsType<TransactionFate.Final>(fates.Current);
        Assert.Equal(lost, fates.Current.Account.Verdict.Fate);
        Assert.True((await pair.Bobs.ExplainAsync(winner.Entry)).IsFinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_begins_to_listen_late_hears_first_what_has_happened_since_the_outcome()
    {
        await using var pair = await SpacePair.StartAsync();
        await pair.Part();
        await pair.Buy(pair.Alices, 12, "alice");
        var outcome = await pair.Buy(pair.Bobs, 12, "bob");
        await pair.Meet();
        await pair.Alices.SealAsync();
        await pair.Converge();
        var heard = new List<TransactionFate>();
        await foreach (var fate in outcome.FatesAsync(Cancel))
        {
            heard.Add(fate);
            if (fate is TransactionFate.Final) break;
        }
        Assert.Equal(["Pending", "Final"], heard.Select(fate => fate.GetType().Name));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_loser_is_retried_once_its_conditions_hold_or_dismissed()
    {
        await using var pair = await SpacePair.StartAsync();
        await pair.Part();
        await pair.Buy(pair.Alices, 12, "alice");
        await pair.Buy(pair.Alices, 13, "alice");
        var twelve = await pair.Buy(pair.Bobs, 12, "bob");
        var thirteen = await pair.Buy(pair.Bobs, 13, "bob");
        await pair.Meet();
        Assert.Equal(2, (await pair.Bobs.ReviewAsync()).Count);

        var refused = await Assert.ThrowsAsync<TransactionRefusedException>(() => pair.Bobs.RetryAsync(twelve.Entry));
        Assert.Equal(pair.Seats.IsFree(12), refused.FailedCondition);
        await pair.Alices.TransactAsync(tx => tx.Remove(pair.Seats, 12).Increment(pair.Stock));
        await pair.Converge();
        await pair.Bobs.RetryAsync(twelve.Entry);
        await pair.Bobs.DismissAsync(thirteen.Entry);
        Assert.Empty(await pair.Bobs.ReviewAsync());
        var now = await pair.Bobs.ReadAsync();
        Assert.Equal(("bob", "alice"), (((Model.Json.Literal.String)now.ValueOf(pair.Seats, 12)!).Value, ((Model.Json.Literal.String)now.ValueOf(pair.Seats, 13)!).Value));
        Assert.Equal(8, now.ValueOf(pair.Stock));
        Assert.IsType<SettledReason.Resolved>((await Assert.ThrowsAsync<TransactionRefusedException>(() => pair.Bobs.RetryAsync(twelve.Entry))).Reason);
        await pair.Converge();
        Assert.Empty(await pair.Alices.ReviewAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_loser_is_revived_when_the_winner_loses_its_right()
    {
        await using var pair = await SpacePair.StartAsync(alice => new SpaceOptions
        {
            Seed = "theatre", Creators = [alice.PublicKey],
            Capabilities = new Dictionary<string, IReadOnlyList<string>> { ["buy"] = ["creator"] }, Requires = new Dictionary<string, string> { ["transact"] = "buy" },
        });
        var missing = await Assert.ThrowsAsync<TransactionRefusedException>(() => pair.Buy(pair.Bobs, 12, "bob"));
        Assert.Equal(new SettledReason.NotAllowed("buy"), missing.Reason);

        var cyd = await pair.Join("cyd", pair.Bob);
        var cyds = await cyd.OpenSpaceAsync(pair.Alices.Id);
        foreach (var node in (HhsNode[])[cyd, pair.Bob])   // who is granted first goes first
        {
            await pair.Alices.Capabilities.AddIdentityAsync(node.PublicKey);
            await pair.Alices.Capabilities.GrantAsync(node.KeyId, "buy");
        }
        Assert.True(await pair.Alices.Capabilities.HasAsync(cyd.KeyId, "buy"));
        await pair.Converge();
        await SpacePair.Converge(pair.Bobs, cyds);
        await pair.Part();
        pair.Bob.Block(cyd.KeyId);
        await Mesh.MeshNet.PeerCount(cyd, 0);

        await pair.Alices.Capabilities.RevokeAsync(cyd.KeyId, "buy");
        var winner = await pair.Buy(cyds, 12, "cyd");
        var outcome = await pair.Buy(pair.Bobs, 12, "bob");
        await using var fates = outcome.FatesAsync(Cancel).GetAsyncEnumerator(Cancel);
        pair.Bob.Unblock(cyd.KeyId);
        Assert.True(await fates.MoveNextAsync());
        Assert.Equal<ContentHash>([winner.Entry], Assert.IsType<TransactionFate.Pending>(fates.Current).Account.Winners.First);
        await pair.Meet();
        Assert.True(await fates.MoveNextAsync());
        Assert.IsType<TransactionFate.Revived>(fates.Current);
        Assert.Equal(new SettledReason.NotAllowed("buy"), (await pair.Bobs.ExplainAsync(winner.Entry)).Verdict.Reason);
    }
}
