using Hhs.Model.Json;

namespace Hhs.Actors.Spaces;

/// <summary>Conditions and operations of a space as a person reads them: <c>seats absent 12</c>, <c>stock add -1</c>.</summary>
/// <remarks>Texts of peers go in as they are: whoever writes them to a terminal makes them harmless.</remarks>
public static class SpaceText
{
    /// <summary>A condition.</summary>
    /// <param name="condition">As entries have it.</param>
    /// <param name="nameOf">What a member with an id is called.</param>
    public static string Condition(Literal condition, Func<string, string> nameOf)
    {
        if (condition is not Literal.Map map) return Short(condition.ToString());
        if (map["allOf"] is Literal.Array all) return Composed(all, " and ", nameOf);
        if (map["anyOf"] is Literal.Array any) return Composed(any, " or ", nameOf);
        string member = map.Text("member") ?? "";
        var (kind, argument) = map.Without("member").Entries is [var only, ..] ? only : new("", Literal.Map.Empty);
        return Short($"{nameOf(member)} {kind}{(argument is Literal.Boolean ? "" : " " + Argument(argument))}");
    }

    /// <summary>An operation on a member.</summary>
    /// <param name="name">What the member is called.</param>
    /// <param name="payload">The operation.</param>
    public static string Operation(string name, Literal.Map payload)
    {
        var rest = payload.Without("action").Without("nonce");
        string says = rest.Count switch
        {
            0 => "",
            1 => " " + Argument(rest.Entries[0].Value),
            _ => " " + rest,
        };
        return Short($"{name} {payload.Text("action")}{says}");
    }

    /// <summary>What a condition saw: <c>12: ann</c>.</summary>
    public static string Seen(Literal seen) => Short(Look(seen));

    /// <summary>A value: a text as it is, one field as <c>12=ann</c>, anything else as JSON.</summary>
    public static string Argument(Literal value) => value switch
    {
        Literal.String text => text.Value,
        Literal.Map { Count: > 0 } map when map.Entries.ToArray().All(pair => pair.Value is Literal.String) =>
            string.Join(", ", map.Entries.ToArray().Select(pair => $"{pair.Key}={((Literal.String)pair.Value).Value}")),
        Literal.Array { Items.Length: 1 } one => Argument(one.Items[0]),
        _ => value.ToString(),
    };

    // Of each type something else (docs/types/conditions.md): candidates are maps with a value, or without one.
    private static string Look(Literal seen) => seen switch
    {
        Literal.Map { Count: 0 } => "(nothing)",
        Literal.Map { Count: 1 } map when map["value"] is { } value => Argument(value),
        Literal.Map map => string.Join(", ", map.Entries.ToArray().Select(pair => $"{pair.Key}: {Look(pair.Value)}")),
        Literal.Array { Items.Length: 0 } => "(nothing)",
        Literal.Array array => string.Join(", ", array.Items.ToArray().Select(Look)),
        _ => Argument(seen),
    };

    private static string Composed(Literal.Array parts, string between, Func<string, string> nameOf) =>
        $"({string.Join(between, parts.Items.ToArray().Select(part => Condition(part, nameOf)))})";

    private static string Short(string text) => text.Length <= UnitsMax ? text : text[..UnitsMax] + "...";

    private const int UnitsMax = 256;
}
