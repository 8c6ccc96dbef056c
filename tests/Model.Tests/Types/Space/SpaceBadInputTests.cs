using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Space;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>What peers may send: a clear refusal for each, and what was there stays as it was.</summary>
public class SpaceBadInputTests
{
    private static readonly SecretKey Ann = SpaceReplica.Key(1), Bob = SpaceReplica.Key(2);

    private readonly SpaceReplica _home = SpaceReplica.Create(Ann);
    private readonly ContentHash _stock, _seat;

    public SpaceBadInputTests()
    {
        _stock = _home.AddCounter(Ann, "stock", 5);
        _seat = _home.AddRegister(Ann, "seat");
    }

    private static readonly ContentHash Nobody = ContentHash.Of("nobody"u8);

    private Literal.Map Sale(Literal condition, Literal.Map? op = null, ContentHash? on = null) =>
        SpacePayloads.Transact([condition], [((on ?? _stock).ToString(), op ?? CounterPayloads.Add(-1))], false);

    private Literal OnStock(string kind, Literal argument) => SpacePayloads.Condition(_stock.ToString(), kind, argument);

    private void Refuses(Literal.Map payload, RejectCode code, string saying)
    {
        string before = string.Join(' ', _home.Now.Order);
        var why = Assert.IsType<Judgement.Refused>(_home.Try(Bob, payload)).Why;
        Assert.Equal(code, why.Code);
        Assert.Contains(saying, why.Detail, StringComparison.Ordinal);
        Assert.Equal(before, string.Join(' ', _home.Now.Order));
        Assert.Equal(5, ((CounterState)_home.Now.Member(_stock)!).Total);
    }

    [Fact]
    public void What_is_meant_well_is_taken() => _home.Write(Bob, Sale(OnStock("atLeast", "1")));

    [Fact]
    public void A_member_that_is_not_in_the_history()
    {
        Refuses(SpacePayloads.Op(Nobody.ToString(), CounterPayloads.Add(1)), RejectCode.InvalidOperation, "no such member");
        Refuses(Sale(OnStock("atLeast", "1"), on: Nobody), RejectCode.InvalidOperation, "no such member");
        Refuses(Sale(SpacePayloads.Condition(Nobody.ToString(), "atLeast", "1")), RejectCode.InvalidOperation, "no condition");
        Refuses(SpacePayloads.Op("stock", CounterPayloads.Add(1)), RejectCode.InvalidOperation, "out of bounds");
        // The space itself, and an entry that adds no member.
        Refuses(SpacePayloads.Op(_home.Space.Id.ToString(), CounterPayloads.Add(1)), RejectCode.InvalidOperation, "no such member");
        // One that is there, but not below.
        var beside = _home.Log.VersionOf(0);
        Assert.IsType<Judgement.Refused>(_home.Try(Bob, SpacePayloads.Op(_stock.ToString(), CounterPayloads.Add(1)), beside));
    }

    [Fact]
    public void A_condition_that_the_member_does_not_have()
    {
        Refuses(Sale(OnStock("atlest", "1")), RejectCode.InvalidOperation, "no condition 'atlest'");
        Refuses(Sale(OnStock("atLeast", 1)), RejectCode.InvalidOperation, "no condition 'atLeast'");
        Refuses(Sale(OnStock("has", "a")), RejectCode.InvalidOperation, "no condition 'has'");
        Refuses(Sale(OnStock("inside", Literal.Map.Empty)), RejectCode.InvalidOperation, "no condition");
        Refuses(Sale(OnStock("atLeast", "1") is Literal.Map two ? two.With("atMost", "9") : ""), RejectCode.InvalidOperation, "no condition");
        Refuses(Sale(Literal.Map.Of(("member", _stock.ToString()), ("allOf", new Literal.Array()))), RejectCode.InvalidOperation, "no condition");
        Refuses(Sale(SpacePayloads.Condition("capabilities", "holds", Literal.Map.Of(("keyId", Bob.KeyId.ToString()), ("capability", "c")))), RejectCode.InvalidOperation, "no condition");
        Refuses(Sale("stock"), RejectCode.Malformed, "a condition is a map");
        Refuses(Sale(Literal.Map.Of(("allOf", new Literal.Array()))), RejectCode.Malformed, "at least one part");
    }

    [Fact]
    public void An_operation_that_the_member_does_not_take()
    {
        Refuses(SpacePayloads.Op(_stock.ToString(), RegisterPayloads.Set("a")), RejectCode.InvalidOperation, "a counter takes add");
        Refuses(Sale(OnStock("atLeast", "1"), RegisterPayloads.Clear), RejectCode.InvalidOperation, "operation 0: a counter takes add");
        Refuses(SpacePayloads.Op(_stock.ToString(), CounterPayloads.Add(1).With("author", Bob.KeyId.ToString())), RejectCode.InvalidOperation, "no author of their own");
        Refuses(SpacePayloads.Op(_stock.ToString(), CounterPayloads.Add(1).With("nonce", 1)), RejectCode.InvalidOperation, "nonce");
        Refuses(SpacePayloads.Op("capabilities", CounterPayloads.Add(1)), RejectCode.InvalidOperation, "no capabilities");
    }

    [Fact]
    public void A_member_of_a_type_that_cannot_be_one()
    {
        Refuses(SpacePayloads.Member("m", Literal.Map.Of(("action", "create"), ("type", "of somebody else"))), RejectCode.Unsupported, "is not known");
        Refuses(SpacePayloads.Member("m", SpacePayloads.Create(new() { Seed = "s", Creators = [Bob.PublicKey] })), RejectCode.InvalidOperation, "cannot be members");
        Refuses(SpacePayloads.Member("m", CapabilityPayloads.Create(CapabilityType.Ours, "s", [Bob.PublicKey], new Dictionary<string, string[]>())), RejectCode.InvalidOperation, "cannot be members");
        Refuses(SpacePayloads.Member("m", SetPayloads.Create(new() { Seed = "s" }).With("capabilityRef", Nobody.ToString())), RejectCode.InvalidOperation, "use requires");
        Refuses(SpacePayloads.Member("m", CounterPayloads.Create("s").With("initial", 5)), RejectCode.InvalidOperation, "out of bounds");
        Refuses(SpacePayloads.Member("m", CounterPayloads.Create("s"), new Dictionary<string, string> { ["add"] = "c" }), RejectCode.InvalidOperation, "needs a space with capabilities");
        Refuses(SpacePayloads.Member("", CounterPayloads.Create("s")), RejectCode.InvalidOperation, "out of bounds");
    }

    [Fact]
    public void A_nested_object_with_an_authority_of_its_own()
    {
        var create = SetPayloads.Create(new() { Seed = "s", ContentType = SetType.Id });
        var sets = _home.Write(Ann, SpacePayloads.Member("sets", create));
        var inner = _home.Write(Bob, SpacePayloads.Op(sets.ToString(), SetPayloads.Add(create)));
        var guarded = SetPayloads.Create(new() { Seed = "s" }).With("capabilityRef", Nobody.ToString()).With("capRequirements", Literal.Map.Of(("add", "c")));
        Refuses(SpacePayloads.Op(sets.ToString(), SetPayloads.Add(guarded)), RejectCode.InvalidOperation, "no authority of its own");
        Refuses(SpacePayloads.Op(sets.ToString(), SetPayloads.Update(inner, SetPayloads.Add(guarded))), RejectCode.InvalidOperation, "no authority of its own");
        _home.Write(Bob, SpacePayloads.Op(sets.ToString(), SetPayloads.Update(inner, SetPayloads.Add(SetPayloads.Create(new() { Seed = "t" })))));
        Assert.Empty(_home.Now.Conflicts());
    }

    [Fact]
    public void What_is_no_entry_of_a_space()
    {
        Refuses(Literal.Map.Of(("action", "create")), RejectCode.InvalidOperation, "an entry of a space is");
        Refuses(SpacePayloads.Seal.With("more", 1), RejectCode.InvalidOperation, "an entry of a space is");
        Refuses(SpacePayloads.Seal, RejectCode.InvalidOperation, "only the seal authority");
        Refuses(SpacePayloads.Resolve(Nobody, true), RejectCode.InvalidOperation, "no such transaction");
        Refuses(SpacePayloads.Resolve(_stock, true), RejectCode.InvalidOperation, "no such transaction");
        Refuses(SpacePayloads.Transact([], [], false), RejectCode.InvalidOperation, "out of bounds");
        var sale = _home.Write(Bob, Sale(OnStock("atLeast", "1")));
        Assert.Contains("is live", _home.Try(Bob, SpacePayloads.Resolve(sale, true)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_that_is_not_the_author_s_or_not_for_here()
    {
        var at = _home.Log.FrontierVersion;
        var good = _home.Space.Sign(Sale(OnStock("atLeast", "1")), at, Bob);
        RejectCode Try(Literal.Map payload, DagVersion where) => Assert.IsType<Judgement.Refused>(_home.Memory.Admit(Entry.Make(payload, _home.Log.PositionOf(where)))).Why.Code;

        Assert.Equal(RejectCode.InvalidOperation, Try(good.With("author", Ann.KeyId.ToString()), at));                                        // another's name
        Assert.Equal(RejectCode.BadSignature, Try(good.With("author", Ann.KeyId.ToString()).With("publicKey", Ann.PublicKey.ToBase64()), at));   // and key
        Assert.Equal(RejectCode.BadSignature, Try(good.With("onConflict", "review"), at));
        Assert.Equal(RejectCode.Malformed, Try(good.With("signature", "AAAA"), at));
        Assert.Equal(RejectCode.InvalidOperation, Try(good.With("publicKey", Bob.PublicKey.ToBase64() + " "), at));
        Assert.Equal(RejectCode.InvalidOperation, Try(good.Without("author"), at));
        // The same at another place of this space, and in a space that has the same members.
        var other = SpaceReplica.Create(new SpaceOptions { Seed = "another", Creators = [Ann.PublicKey] });
        var member = _home.Space.Sign(SpacePayloads.Member("m", CounterPayloads.Create("m")), at, Ann);
        Assert.Equal(RejectCode.BadSignature, Assert.IsType<Judgement.Refused>(other.Memory.Admit(Entry.Make(member, other.Log.Frontier))).Why.Code);
        Assert.Equal(RejectCode.BadSignature, Try(member, _home.Log.VersionOf(0)));
        Assert.IsType<Judgement.Admitted>(_home.Memory.Admit(Entry.Make(good, _home.Log.PositionOf(at))));
    }

    [Fact]
    public void A_bomb_of_conditions_is_refused_before_it_is_evaluated()
    {
        Literal Deep(int levels) => Enumerable.Range(0, levels).Aggregate(OnStock("atLeast", "1"), (inner, _) => Literal.Map.Of(("anyOf", new Literal.Array(inner))));
        Literal Wide(int parts) => Literal.Map.Of(("allOf", new Literal.Array([.. Enumerable.Repeat(OnStock("atLeast", "1"), parts)])));
        Refuses(Sale(Deep(5)), RejectCode.OverLimit, "4 levels");
        Refuses(Sale(Wide(64)), RejectCode.OverLimit, "64 parts");
        // Each within its limits, together too much: 64 conditions of 63 parts.
        Refuses(SpacePayloads.Transact(Enumerable.Repeat(Wide(63), 64), [(_stock.ToString(), CounterPayloads.Add(1))], false), RejectCode.OverLimit, "131072 bytes");
        _home.Write(Ann, Sale(Deep(4)));
    }
}
