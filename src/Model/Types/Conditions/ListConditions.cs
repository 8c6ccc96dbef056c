using Hhs.Model.Dag;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Conditions;

/// <summary>Conditions on lists: <c>length</c>, and the argument of <c>elementAt</c>.</summary>
internal static class ListConditions
{
    /// <summary><c>{"length": {"min": n, "max": m}}</c>, one of the two or both; null if the argument is something else.</summary>
    /// <param name="argument">The argument.</param>
    /// <param name="count">The length at a version, as judged from a later one.</param>
    /// <param name="canShrink">Whether an operation could make the list shorter.</param>
    /// <param name="canGrow">Whether an operation could make the list longer.</param>
    public static Condition? Length(
        Literal argument, Func<DagVersion, DagVersion, int> count, Func<Literal.Map, bool> canShrink, Func<Literal.Map, bool> canGrow)
    {
        if (!Bounds.Accepts(argument) || argument is not Literal.Map { Count: > 0 } bounds) return null;
        if (!TryBound(bounds, "min", out int? min) || !TryBound(bounds, "max", out int? max) || min > max) return null;
        return new((at, from) =>
        {
            int length = count(at, from);
            return (!(length < min) && !(length > max), length);
        }, operation => (min is not null && canShrink(operation)) || (max is not null && canGrow(operation)));
    }

    /// <summary>Reads <c>{"index": n, "value": v}</c>.</summary>
    public static bool TryElement(Literal argument, out int index, out Literal value)
    {
        (index, value) = (0, Literal.Boolean.False);
        if (!Element.Accepts(argument)) return false;
        value = ((Literal.Map)argument)["value"]!;
        return PayloadValue.TryReadWhole(((Literal.Map)argument)["index"]!, 0, int.MaxValue - 1, out index);
    }

    /// <summary>What <c>elementAt</c> has seen: the length, and the value if there is one.</summary>
    public static Literal SeenElement(int length, Literal? value) =>
        Literal.Map.Of(("length", length)).WithIf("value", value is null ? null : SeenValue.Short(value));

    private static bool TryBound(Literal.Map bounds, string name, out int? bound)
    {
        bound = null;
        if (!bounds.TryGet(name, out var literal)) return true;
        if (!PayloadValue.TryReadWhole(literal, 0, int.MaxValue - 1, out int whole)) return false;
        bound = whole;
        return true;
    }

    private static readonly PayloadFormat Bounds = new(("min", false, PayloadFormat.Anything), ("max", false, PayloadFormat.Anything));
    private static readonly PayloadFormat Element = new(("index", true, PayloadFormat.Anything), ("value", true, PayloadFormat.Anything));
}
