using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Set;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>A space written entry by entry, judged by the oracle.</summary>
internal sealed class SpaceScript
{
    public static readonly SecretKey Creator = SpaceWriter.Person(0), Alice = SpaceWriter.Person(1), Bob = SpaceWriter.Person(2), Carol = SpaceWriter.Person(3);

    public static readonly Literal.Map Seats = SpaceWriter.Member("seats", SetPayloads.Create(new SetOptions { Seed = "seats" }));
    public static readonly Literal Seat = "12A";

    /// <summary>Takes the seat if it is free; waits for review if not.</summary>
    public static Literal.Map Buy(ContentHash seats) => SpaceWriter.Transact([SpaceWriter.Condition(seats, "lacks", Seat)], [(seats, SetPayloads.Add(Seat))], review: true);

    public static Literal.Map Release(ContentHash seats) => SpaceWriter.Transact([SpaceWriter.Condition(seats, "has", Seat)], [(seats, SetPayloads.Delete(CanonicalJson.Hash(Seat)))]);

    public static Literal.Map Sell(ContentHash stock, int amount) =>
        SpaceWriter.Transact([SpaceWriter.Condition(stock, "atLeast", $"{amount}")], [(stock, CounterPayloads.Add(-amount))]);

    private readonly SpaceWriter _writer;

    public SpaceScript(Literal.Map create)
    {
        _writer = new(create);
        Oracle = new(_writer.Id, create);
    }

    /// <summary>A space in which everybody may do everything; the creator seals.</summary>
    public static SpaceScript Open() => new(SpaceWriter.CreatePayload("s", [Creator]));

    /// <summary>A space in which transactions take "buy" and members take "admin", which manages both; the creator seals.</summary>
    public static SpaceScript WithAuthority() => new(SpaceWriter.CreatePayload("s", [Creator], null,
        [("admin", ["admin"]), ("buy", ["admin"])], [("member", "admin"), ("transact", "buy"), ("resolve", "admin")]));

    public SpaceOracle Oracle { get; }

    public ContentHash Id => _writer.Id;

    public OracleOutcome Now => Oracle.Settle(Oracle.Frontier());

    public Entry Make(SecretKey author, Literal.Map payload, params ReadOnlySpan<ContentHash> at) =>
        _writer.Make(author, payload, at.Length == 0 ? Oracle.Frontier() : at);

    /// <summary>An entry that has to be admissible; at the frontier if no place is said.</summary>
    public ContentHash Write(SecretKey author, Literal.Map payload, params ReadOnlySpan<ContentHash> at)
    {
        var entry = SpaceHistories.PlainOf(Make(author, payload, at));
        Assert.True(Oracle.Admits(entry), payload.ToString());
        Oracle.Add(entry);
        return entry.Hash;
    }

    public bool Admits(SecretKey author, Literal.Map payload, params ReadOnlySpan<ContentHash> at) =>
        Oracle.Admits(SpaceHistories.PlainOf(Make(author, payload, at)));

    public ContentHash Enroll(SecretKey who) => Write(Creator, SpaceWriter.Op("capabilities", CapabilityPayloads.AddIdentity(who.PublicKey)));

    public ContentHash Grant(SecretKey by, SecretKey to, string capability, params ReadOnlySpan<ContentHash> at) =>
        Write(by, SpaceWriter.Op("capabilities", CapabilityPayloads.Grant(to.KeyId.ToString(), capability, [Id])), at);

    public ContentHash Revoke(SecretKey by, SecretKey from, string capability, params ReadOnlySpan<ContentHash> at) =>
        Write(by, SpaceWriter.Op("capabilities", CapabilityPayloads.Revoke(from.KeyId.ToString(), capability, [Id])), at);
}
