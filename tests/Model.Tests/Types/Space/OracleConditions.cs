using System.Globalization;
using System.Numerics;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>Conditions on members: whether they hold, and what can falsify them. docs/types/conditions.md and the types' pages.</summary>
internal static class OracleConditions
{
    /// <summary>The parts of a condition that are no composition, each with its member, its kind and its argument.</summary>
    public static IEnumerable<(string Member, string Kind, Literal Argument)> Parts(Literal condition)
    {
        var map = (Literal.Map)condition;
        if (PartsOf(map) is { } parts) return parts.Items.ToArray().SelectMany(Parts);
        var (kind, argument) = map.Without("member").Entries[0];
        return [(map.Text("member")!, kind, argument)];
    }

    /// <summary>Whether a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="memberOf">The member with an id.</param>
    /// <param name="holds">Whether an identity holds a capability.</param>
    public static bool Holds(Literal condition, Func<string, OracleMember> memberOf, Func<string, string, bool> holds)
    {
        var map = (Literal.Map)condition;
        if (map["allOf"] is Literal.Array all) return all.Items.ToArray().All(part => Holds(part, memberOf, holds));
        if (map["anyOf"] is Literal.Array any) return any.Items.ToArray().Any(part => Holds(part, memberOf, holds));
        var (id, kind, argument) = Parts(map).Single();
        if (id == "capabilities") return holds(((Literal.Map)argument).Text("keyId")!, ((Literal.Map)argument).Text("capability")!);
        var member = memberOf(id);
        switch (kind)
        {
            case "has": return member.Has(CanonicalJson.Hash(argument).ToString());
            case "lacks": return !member.Has(CanonicalJson.Hash(argument).ToString());
            case "atLeast": return member.Total >= Number(argument);
            case "atMost": return member.Total <= Number(argument);
            case "equals" when member.TypeId == OracleMember.RecordTypeId:
                return ((Literal.Map)argument).Entries.ToArray().All(field => AllAre(member.Candidates(field.Key), c => field.Value.Equals(c.Value)));
            case "equals": return AllAre(member.Candidates(""), c => argument.Equals(c.Value));
            case "present": return AllAre(member.Candidates(FieldOf(argument)), c => c.Value is not null);
            case "absent": return member.Candidates(FieldOf(argument)).All(c => c.Value is null);
            default: throw new ArgumentException($"no condition {kind}", nameof(condition));
        }
    }

    /// <summary>Whether a type has conditions of a kind, with the argument given.</summary>
    public static bool Exists(string typeId, string kind, Literal argument) => (typeId, kind) switch
    {
        (OracleMember.SetTypeId or OracleMember.GrowSetTypeId, "has" or "lacks") => true,
        (OracleMember.CounterTypeId, "atLeast" or "atMost") => argument is Literal.String,
        (OracleMember.RegisterTypeId, "equals") => true,
        (OracleMember.RegisterTypeId, "present" or "absent") => argument == Literal.Boolean.True,
        (OracleMember.RecordTypeId, "equals") => argument is Literal.Map { Count: > 0 },
        (OracleMember.RecordTypeId, "present" or "absent") => argument is Literal.String { Value.Length: > 0 },
        ("capabilities", "holds") => argument is Literal.Map { Count: 2 } map && map.Text("keyId") is not null && map.Text("capability") is not null,
        _ => false,
    };

    /// <summary>Whether an operation on a member could turn a part of a condition on that member from true to false.</summary>
    public static bool CanFalsify(OracleMember member, string kind, Literal argument, Literal.Map operation) => kind switch
    {
        "has" => member.DeletedBy(operation) == CanonicalJson.Hash(argument).ToString(),
        "lacks" => member.AddedBy(operation).Contains(CanonicalJson.Hash(argument).ToString()),
        "atLeast" => OracleMember.AmountOf(operation) < 0,
        "atMost" => OracleMember.AmountOf(operation) > 0,
        "equals" when argument is Literal.Map fields && member.TypeId == OracleMember.RecordTypeId =>
            member.WritesOf(operation).Any(w => fields.TryGet(w.Field, out var value) && !value.Equals(w.Value)),
        "equals" => member.WritesOf(operation).Any(w => !argument.Equals(w.Value)),
        "present" => member.WritesOf(operation).Any(w => w.Field == FieldOf(argument) && w.Value is null),
        _ => member.WritesOf(operation).Any(w => w.Field == FieldOf(argument) && w.Value is not null),
    };

    private static Literal.Array? PartsOf(Literal.Map map) => (map["allOf"] ?? map["anyOf"]) as Literal.Array;

    // A register's argument is true, a record's the field.
    private static string FieldOf(Literal argument) => argument is Literal.String field ? field.Value : "";

    private static bool AllAre(IReadOnlyList<OracleCandidate> candidates, Func<OracleCandidate, bool> test) => candidates.Count > 0 && candidates.All(test);

    private static BigInteger Number(Literal argument) => BigInteger.Parse(((Literal.String)argument).Value, CultureInfo.InvariantCulture);
}
