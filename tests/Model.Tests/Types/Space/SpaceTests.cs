using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Space;

namespace Hhs.Model.Tests.Types.Space;

public class SpaceTests
{
    private static readonly Model.Identity.SecretKey Ann = SpaceReplica.Key(1), Bob = SpaceReplica.Key(2), Cyd = SpaceReplica.Key(3);

    private static Literal.Map Buy(ContentHash seat, string who, bool isReviewed = true) => SpacePayloads.Transact(
        [SpacePayloads.Condition(seat.ToString(), "absent", true)], [(seat.ToString(), RegisterPayloads.Set(who))], isReviewed);

    private static Literal.Map Take(ContentHash stock, long amount) => SpacePayloads.Transact(
        [SpacePayloads.Condition(stock.ToString(), "atLeast", amount.ToString(System.Globalization.CultureInfo.InvariantCulture))], [(stock.ToString(), CounterPayloads.Add(-amount))], false);

    [Fact]
    public void One_seat_goes_to_one_of_two_buyers_and_the_other_is_told_who_won()
    {
        var home = SpaceReplica.Create(Ann);
        var seat = home.AddRegister(Ann, "seat 12");
        SpaceReplica here = home.Copy(), there = home.Copy();
        var bobs = here.Write(Bob, Buy(seat, "bob"));
        var cyds = there.Write(Cyd, Buy(seat, "cyd"));
        Assert.Equal(Fate.Live, here.FateOf(bobs));
        here.Receive(there);
        there.Receive(here);

        var (winner, loser, name) = here.FateOf(bobs) == Fate.Live ? (bobs, cyds, "bob") : (cyds, bobs, "cyd");
        foreach (var replica in (SpaceReplica[])[here, there])
        {
            Assert.Equal(Fate.Live, replica.FateOf(winner));
            Assert.Equal(Fate.Pending, replica.FateOf(loser));
            Assert.Equal(name, ((RegisterState)replica.Now.Member(seat)!).View.Value);
            var item = Assert.Single(replica.Now.Review());
            Assert.Equal([winner], item.Winners.First);
            Assert.Equal(loser, item.Entry);
            Assert.False(item.IsFinal);
        }
        Assert.Equal(here.Now.Order, there.Now.Order);

        // What has lost stays so, and is final, once it is sealed; the answer closes it.
        here.Write(Ann, SpacePayloads.Seal);
        Assert.True(here.Now.IsFinal(loser));
        Assert.Contains("does not hold", here.Try(Bob, SpacePayloads.Resolve(loser, isRetried: true)).ToString(), StringComparison.Ordinal);
        here.Write(loser == bobs ? Bob : Cyd, SpacePayloads.Resolve(loser, isRetried: false));
        Assert.Empty(here.Now.Review());
    }

    [Fact]
    public void Stock_never_goes_below_zero_in_any_version()
    {
        var home = SpaceReplica.Create(Ann);
        var stock = home.AddCounter(Ann, "stock", 10);
        var offices = Enumerable.Range(0, 4).Select(_ => home.Copy()).ToList();
        for (int i = 0; i < offices.Count; i++)
        {
            for (int sale = 0; sale < 3; sale++) offices[i].Write(SpaceReplica.Key(10 + i), Take(stock, 3));
        }
        foreach (var office in offices)
        {
            home.Receive(office);
            Assert.True(((CounterState)home.Now.Member(stock)!).Total >= 0);
        }
        Assert.Equal(1, ((CounterState)home.Now.Member(stock)!).Total);
        Assert.Equal(3, home.Now.Order.Count(entry => home.Now.Explain(entry)!.Action == "transact" && home.FateOf(entry) == Fate.Live));
    }

    [Fact]
    public void A_transaction_that_does_not_hold_where_it_is_written_is_refused()
    {
        var home = SpaceReplica.Create(Ann);
        var stock = home.AddCounter(Ann, "stock", 2);
        var refused = Assert.IsType<Judgement.Refused>(home.Try(Bob, Take(stock, 3)));
        Assert.Equal(RejectCode.InvalidOperation, refused.Why.Code);
        Assert.Contains("condition 0", refused.Why.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_settled_after_a_restart_is_what_was_settled_before()
    {
        var home = SpaceReplica.Create(Ann);
        var stock = home.AddCounter(Ann, "stock", 5);
        var other = home.Copy();
        home.Write(Bob, Take(stock, 4));
        other.Write(Cyd, Take(stock, 3));
        home.Receive(other);
        var again = (ReplicatedSpace)home.Memory.Reopen().Replica.Object!;
        var settled = again.Settle(again.Scope.Log.FrontierVersion);
        Assert.Equal(home.Now.Order, settled.Order);
        Assert.All(settled.Order, entry => Assert.Equal(home.Now.VerdictOf(entry), settled.VerdictOf(entry)));
    }
}
