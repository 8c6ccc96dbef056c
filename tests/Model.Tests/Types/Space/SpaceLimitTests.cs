using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Space;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>Each limit of a space from both sides.</summary>
public class SpaceLimitTests
{
    private static readonly SecretKey Ann = SpaceReplica.Key(1);

    private readonly SpaceReplica _home = SpaceReplica.Create(Ann);

    private static void Over(Judgement judgement, string saying, RejectCode code = RejectCode.OverLimit)
    {
        var why = Assert.IsType<Judgement.Refused>(judgement).Why;
        Assert.Equal(code, why.Code);
        Assert.Contains(saying, why.Detail, StringComparison.Ordinal);
    }

    private static Literal.Map Transact(ContentHash member, int conditions, int ops) => SpacePayloads.Transact(
        Enumerable.Repeat(SpacePayloads.Condition(member.ToString(), "atLeast", "0"), conditions), Enumerable.Repeat((member.ToString(), CounterPayloads.Add(1)), ops), false);

    [Fact]
    public void At_most_1024_members()
    {
        for (int i = 0; i < Limits.SpaceMembersMax; i++) _home.AddCounter(Ann, "m", 0);
        Over(_home.Try(Ann, SpacePayloads.Member("m", CounterPayloads.Create("m"))), "1024 members");
        Assert.Equal(Limits.SpaceMembersMax, _home.Now.Members.Count);
    }

    [Fact]
    public void At_most_64_conditions()
    {
        var stock = _home.AddCounter(Ann, "stock", 5);
        _home.Write(Ann, Transact(stock, Limits.TransactionConditionsMax, 1));
        Over(_home.Try(Ann, Transact(stock, Limits.TransactionConditionsMax + 1, 1)), "64 conditions");
    }

    [Fact]
    public void At_most_1024_operations()
    {
        var stock = _home.AddCounter(Ann, "stock", 0);
        _home.Write(Ann, Transact(stock, 0, Limits.TransactionOperationsMax));
        Assert.Equal(Limits.TransactionOperationsMax, ((CounterState)_home.Now.Member(stock)!).Total);
        Over(_home.Try(Ann, Transact(stock, 0, Limits.TransactionOperationsMax + 1)), "1024 operations");
    }

    [Fact]
    public void A_name_has_at_most_64_units()
    {
        _home.AddCounter(Ann, new string('n', SpaceFormats.NameUnitsMax), 0);
        Over(_home.Try(Ann, SpacePayloads.Member(new string('n', SpaceFormats.NameUnitsMax + 1), CounterPayloads.Create("m"))), "out of bounds", RejectCode.InvalidOperation);
    }

    [Fact]
    public void A_space_can_have_lower_limits_of_its_own()
    {
        var create = SpacePayloads.Create(new() { Seed = "s", Creators = [Ann.PublicKey] });
        Assert.Null(SpaceCreate.TryRead(create.With("limits", Literal.Map.Of(("members", 1025))), out _));
        Assert.Null(SpaceCreate.TryRead(create.With("limits", Literal.Map.Of(("ops", 0))), out _));
        Assert.Null(SpaceCreate.TryRead(create.With("limits", Literal.Map.Of(("require", 65))), out _));
        var home = SpaceReplica.Create(create.With("limits", Literal.Map.Of(("members", 1), ("require", 2), ("ops", 3))));
        var stock = home.AddCounter(Ann, "stock", 0);
        Over(home.Try(Ann, SpacePayloads.Member("m", CounterPayloads.Create("m"))), "1 members");
        home.Write(Ann, Transact(stock, 2, 3));
        Over(home.Try(Ann, Transact(stock, 3, 1)), "2 conditions");
        Over(home.Try(Ann, Transact(stock, 1, 4)), "3 operations");
    }

    [Fact]
    public void Conditions_have_at_most_131072_bytes_together()
    {
        var note = _home.AddRegister(Ann, "note");
        string value = new('v', 60_000);
        _home.Write(Ann, SpacePayloads.Op(note.ToString(), RegisterPayloads.Set(value)));
        Literal.Map Of(int count) => SpacePayloads.Transact(Enumerable.Repeat(SpacePayloads.Condition(note.ToString(), "equals", value), count), [(note.ToString(), RegisterPayloads.Set(value))], false);
        _home.Write(Ann, Of(2));
        Over(_home.Try(Ann, Of(3)), "131072 bytes");
    }

    [Fact]
    public void At_most_16_winners_are_named_and_all_are_counted()
    {
        var stock = _home.AddCounter(Ann, "stock", 20);
        var other = _home.Copy();
        // Whoever is senior goes first.
        for (int i = 0; i < 18; i++) _home.Write(Ann, SpacePayloads.Op(stock.ToString(), CounterPayloads.Add(-1)));
        var late = other.Write(SpaceReplica.Key(9), SpacePayloads.Transact([SpacePayloads.Condition(stock.ToString(), "atLeast", "20")], [(stock.ToString(), CounterPayloads.Add(-20))], true));
        _home.Receive(other);
        var item = Assert.Single(_home.Now.Review());
        Assert.Equal((late, Limits.WinnersMax, 18), (item.Entry, item.Winners.First.Count, item.Winners.Count));
    }
}
