using System.Globalization;
using System.Numerics;
using Hhs.Model.Json;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Types.Counter;

/// <summary>Conditions on a total.</summary>
/// <remarks>Source: docs/types/counter.md, conditions.</remarks>
internal static class CounterConditions
{
    /// <summary>The condition of a kind; null if there is none, or the argument is not one for it.</summary>
    public static ConditionRule<BigInteger>? Of(string kind, Literal argument) => kind switch
    {
        "atLeast" when CounterPayloads.TryReadBound(argument, out var least) => Total(total => total >= least, falsifiedBySign: -1),
        "atMost" when CounterPayloads.TryReadBound(argument, out var most) => Total(total => total <= most, falsifiedBySign: 1),
        _ => null,
    };

    private static ConditionRule<BigInteger> Total(Func<BigInteger, bool> holds, int falsifiedBySign) => new(
        total => (holds(total), total.ToString(CultureInfo.InvariantCulture)),
        operation => CounterPayloads.TryReadAmount(operation["amount"], out long amount) && Math.Sign(amount) == falsifiedBySign);
}
