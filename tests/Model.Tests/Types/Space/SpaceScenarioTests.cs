using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using static Hhs.Model.Tests.Types.Space.SpaceScript;
using static Hhs.Model.Tests.Types.Space.SpaceWriter;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>Cases worked out on paper from docs/types/space.md: the oracle has to say the same before anything is compared with it.</summary>
public sealed class SpaceScenarioTests
{
    [Fact]
    public void One_seat_and_two_buyers_come_to_one_ticket_and_one_item_for_review_that_names_the_winner()
    {
        var space = Open();
        var seats = space.Write(Creator, Seats);
        ContentHash[] bought = [space.Write(Alice, Buy(seats), seats), space.Write(Bob, Buy(seats), seats)];

        var now = space.Now;
        var (winner, loser) = (now.Order[2], now.Order[3]);
        Assert.Equal(bought.ToHashSet(), [winner, loser]);
        Assert.True(now.IsLive(winner));
        Assert.Equal(new OracleVerdict(OracleStanding.Pending, OracleReason.Condition, 0), now.Verdicts[loser]);
        Assert.Equal([loser], now.Review);
        Assert.Equal([winner], now.Blame[loser].Winners);
        Assert.Empty(now.Blame[loser].Lost);
        Assert.Equal([CanonicalJson.Hash(Seat)], now.Members[seats].Elements);
        Assert.All(bought, b => Assert.True(space.Oracle.Settle(b).IsLive(b)));
    }

    [Fact]
    public void Stock_goes_to_nothing_and_not_below_whoever_sells()
    {
        var space = Open();
        var stock = space.Write(Creator, Member("stock", CounterPayloads.Create("stock", 6)));
        for (int i = 0; i < 5; i++) space.Write(Person(i), Sell(stock, 2), stock);

        var now = space.Now;
        Assert.Equal(0, now.Members[stock].Total);
        Assert.Equal(3, now.Order.Skip(2).Count(now.IsLive));
        Assert.Equal(Creator.KeyId.ToString(), space.Oracle.Graph[now.Order[2]].Author);
        Assert.Equal(now.Order.Skip(2).Take(3), now.Order.Where(now.IsLive).Skip(2));
        Assert.All(now.Order.Skip(5), late => Assert.Equal(now.Order.Skip(2).Take(3), now.Blame[late].Winners));
        Assert.False(space.Admits(Bob, Sell(stock, 1)));
    }

    [Fact]
    public void A_transfer_keeps_the_sum_and_no_half_of_it_is_ever_seen()
    {
        var space = Open();
        var mine = space.Write(Creator, Member("mine", CounterPayloads.Create("mine", 10)));
        var yours = space.Write(Creator, Member("yours", CounterPayloads.Create("yours")));
        foreach (int amount in (int[])[7, 6, 5, 3])
            space.Write(Alice, Transact([Condition(mine, "atLeast", $"{amount}")], [(mine, CounterPayloads.Add(-amount)), (yours, CounterPayloads.Add(amount))]), yours);

        foreach (var tip in space.Oracle.Frontier().Append(yours))
        {
            var at = space.Oracle.Settle(tip, space.Oracle.Frontier()[0]);
            Assert.Equal(10, at.Members[mine].Total + at.Members[yours].Total);
            Assert.InRange((int)at.Members[mine].Total, 0, 10);
        }
    }

    [Fact]
    public void A_rename_requires_the_old_name_so_the_second_one_is_void()
    {
        var space = Open();
        var names = space.Write(Creator, Member("names", RecordPayloads.Create("names", Literal.Map.Of(("boat", "Anna")))));
        Literal.Map Rename(string to) => Transact([Condition(names, "equals", Literal.Map.Of(("boat", "Anna")))], [(names, RecordPayloads.Set(("boat", to)))]);
        space.Write(Alice, Rename("Bella"), names);
        space.Write(Bob, Rename("Clara"), names);

        var now = space.Now;
        var candidate = Assert.Single(now.Members[names].Fields["boat"]);
        Assert.Equal(OracleWalk.OperationId(now.Order[2], 0), candidate.Id);
        Assert.Equal(new OracleVerdict(OracleStanding.Void, OracleReason.Condition, 0), now.Verdicts[now.Order[3]]);
        Assert.False(space.Admits(Carol, Rename("Dora")));
    }

    [Fact]
    public void A_revoke_concurrent_with_the_purchase_voids_it_and_one_after_it_does_not()
    {
        var space = WithAuthority();
        var seats = space.Write(Creator, Seats);
        space.Enroll(Alice);
        var granted = space.Grant(Creator, Alice, "buy");
        var bought = space.Write(Alice, Buy(seats), granted);
        var revoked = space.Revoke(Creator, Alice, "buy", granted);

        var now = space.Now;
        Assert.Equal(new OracleVerdict(OracleStanding.Pending, OracleReason.NotAllowed), now.Verdicts[bought]);
        Assert.Equal([revoked], now.Blame[bought].Winners);
        Assert.Empty(now.Members[seats].Elements);
        Assert.True(space.Oracle.Settle(bought).IsLive(bought));

        var later = space.Revoke(Creator, Alice, "buy", bought);
        Assert.True(space.Oracle.Settle(later).IsLive(bought));
        Assert.False(space.Admits(Alice, Release(seats), later));
    }

    [Fact]
    public void A_back_dated_sale_of_a_senior_wins_until_a_seal_closes_that()
    {
        var space = Open();
        var seats = space.Write(Creator, Seats);
        var honest = space.Write(Alice, Buy(seats), seats);
        var seal = space.Write(Creator, Seal, honest);
        var backDated = space.Write(Creator, Buy(seats), seats);

        var without = space.Oracle.Settle(honest, backDated);
        Assert.Equal([space.Id, seats, backDated, honest], without.Order);
        Assert.Empty(without.Final);

        var with = space.Now;
        Assert.Equal([space.Id, seats, honest, seal, backDated], with.Order);
        Assert.True(with.IsLive(honest));
        Assert.Equal([honest], with.Blame[backDated].Winners);
        Assert.Equal([space.Id, seats, honest, seal], with.Final.Order(Comparer<ContentHash>.Create((x, y) => Place(x).CompareTo(Place(y)))));
        int Place(ContentHash hash) => with.Order.ToList().IndexOf(hash);
    }

    [Fact]
    public void A_retry_counts_until_its_transaction_is_live_again_and_then_is_void()
    {
        var space = WithAuthority();
        var seats = space.Write(Creator, Seats);
        space.Enroll(Alice);
        space.Enroll(Bob);
        space.Grant(Creator, Alice, "buy");
        var granted = space.Grant(Creator, Bob, "buy");
        // The creator's grants made Alice the senior of the two, so Bob loses.
        ContentHash alice = space.Write(Alice, Buy(seats), granted), bob = space.Write(Bob, Buy(seats), granted);
        Assert.Equal([bob], space.Now.Review);
        Assert.False(space.Admits(Bob, Resolve(bob, "retry")));

        space.Write(Creator, Release(seats));
        var retried = space.Write(Bob, Resolve(bob, "retry"));
        Assert.Equal([CanonicalJson.Hash(Seat)], space.Now.Members[seats].Elements);
        Assert.Empty(space.Now.Review);
        Assert.False(space.Admits(Bob, Resolve(bob, "dismiss")));

        var revoked = space.Revoke(Creator, Alice, "buy", granted);
        var now = space.Now;
        Assert.Equal([revoked], now.Blame[alice].Winners);
        Assert.True(now.IsLive(bob));
        Assert.Equal(new OracleVerdict(OracleStanding.Void, OracleReason.Revived), now.Verdicts[retried]);
        Assert.Equal([alice], now.Review);
    }

    [Fact]
    public void Of_two_answers_to_one_transaction_the_first_in_the_order_counts()
    {
        var space = Open();
        var seats = space.Write(Creator, Seats);
        space.Write(Creator, Buy(seats), seats);
        var lost = space.Write(Bob, Buy(seats), seats);
        var freed = space.Write(Creator, Release(seats));
        ContentHash dismissed = space.Write(Creator, Resolve(lost, "dismiss"), freed), retried = space.Write(Bob, Resolve(lost, "retry"), freed);

        var now = space.Now;
        Assert.True(now.IsLive(dismissed));
        Assert.Equal(OracleReason.Resolved, now.Verdicts[retried].Reason);
        Assert.Empty(now.Review);
        Assert.Empty(now.Members[seats].Elements);
        Assert.False(space.Admits(Carol, Resolve(lost, "dismiss"), freed));
    }

    [Fact]
    public void What_counted_on_a_void_entry_is_void_too_and_names_it_as_lost()
    {
        var space = Open();
        var stock = space.Write(Creator, Member("stock", CounterPayloads.Create("stock")));
        var gate = space.Write(Creator, Member("gate", RegisterPayloads.Create("gate", "open")));
        var delivered = space.Write(Bob, Transact([Condition(gate, "equals", "open")], [(stock, CounterPayloads.Add(5))]), gate);
        var sold = space.Write(Bob, Sell(stock, 5), delivered);
        var shut = space.Write(Creator, Transact([], [(gate, RegisterPayloads.Set("shut"))]), gate);

        var now = space.Now;
        Assert.Equal([shut], now.Blame[delivered].Winners);
        Assert.Equal(new OracleVerdict(OracleStanding.Void, OracleReason.Condition, 0), now.Verdicts[sold]);
        Assert.Empty(now.Blame[sold].Winners);
        Assert.Equal([delivered], now.Blame[sold].Lost);
    }
}
