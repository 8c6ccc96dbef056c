using Hhs.Model.Json;

namespace Hhs.Model.Types.GrowSet;

/// <summary>The grow-only set, <c>hhs-actors/growset_v1</c>.</summary>
/// <remarks>Source: docs/types/growset.md.</remarks>
public sealed class GrowSetType() : NativeType(GrowSetType.Id, ["add"], ("initial", false, PayloadFormat.ArrayOf(PayloadValue.IsSmall, GrowSetPayloads.ElementsMax)))
{
    /// <summary>The type id.</summary>
    public const string Id = "hhs-actors/growset_v1";

    /// <inheritdoc/>
    public override ReplicatedObject Open(ObjectScope scope, Literal.Map create) =>
        new ReplicatedGrowSet(scope, create, create["initial"] is Literal.Array initial ? initial.Items.ToArray() : []);
}

/// <summary>Makes the payloads of a grow-only set.</summary>
public static class GrowSetPayloads
{
    /// <summary>Most elements of one add, and of a create payload.</summary>
    public const int ElementsMax = 1024;

    /// <summary>A new set.</summary>
    public static Literal.Map Create(string seed, params ReadOnlySpan<Literal> initial) =>
        NativeCreate.Of(GrowSetType.Id, seed).WithIf("initial", initial.Length == 0 ? null : new Literal.Array(initial.ToArray()));

    /// <summary>Adds 1 to 1024 elements.</summary>
    public static Literal.Map Add(params ReadOnlySpan<Literal> elements) =>
        Literal.Map.Of(("action", "add"), ("elements", new Literal.Array(elements.ToArray())));
}
