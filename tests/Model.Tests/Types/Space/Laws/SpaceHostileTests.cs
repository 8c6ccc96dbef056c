using System.Globalization;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Space;

namespace Hhs.Model.Tests.Types.Space.Laws;

/// <summary>What somebody hostile gets by it: nothing that is a senior's, nothing that is sealed, and no more work than what they wrote.</summary>
public sealed class SpaceHostileTests
{
    private static readonly SecretKey Ann = SpaceReplica.Key(1), Bob = SpaceReplica.Key(2), Cyd = SpaceReplica.Key(3);

    [Fact]
    public void A_junior_who_tries_10_000_nonces_does_not_get_the_seat_of_a_senior()
    {
        var home = SpaceReplica.Create(SpaceWriter.CreatePayload("s", [Ann], null, [("buy", ["buy"])], [("transact", "buy")]));
        var seat = home.AddRegister(Ann, "seat");
        foreach (var person in (SecretKey[])[Bob, Cyd])
        {
            home.Write(Ann, SpacePayloads.Op("capabilities", CapabilityPayloads.AddIdentity(person.PublicKey)));
            home.Write(Ann, SpacePayloads.Op("capabilities", CapabilityPayloads.Grant(person.KeyId.ToString(), "buy", [home.Memory.Replica.Id])));
        }
        var seniors = Lowest(home, Bob, Buy(seat, "bob"), 1);
        var juniors = Lowest(home, Cyd, Buy(seat, "cyd"), 10_000);
        Assert.True(TieOf(home, juniors) < TieOf(home, seniors));
        foreach (var entries in (Entry[][])[[seniors, juniors], [juniors, seniors]])
        {
            var replica = home.Copy();
            foreach (var entry in entries) Assert.IsType<Judgement.Admitted>(replica.Memory.Admit(entry));
            Assert.Equal((Fate.Live, Fate.Pending), (replica.FateOf(seniors.Hash), replica.FateOf(juniors.Hash)));
        }
    }

    [Fact]
    public void Between_equals_whoever_tries_more_nonces_wins_until_it_is_sealed()
    {
        var home = SpaceReplica.Create(Ann);
        var seat = home.AddRegister(Ann, "seat");
        Entry honest = Lowest(home, Bob, Buy(seat, "bob"), 1), ground = Lowest(home, Cyd, Buy(seat, "cyd"), 200);
        var late = home.Copy();
        home.Memory.Admit(honest);
        var open = home.Copy();
        open.Memory.Admit(ground);
        Assert.Equal((Fate.Pending, Fate.Live), (open.FateOf(honest.Hash), open.FateOf(ground.Hash)));

        home.Write(Ann, SpacePayloads.Seal);
        late.Receive(home);
        foreach (var replica in (SpaceReplica[])[home, late])
        {
            replica.Memory.Admit(ground);
            Assert.Equal((Fate.Live, Fate.Pending), (replica.FateOf(honest.Hash), replica.FateOf(ground.Hash)));
            Assert.Equal(ground.Hash, replica.Now.Order[^1]);
        }
    }

    [Fact]
    public void Two_seals_on_one_version_prove_an_equivocation_and_only_what_both_build_on_is_final()
    {
        var home = SpaceReplica.Create(Ann);
        var seat = home.AddRegister(Ann, "seat");
        var sound = home.Write(Ann, SpacePayloads.Seal);
        SpaceReplica here = home.Copy(), there = home.Copy();
        ContentHash bobs = here.Write(Bob, Buy(seat, "bob")), cyds = there.Write(Cyd, Buy(seat, "cyd"));
        ContentHash one = here.Write(Ann, SpacePayloads.Seal), other = there.Write(Ann, SpacePayloads.Seal);
        Assert.True(here.Now.IsFinal(bobs) && there.Now.IsFinal(cyds));
        here.Receive(there);
        there.Receive(here);
        Assert.Equal(SettlementText.Of(here.Now), SettlementText.Of(there.Now));
        Assert.Equal(one < other ? (one, other) : (other, one), Assert.Single(here.Now.Equivocations));
        Assert.True(here.Now.IsFinal(sound));
        Assert.All((ContentHash[])[bobs, cyds, one, other], entry => Assert.False(here.Now.IsFinal(entry)));
        Assert.Single((ContentHash[])[bobs, cyds], entry => here.FateOf(entry) == Fate.Live);
    }

    [Fact]
    public void A_branch_of_2_000_entries_of_spam_costs_what_is_beside_it_once_and_below_a_seal_nothing()
    {
        var home = SpaceReplica.Create(Ann);
        var stock = home.AddCounter(Ann, "stock", 1_000_000);
        for (int i = 0; i < 100; i++) home.Write(Ann, Sell(stock));
        var fork = home.Log.FrontierVersion;
        for (int i = 0; i < 50; i++) home.Write(Ann, Sell(stock));
        var own = home.Log.FrontierVersion;

        var known = Nodes(home);
        var tip = fork;
        for (int i = 0; i < 2_000; i++) tip = home.Log.VersionOf(Number(home, home.Write(Bob, Sell(stock), tip)));
        Assert.InRange(EvaluatedAgain(home, ref known), 0, 50);
        home.Write(Ann, Sell(stock), own);
        Assert.InRange(EvaluatedAgain(home, ref known), 0, 2_000);
        home.Write(Ann, Sell(stock));
        Assert.Equal(0, EvaluatedAgain(home, ref known));
        home.Write(Ann, SpacePayloads.Seal);
        home.Write(Ann, Sell(stock));
        EvaluatedAgain(home, ref known);
        home.Write(Bob, Sell(stock), fork);
        Assert.InRange(EvaluatedAgain(home, ref known), 0, 1);
        Assert.Equal(1_000_000 - 2_154, (int)((CounterState)home.Now.Member(stock)!).Total);
    }

    [Fact]
    public void A_transaction_with_all_conditions_and_operations_that_there_may_be_is_void_as_a_whole_for_its_last_condition()
    {
        var home = SpaceReplica.Create(Ann);
        var seat = home.AddRegister(Ann, "seat");
        var stock = home.AddCounter(Ann, "stock", 0);
        var trivial = Literal.Map.Of(("anyOf", new Literal.Array([.. Enumerable.Range(0, 8).Select(i => (Literal)SpacePayloads.Condition(stock.ToString(), "atMost", i.ToString(CultureInfo.InvariantCulture)))])));
        var most = SpacePayloads.Transact(
            [.. Enumerable.Repeat(trivial, Limits.TransactionConditionsMax - 1), SpacePayloads.Condition(seat.ToString(), "absent", true)],
            Enumerable.Range(0, Limits.TransactionOperationsMax).Select(_ => (stock.ToString(), CounterPayloads.Add(1))), isReviewed: true);
        var fork = home.Log.FrontierVersion;
        var large = home.Write(Bob, most);
        Assert.Equal(Limits.TransactionOperationsMax, (int)((CounterState)home.Now.Member(stock)!).Total);

        // The creator goes first, whatever the hashes are.
        home.Write(Ann, Buy(seat, "ann"), fork);
        Assert.Equal(Limits.TransactionConditionsMax - 1, Assert.IsType<SettledReason.ConditionFails>(home.Now.VerdictOf(large)!.Reason).Index);
        Assert.Equal(0, (int)((CounterState)home.Now.Member(stock)!).Total);
    }

    private static Literal.Map Buy(ContentHash seat, string who) =>
        SpacePayloads.Transact([SpacePayloads.Condition(seat.ToString(), "absent", true)], [(seat.ToString(), RegisterPayloads.Set(who))], isReviewed: true);

    private static Literal.Map Sell(ContentHash stock) =>
        SpacePayloads.Transact([SpacePayloads.Condition(stock.ToString(), "atLeast", "1")], [(stock.ToString(), CounterPayloads.Add(-1))], isReviewed: false);

    // At the frontier, with the nonce that makes the lowest hash.
    private static Entry Lowest(SpaceReplica home, SecretKey author, Literal.Map payload, int tries) => Enumerable.Range(0, tries)
        .Select(i => Entry.Make(home.Space.Sign(payload.With("nonce", i.ToString(CultureInfo.InvariantCulture)), home.Log.FrontierVersion, author), home.Log.Frontier))
        .MinBy(entry => TieOf(home, entry))!;

    private static Rank TieOf(SpaceReplica home, Entry entry) => Rank.Of(0, home.Memory.Replica.Id, entry.Hash);

    private static int Number(SpaceReplica home, ContentHash entry) => home.Memory.Version(entry).Tips[0];

    private static HashSet<Settled<SpaceState>> Nodes(SpaceReplica home)
    {
        var nodes = new HashSet<Settled<SpaceState>>(ReferenceEqualityComparer.Instance);
        for (var node = home.Now.Last; node is not null; node = node.Before) nodes.Add(node);
        return nodes;
    }

    // How many entries that were settled already got another place, or were asked again at theirs.
    private static int EvaluatedAgain(SpaceReplica home, ref HashSet<Settled<SpaceState>> known)
    {
        var now = Nodes(home);
        var before = known.Select(node => node.Entry).ToHashSet();
        int again = now.Except(known).Count(node => before.Contains(node.Entry));
        known = now;
        return again;
    }
}
