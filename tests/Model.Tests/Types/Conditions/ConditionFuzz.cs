using Hhs.Model.Json;

namespace Hhs.Model.Tests.Types.Conditions;

/// <summary>Literals that nobody would write, and literals that somebody has tampered with.</summary>
internal static class ConditionFuzz
{
    /// <summary>A literal of which some part is replaced, removed or added; a map stays a map.</summary>
    public static Literal Mutate(Literal.Map literal, Random random)
    {
        var entries = literal.Entries.ToArray().ToList();
        switch (random.Next(6))
        {
            case 0: entries.Add(new(Word(random), Any(random, 2))); break;
            case 1 when entries.Count > 0: entries.RemoveAt(random.Next(entries.Count)); break;
            case 2: return Literal.Map.Of((random.Next(2) == 0 ? "allOf" : "anyOf", Any(random, 3)));
            case 3: return Literal.Map.Of((Word(random), Any(random, 3)));
            default:
                for (int i = 0; i < entries.Count; i++)
                {
                    if (random.Next(2) == 0) continue;
                    entries[i] = new(random.Next(6) == 0 ? Word(random) : entries[i].Key, entries[i].Value is Literal.Map inner && random.Next(3) > 0 ? Mutate(inner, random) : Any(random, 2));
                }
                break;
        }
        return Literal.Map.FromPairs([.. entries]);
    }

    public static Literal Any(Random random, int depth) => random.Next(depth > 0 ? 12 : 7) switch
    {
        0 => random.Next(2) == 0,
        1 => random.Next(-3, 12),
        2 => Numbers[random.Next(Numbers.Length)],
        3 or 4 => Word(random),
        5 => Texts[random.Next(Texts.Length)],
        6 => Literal.Map.Empty,
        7 or 8 => new Literal.Array([.. Enumerable.Range(0, random.Next(4)).Select(_ => Any(random, depth - 1))]),
        _ => Literal.Map.FromPairs([.. Enumerable.Range(0, random.Next(4)).Select(_ => KeyValuePair.Create(Word(random), Any(random, depth - 1)))]),
    };

    private static string Word(Random random) => Words[random.Next(Words.Length)];

    private static readonly string[] Words =
    [
        "", "\ud800", "absent", "allOf", "anyOf", "atLeast", "atMost", "capability", "elementAt", "equals", "has", "holds", "index", "inside", "keyId",
        "lacks", "length", "max", "member", "min", "object", "open", "present", "value", "name", "age", "notes",
    ];

    private static readonly double[] Numbers = [-1, 0.5, int.MaxValue, 1e300, -1e300, 5e-324, 9007199254740993];

    private static readonly string[] Texts =
    [
        "0", "-0", "007", "+1", " 1", "1e3", "99999999999999999999999999999999999999", new string('9', 4000), new string('=', 44), new string('A', 43) + "=", "\u0000", "\ufffd",
    ];
}
