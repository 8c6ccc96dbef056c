using System.Globalization;
using System.Numerics;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Set;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>What somebody might want to write on top of a version, from few values, so that writers get into each other's way.</summary>
internal sealed class SpaceIntentions(Random random, SpaceOracle oracle, SpaceEngine replica, SpaceShape shape, IReadOnlyList<SecretKey> people)
{
    public static readonly string[] Words = ["p", "q", "r"];

    /// <summary>A member of a random type.</summary>
    public Literal.Map NewMember()
    {
        string seed = random.Next(1000).ToString(CultureInfo.InvariantCulture);
        var create = random.Next(5) switch
        {
            0 => CounterPayloads.Create(seed, random.Next(1, 8)),
            1 => RegisterPayloads.Create(seed, random.Next(2) == 0 ? (Literal)Word() : null),
            2 => RecordPayloads.Create(seed, random.Next(2) == 0 ? Literal.Map.Of((Word(), Word())) : null),
            3 => SetPayloads.Create(new SetOptions
            {
                Seed = seed, InitialElements = random.Next(2) == 0 ? [Word()] : [],
                AcceptRedundantDelete = random.Next(3) == 0, AcceptRedundantAdd = random.Next(3) == 0 ? false : null,
            }),
            _ => GrowSetPayloads.Create(seed, random.Next(2) == 0 ? [Word()] : []),
        };
        return shape.HasCapabilities && random.Next(3) == 0
            ? SpaceWriter.Member(seed, create, (((string[])["add", "set", "delete"])[random.Next(3)], "sell")) : SpaceWriter.Member(seed, create);
    }

    /// <summary>A payload for a version; null if nothing came to mind.</summary>
    public Literal.Map? Next(SecretKey author, ContentHash[] at)
    {
        int kind = random.Next(100);
        if (shape.HasSeals && author.KeyId.ToString() == OracleAdmission.SealAuthorityOf(oracle.Create) && kind < (shape.Equivocates ? 20 : 12)) return SpaceWriter.Seal;
        if (shape.HasCapabilities && kind is >= 12 and < 26) return CapabilityOperation(at);
        if (kind is >= 26 and < 30 || (shape.HasCapabilities && author != people[0] && kind < 6)) return NewMember();
        if (shape.HasNoTransactions) kind = 60;
        var now = replica.Look(at);
        if (kind is >= 30 and < 54 && now.Review.Count > 0) return SpaceWriter.Resolve(Any(now.Review), random.Next(3) == 0 ? "dismiss" : "retry");
        if (now.Members.Count == 0) return null;
        return kind < 64 ? PlainOperation(now) : Transaction(now, author);
    }

    private Literal.Map PlainOperation(SpaceSight now)
    {
        var (member, state) = Any([.. now.Members]);
        return SpaceWriter.Op(member, Any(Change(now, member, state).Operations).Operation);
    }

    /// <summary>One to three changes, each with what it rests on.</summary>
    private Literal.Map Transaction(SpaceSight now, SecretKey author)
    {
        var conditions = new List<Literal>();
        var operations = new List<(ContentHash, Literal.Map)>();
        foreach (var (member, state) in now.Members.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).ToList())
        {
            var change = Change(now, member, state);
            conditions.AddRange(change.Conditions.Where(_ => random.Next(8) > 0));
            operations.AddRange(change.Operations);
        }
        if (shape.HasCapabilities && random.Next(6) == 0) conditions.Add(SpaceWriter.Holds(random.Next(2) == 0 ? author : Any(people), "write"));
        if (random.Next(12) == 0) conditions.Add(False(now));
        return SpaceWriter.Transact(Composed(conditions, now), operations, random.Next(3) > 0);
    }

    private List<Literal> Composed(List<Literal> conditions, SpaceSight now) => random.Next(6) switch
    {
        0 when conditions.Count > 0 => [Literal.Map.Of(("allOf", new Literal.Array([.. conditions])))],
        1 when conditions.Count > 0 => [.. conditions.Skip(1), Literal.Map.Of(("anyOf", new Literal.Array(False(now), conditions[0])))],
        _ => conditions,
    };

    private Literal.Map False(SpaceSight now)
    {
        var (member, state) = Any([.. now.Members]);
        return state.TypeId switch
        {
            OracleMember.CounterTypeId => SpaceWriter.Condition(member, "atLeast", Text(state.Total + 1)),
            OracleMember.RegisterTypeId => SpaceWriter.Condition(member, "equals", "no such word"),
            OracleMember.RecordTypeId => SpaceWriter.Condition(member, "present", "no such field"),
            _ => SpaceWriter.Condition(member, "has", "no such word"),
        };
    }

    private (List<Literal> Conditions, List<(ContentHash Member, Literal.Map Operation)> Operations) Change(SpaceSight now, ContentHash member, OracleMemberState state)
    {
        switch (state.TypeId)
        {
            case OracleMember.CounterTypeId:
                return CounterChange(now, member, state);
            case OracleMember.RegisterTypeId:
                return FieldChange(member, "", state, v => v is null ? RegisterPayloads.Clear : RegisterPayloads.Set(v));
            case OracleMember.RecordTypeId:
                string field = Word();
                return FieldChange(member, field, state, v => v is null ? RecordPayloads.Remove(field) : RecordPayloads.Set((field, v)));
            case OracleMember.SetTypeId:
                Literal element = Word();
                var hash = CanonicalJson.Hash(element);
                bool isIn = state.Elements.Contains(hash);
                return ([SpaceWriter.Condition(member, isIn ? "has" : "lacks", element)], [(member, isIn ? SetPayloads.Delete(hash) : SetPayloads.Add(element))]);
            default:
                Literal added = $"{Word()}{random.Next(3)}";
                bool has = state.Elements.Contains(CanonicalJson.Hash(added));
                return ([SpaceWriter.Condition(member, has ? "has" : "lacks", added)], [(member, GrowSetPayloads.Add(added))]);
        }
    }

    // A sale out of what there is, a transfer, or a delivery up to a bound.
    private (List<Literal>, List<(ContentHash, Literal.Map)>) CounterChange(SpaceSight now, ContentHash member, OracleMemberState state)
    {
        int amount = random.Next(1, 4);
        if (random.Next(4) == 0)
            return ([SpaceWriter.Condition(member, "atMost", Text(state.Total + random.Next(3)))], [(member, CounterPayloads.Add(amount))]);
        var least = random.Next(3) == 0 ? state.Total : BigInteger.Min(amount, state.Total);
        List<(ContentHash, Literal.Map)> operations = [(member, CounterPayloads.Add(-amount))];
        var others = now.Members.Where(m => m.Key != member && m.Value.TypeId == OracleMember.CounterTypeId).Select(m => m.Key).ToList();
        if (others.Count > 0 && random.Next(2) == 0) operations.Add((Any(others), CounterPayloads.Add(amount)));
        return ([SpaceWriter.Condition(member, "atLeast", Text(least))], operations);
    }

    private (List<Literal>, List<(ContentHash, Literal.Map)>) FieldChange(ContentHash member, string field, OracleMemberState state, Func<Literal?, Literal.Map> write)
    {
        Literal whole = field == "" ? true : field;
        var candidates = state.Fields.GetValueOrDefault(field, []);
        Literal? next = random.Next(4) == 0 ? null : (Literal)Word();
        List<Literal> conditions =
            candidates.All(c => c.Value is null) ? [SpaceWriter.Condition(member, "absent", whole)]
            : candidates.Any(c => c.Value is null) || candidates.Select(c => c.Value).Distinct().Count() > 1 ? []
            : random.Next(2) == 0 ? [SpaceWriter.Condition(member, "present", whole)]
            : [SpaceWriter.Condition(member, "equals", field == "" ? candidates[0].Value! : Literal.Map.Of((field, candidates[0].Value!)))];
        return (conditions, [(member, write(next))]);
    }

    /// <summary>Takes a capability from somebody.</summary>
    public Literal.Map Revoke(string keyId, IEnumerable<ContentHash> at)
    {
        string capability = Any(SpaceHistories.Capabilities);
        return SpaceWriter.Op("capabilities", CapabilityPayloads.Revoke(keyId, capability, oracle.Authority.Origins(capability, at)));
    }

    private Literal.Map CapabilityOperation(ContentHash[] at)
    {
        string who = people[random.Next(1, people.Count)].KeyId.ToString(), capability = Any(SpaceHistories.Capabilities);
        var origins = oracle.Authority.Origins(capability, at);
        return SpaceWriter.Op("capabilities", random.Next(20) switch
        {
            0 => CapabilityPayloads.CreateCap(capability, "admin"),
            1 => CapabilityPayloads.DeleteCap(capability, origins),
            2 => CapabilityPayloads.AddIdentity(Any(people).PublicKey),
            < 11 => CapabilityPayloads.Grant(who, capability, origins),
            _ => CapabilityPayloads.Revoke(who, capability, origins),
        });
    }

    private string Word() => Words[random.Next(Words.Length)];

    private T Any<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);
}
