using System.Collections.Immutable;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Conditions;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.GrowSet;

/// <summary>A grow-only set in a space.</summary>
public sealed class GrowSetState : MemberState
{
    private readonly ImmutableDictionary<ContentHash, Literal> _elements;

    internal GrowSetState(ImmutableDictionary<ContentHash, Literal> elements) => _elements = elements;

    /// <summary>Whether an element is in the set.</summary>
    public bool Has(Literal element) => _elements.ContainsKey(CanonicalJson.Hash(element));

    /// <summary>The elements, in ordinal order of their hashes.</summary>
    public IEnumerable<Literal> Elements() => _elements.OrderBy(element => element.Key).Select(element => element.Value);

    /// <inheritdoc/>
    public override Reject? Check(Literal.Map operation) => GrowSetPayloads.Check(operation);

    /// <inheritdoc/>
    public override MemberState? Apply(in MemberOperation operation, out Reject why)
    {
        why = default;
        var elements = _elements.ToBuilder();
        foreach (var element in ((Literal.Array)operation.Payload["elements"]!).Items) elements[CanonicalJson.Hash(element)] = element;
        return new GrowSetState(elements.ToImmutable());
    }

    /// <inheritdoc/>
    public override MemberCondition? ConditionOf(string kind, Literal argument) =>
        ElementConditions.Of(kind, argument, ReplicatedGrowSet.CanFalsify)?.Of<GrowSetState>(state => state._elements.ContainsKey);
}
