using System.Security.Cryptography;
using System.Text;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Set;
using static Hhs.Model.Tests.Types.Space.SpaceScript;
using static Hhs.Model.Tests.Types.Space.SpaceWriter;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>Single rules of docs/types/space.md, worked out on paper: order, seals, authority, what operations supersede.</summary>
public sealed class SpaceRuleTests
{
    [Fact]
    public void Who_was_voided_by_a_revoke_that_a_later_one_voids_comes_back()
    {
        var space = WithAuthority();
        var seats = space.Write(Creator, Seats);
        space.Enroll(Alice);
        space.Enroll(Bob);
        space.Grant(Creator, Alice, "admin");
        var granted = space.Grant(Creator, Bob, "buy");
        var bought = space.Write(Bob, Buy(seats), granted);
        var revoked = space.Revoke(Alice, Bob, "buy", granted);
        Assert.False(space.Now.IsLive(bought));

        space.Revoke(Creator, Alice, "admin", granted);
        Assert.True(space.Now.IsLive(bought));
        Assert.True(space.Now.IsLive(revoked));
    }

    [Fact]
    public void What_a_seal_closed_is_judged_without_the_revoke_that_came_later()
    {
        var space = WithAuthority();
        var seats = space.Write(Creator, Seats);
        space.Enroll(Alice);
        var granted = space.Grant(Creator, Alice, "buy");
        var bought = space.Write(Alice, Buy(seats), granted);
        var seal = space.Write(Creator, Seal, bought);
        var released = space.Write(Alice, Release(seats), seal);
        space.Revoke(Creator, Alice, "buy", granted);

        var now = space.Now;
        Assert.True(now.IsLive(bought));
        Assert.Equal(OracleReason.NotAllowed, now.Verdicts[released].Reason);
    }

    [Fact]
    public void Two_concurrent_seals_are_listed_and_make_nothing_final_but_what_both_build_on()
    {
        var space = Open();
        var seats = space.Write(Creator, Seats);
        var first = space.Write(Creator, Seal, seats);
        ContentHash a = space.Write(Alice, Buy(seats), first), b = space.Write(Bob, Buy(seats), first);
        ContentHash sealA = space.Write(Creator, Seal, a), sealB = space.Write(Creator, Seal, b);

        var now = space.Now;
        Assert.Equal([sealA < sealB ? (sealA, sealB) : (sealB, sealA)], now.Equivocations);
        Assert.Equal([space.Id, seats, first], now.Order.Where(now.Final.Contains));
        Assert.Equal(a, space.Oracle.Settle(sealA, b).Order[3]);

        space.Write(Creator, Seal);
        Assert.Single(space.Now.Equivocations);
        Assert.Equal(now.Order.Count + 1, space.Now.Final.Count);
        Assert.Equal(now.Order, space.Now.Order.SkipLast(1));
    }

    [Fact]
    public void A_transaction_supersedes_what_comes_before_it_and_a_plain_write_only_what_it_has_seen()
    {
        for (int i = 0; i < 8; i++)
        {
            var space = Open();
            var name = space.Write(Creator, Member("name", RegisterPayloads.Create($"{i}", "old")));
            var plain = space.Write(Alice, Op(name, RegisterPayloads.Set("plain")), name);
            var transact = space.Write(Alice, Transact([], [(name, RegisterPayloads.Set("whole"))]), name);

            var now = space.Now;
            bool isPlainFirst = now.Order[2] == plain;
            var candidates = now.Members[name].Fields[""].Select(c => c.Id).ToHashSet();
            var whole = OracleWalk.OperationId(transact, 0);
            Assert.Equal(isPlainFirst ? [whole] : new HashSet<ContentHash> { whole, plain }, candidates);

            // On top of the transaction alone: what that had superseded stays so.
            var above = space.Write(Bob, Op(name, RegisterPayloads.Clear), transact);
            candidates = space.Now.Members[name].Fields[""].Select(c => c.Id).ToHashSet();
            Assert.Equal(isPlainFirst ? [above] : new HashSet<ContentHash> { above, plain }, candidates);
        }
    }

    [Fact]
    public void To_delete_what_has_become_void_does_nothing_and_is_refused_only_where_it_never_was()
    {
        var space = WithAuthority();
        var seats = space.Write(Creator, Seats);
        space.Enroll(Alice);
        var granted = space.Grant(Creator, Alice, "buy");
        var bought = space.Write(Alice, Buy(seats), granted);
        var delete = SetPayloads.Delete(CanonicalJson.Hash(Seat));
        ContentHash plain = space.Write(Bob, Op(seats, delete), bought), transact = space.Write(Creator, Transact([], [(seats, delete)]), bought);
        space.Revoke(Creator, Alice, "buy", granted);

        Assert.True(space.Now.IsLive(plain));
        Assert.True(space.Now.IsLive(transact));
        Assert.False(space.Admits(Bob, Op(seats, delete)));
        Assert.False(space.Admits(Creator, Transact([], [(seats, delete)]), granted));
    }

    [Fact]
    public void A_delete_takes_an_add_away_that_an_add_which_it_has_seen_had_superseded()
    {
        for (int i = 0; i < 8; i++)
        {
            var space = Open();
            var seats = space.Write(Creator, Member($"{i}", SetPayloads.Create(new SetOptions { Seed = "seats" })));
            ContentHash plain = space.Write(Alice, Op(seats, SetPayloads.Add(Seat)), seats), bought = space.Write(Bob, Buy(seats).With("require", new Literal.Array()), seats);
            space.Write(Carol, Op(seats, SetPayloads.Delete(CanonicalJson.Hash(Seat))), bought);

            var order = space.Now.Order.ToList();
            Assert.Equal(order.IndexOf(plain) < order.IndexOf(bought) ? 0 : 1, space.Now.Members[seats].Elements.Count);
        }
    }

    [Fact]
    public void What_was_given_up_does_not_come_back_when_its_rival_goes()
    {
        var space = WithAuthority();
        var seats = space.Write(Creator, Seats);
        space.Enroll(Alice);
        space.Enroll(Bob);
        space.Grant(Creator, Alice, "buy");
        var granted = space.Grant(Creator, Bob, "buy");
        ContentHash alice = space.Write(Alice, Buy(seats), granted), bob = space.Write(Bob, Buy(seats), granted);
        Assert.False(space.Admits(Alice, Resolve(bob, "dismiss")));
        var dismissed = space.Write(Bob, Resolve(bob, "dismiss"));
        space.Revoke(Creator, Alice, "buy", granted);

        var now = space.Now;
        Assert.Equal(OracleReason.NotAllowed, now.Verdicts[alice].Reason);
        Assert.Equal(new OracleVerdict(OracleStanding.Pending, OracleReason.Dismissed), now.Verdicts[bob]);
        Assert.True(now.IsLive(dismissed));
        Assert.Equal([alice], now.Review);
        Assert.Empty(now.Members[seats].Elements);
    }

    [Fact]
    public void What_was_void_where_one_wrote_and_came_back_since_is_a_winner_too()
    {
        var space = WithAuthority();
        var seats = space.Write(Creator, Seats);
        var stock = space.Write(Creator, Member("stock", CounterPayloads.Create("stock", 2)));
        space.Enroll(Alice);
        space.Enroll(Bob);
        space.Grant(Creator, Alice, "buy");
        var granted = space.Grant(Creator, Bob, "buy");
        space.Write(Alice, Buy(seats), granted);
        var both = Transact([Condition(seats, "lacks", Seat)], [(seats, SetPayloads.Add(Seat)), (stock, CounterPayloads.Add(-2))]);
        var bob = space.Write(Bob, both, granted);
        var sold = space.Write(Creator, Sell(stock, 1));
        Assert.True(space.Now.IsLive(sold));
        space.Revoke(Creator, Alice, "buy", granted);

        Assert.True(space.Now.IsLive(bob));
        Assert.Equal(OracleReason.Condition, space.Now.Verdicts[sold].Reason);
        Assert.Equal([bob], space.Now.Blame[sold].Winners);
    }

    [Fact]
    public void What_names_a_void_member_is_void()
    {
        var space = WithAuthority();
        space.Enroll(Alice);
        var granted = space.Grant(Creator, Alice, "admin");
        var stock = space.Write(Alice, Member("stock", CounterPayloads.Create("stock", 5)), granted);
        ContentHash plain = space.Write(Bob, Op(stock, CounterPayloads.Add(1)), stock), sold = space.Write(Creator, Sell(stock, 1), stock);
        space.Revoke(Creator, Alice, "admin", granted);

        var now = space.Now;
        Assert.Equal(OracleReason.NotAllowed, now.Verdicts[stock].Reason);
        Assert.Equal(OracleReason.MemberVoid, now.Verdicts[plain].Reason);
        Assert.Equal(OracleReason.MemberVoid, now.Verdicts[sold].Reason);
        Assert.Equal([stock], now.Blame[sold].Lost);
        Assert.Empty(now.Members);
    }

    [Fact]
    public void Who_was_granted_something_earlier_is_the_senior_however_the_hashes_fall()
    {
        for (int i = 0; i < 8; i++)
        {
            var space = WithAuthority();
            var seats = space.Write(Creator, Seats);
            space.Enroll(Alice);
            space.Enroll(Bob);
            space.Grant(Creator, Bob, "buy");
            var at = space.Grant(Creator, Alice, "buy");
            ContentHash alice = space.Write(Alice, Buy(seats), at), bob = space.Write(Bob, Buy(seats), at);
            Assert.Equal([at, bob, alice], space.Now.Order.TakeLast(3));

            // Taken away and granted anew: the first grant is still one of what he holds.
            space.Revoke(Creator, Bob, "buy", at);
            Assert.Equal(OracleReason.NotAllowed, space.Now.Verdicts[bob].Reason);
            Assert.True(space.Now.IsLive(alice));
        }
    }

    [Fact]
    public void A_senior_who_builds_on_what_a_junior_wrote_waits_for_it()
    {
        // By the page's rule, and not by anybody's wish: a junior's entry kept back can so come before the creator's.
        var winners = new HashSet<string>();
        for (int i = 0; i < 16; i++)
        {
            var space = Open();
            var stock = space.Write(Creator, Member("stock", CounterPayloads.Create($"{i}")));
            var seats = space.Write(Creator, Seats);
            var seen = space.Write(Alice, Op(stock, CounterPayloads.Add(1)), seats);
            ContentHash creator = space.Write(Creator, Buy(seats), seen), kept = space.Write(Bob, Buy(seats), seats);

            bool isKeptFirst = Digest(space.Id, kept).AsSpan().SequenceCompareTo(Digest(space.Id, seen)) < 0;
            Assert.Equal(isKeptFirst ? [kept, seen, creator] : [seen, creator, kept], space.Now.Order.Skip(3));
            winners.Add(isKeptFirst ? "junior" : "senior");
        }
        Assert.Equal(2, winners.Count);
        static byte[] Digest(ContentHash space, ContentHash entry) => SHA256.HashData(Encoding.ASCII.GetBytes(space.ToString() + entry));
    }
}
