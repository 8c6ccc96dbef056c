using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types;

/// <summary>The shape of a payload: which fields it has, which it must have, and what each must look like.</summary>
/// <remarks>
/// Strict: a field that the format does not name makes the payload invalid. Lengths are UTF-16 code units.
/// Source: types.md sections 5 and 6.
/// </remarks>
internal sealed class PayloadFormat(params (string Name, bool Required, Func<Literal, bool> Check)[] fields)
{
    /// <summary>Whether the literal is a map of this shape.</summary>
    public bool Accepts(Literal literal)
    {
        if (literal is not Literal.Map map) return false;
        int known = 0;
        foreach (var (name, required, check) in fields)
        {
            if (!map.TryGet(name, out var value))
            {
                if (required) return false;
                continue;
            }
            known++;
            if (!check(value)) return false;
        }
        return known == map.Count;
    }

    /// <summary>Any literal.</summary>
    public static bool Anything(Literal literal) => literal is not null;

    /// <summary>The one spelling of a hash.</summary>
    public static bool Hash(Literal literal) => literal is Literal.String s && ContentHash.TryParse(s.Value, out _);

    /// <summary>True or false.</summary>
    public static bool IsBoolean(Literal literal) => literal is Literal.Boolean;

    /// <summary>A string of at most so many UTF-16 units.</summary>
    public static Func<Literal, bool> Text(int unitsMax) => literal => literal is Literal.String s && s.Value.Length <= unitsMax;

    /// <summary>Exactly this string.</summary>
    public static Func<Literal, bool> Constant(string text) => literal => literal is Literal.String s && s.Value == text;

    /// <summary>An array of at most so many items that each pass the check.</summary>
    public static Func<Literal, bool> ArrayOf(Func<Literal, bool> item, int countMax) => literal =>
    {
        if (literal is not Literal.Array array || array.Items.Length > countMax) return false;
        foreach (var each in array.Items)
        {
            if (!item(each)) return false;
        }
        return true;
    };

    /// <summary>A map of at most so many entries whose values each pass the check, and whose keys are at most 256 units long.</summary>
    public static Func<Literal, bool> MapOf(Func<Literal, bool> value, int countMax) => literal =>
    {
        if (literal is not Literal.Map map || map.Count > countMax) return false;
        foreach (var (key, each) in map.Entries)
        {
            if (key.Length > 256 || !value(each)) return false;
        }
        return true;
    };

    /// <summary>The strings in an array that passed its format; none when it is absent.</summary>
    public static string[] Texts(Literal? array) => array is Literal.Array a ? [.. a.Items.ToArray().Select(item => ((Literal.String)item).Value)] : [];
}
