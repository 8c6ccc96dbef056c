using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Conditions;

/// <summary>Reads conditions that a peer wrote: composition and limits, which everything that has conditions shares. Never throws.</summary>
/// <remarks>
/// Shape: <c>{"allOf": [condition, ...]}</c>, <c>{"anyOf": [condition, ...]}</c>, or a map that is read by whoever is asked: an object reads
/// <c>{kind: argument}</c>, a space besides a member. Source: docs/types/conditions.md.
/// </remarks>
/// <typeparam name="TCondition">What is made of a condition.</typeparam>
internal sealed class ConditionReader<TCondition> where TCondition : class
{
    private readonly Func<Literal.Map, TCondition?> _readOne;
    private readonly Func<TCondition[], bool, TCondition> _compose;
    private int _parts;

    private ConditionReader(Func<Literal.Map, TCondition?> readOne, Func<TCondition[], bool, TCondition> compose) => (_readOne, _compose) = (readOne, compose);

    /// <summary>Reads a condition; null and the reason if it is malformed or over a limit.</summary>
    /// <remarks>
    /// Errors: <see cref="RejectCode.Malformed"/> (no map, or a composition of nothing), <see cref="RejectCode.OverLimit"/>,
    /// <see cref="RejectCode.InvalidOperation"/> (there is no such condition here).
    /// </remarks>
    /// <param name="literal">The condition.</param>
    /// <param name="readOne">Reads what is no composition; null if it is none of its conditions.</param>
    /// <param name="compose">Makes one of several: true for all of them, false for one of them at least.</param>
    /// <param name="why">The reason.</param>
    public static TCondition? Read(Literal literal, Func<Literal.Map, TCondition?> readOne, Func<TCondition[], bool, TCondition> compose, out Reject why)
    {
        if (CanonicalJson.Write(literal).Length > Limits.ConditionBytesMax)
        {
            why = new(RejectCode.OverLimit, $"a condition has at most {Limits.ConditionBytesMax} bytes");
            return null;
        }
        return new ConditionReader<TCondition>(readOne, compose).Read(literal, 0, out why);
    }

    private TCondition? Read(Literal literal, int depth, out Reject why)
    {
        why = default;
        if (literal is not Literal.Map map)
        {
            why = new(RejectCode.Malformed, "a condition is a map");
            return null;
        }
        if (++_parts > Limits.ConditionPartsMax)
        {
            why = new(RejectCode.OverLimit, $"a condition has at most {Limits.ConditionPartsMax} parts, itself included");
            return null;
        }
        if (TryComposition(map, out var items, out bool needsAll)) return ReadParts(items, needsAll, depth + 1, out why);
        var one = _readOne(map);
        if (one is null) why = new(RejectCode.InvalidOperation, $"no condition '{KindOf(map)}' here, or not with what it says");
        return one;
    }

    private TCondition? ReadParts(Literal.Array items, bool needsAll, int depth, out Reject why)
    {
        why = depth > Limits.ConditionDepthMax ? new(RejectCode.OverLimit, $"a condition has at most {Limits.ConditionDepthMax} levels of allOf and anyOf")
            : items.Items.Length == 0 ? new(RejectCode.Malformed, "allOf and anyOf have at least one part")
            : default;
        if (why.Detail is not null) return null;
        var parts = new List<TCondition>();
        foreach (var item in items.Items)
        {
            if (Read(item, depth, out why) is not { } part) return null;
            parts.Add(part);
        }
        return _compose([.. parts], needsAll);
    }

    private static bool TryComposition(Literal.Map map, [NotNullWhen(true)] out Literal.Array? items, out bool needsAll)
    {
        items = null;
        needsAll = map.Has("allOf");
        if (map.Count == 1) items = (map["allOf"] ?? map["anyOf"]) as Literal.Array;
        return items is not null;
    }

    private static string KindOf(Literal.Map map) => map.Count == 0 ? "" : Reject.Excerpt(map.Entries[0].Key);
}
