using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Conditions;

/// <summary>Conditions on sets: <c>has</c> and <c>lacks</c>.</summary>
internal static class ElementConditions
{
    /// <summary>The condition of a kind on a set of literals, which is looked at by asking for the hash of an element; null if there is none.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="element">The element that it is about.</param>
    /// <param name="canFalsify">Whether an operation could falsify that the element is in (true) or is not in (false).</param>
    public static ConditionRule<Func<ContentHash, bool>>? Of(string kind, Literal element, Func<Literal.Map, Literal, bool, bool> canFalsify)
    {
        if (kind is not ("has" or "lacks")) return null;
        bool wanted = kind == "has";
        var hash = CanonicalJson.Hash(element);
        return new(contains =>
        {
            bool has = contains(hash);
            return (has == wanted, has);
        }, operation => canFalsify(operation, element, wanted));
    }
}
