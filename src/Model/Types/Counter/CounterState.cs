using System.Numerics;
using Hhs.Model.Json;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Counter;

/// <summary>A counter in a space.</summary>
/// <param name="Total">The exact sum.</param>
public sealed class CounterState(BigInteger Total) : MemberState
{
    /// <summary>The exact sum.</summary>
    public BigInteger Total { get; } = Total;

    /// <inheritdoc/>
    public override Reject? Check(Literal.Map operation) => CounterPayloads.Check(operation);

    /// <inheritdoc/>
    public override MemberState? Apply(in MemberOperation operation, out Reject why)
    {
        why = default;
        CounterPayloads.TryReadAmount(operation.Payload["amount"], out long amount);
        return new CounterState(Total + amount);
    }

    /// <inheritdoc/>
    public override MemberCondition? ConditionOf(string kind, Literal argument) => CounterConditions.Of(kind, argument)?.Of<CounterState>(state => state.Total);
}
