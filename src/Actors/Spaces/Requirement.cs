using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Space;

namespace Hhs.Actors.Spaces;

/// <summary>What must hold in a space for a transaction to be done.</summary>
/// <param name="Literal">The condition as the space's entries have it (docs/types/conditions.md).</param>
public sealed record Requirement(Literal Literal)
{
    /// <summary>Every part holds.</summary>
    public static Requirement AllOf(params IReadOnlyList<Requirement> parts) => Composed("allOf", parts);

    /// <summary>Some part holds.</summary>
    public static Requirement AnyOf(params IReadOnlyList<Requirement> parts) => Composed("anyOf", parts);

    /// <summary>A condition on one member.</summary>
    public static Requirement On(ContentHash member, string kind, Literal argument) => new(SpacePayloads.Condition(member.ToString(), kind, argument));

    /// <summary>An identity has a capability of the space.</summary>
    public static Requirement Holds(KeyId who, string capability) =>
        new(SpacePayloads.Condition(SpacePayloads.Capabilities, "holds", Literal.Map.Of(("keyId", who.ToString()), ("capability", capability))));

    private static Requirement Composed(string kind, IReadOnlyList<Requirement> parts) => new(Literal.Map.Of((kind, new Literal.Array([.. parts.Select(part => part.Literal)]))));
}
