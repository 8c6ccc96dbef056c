using System.Collections.Immutable;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.GrowSet;

/// <summary>The grow-only set, <c>hhs-actors/growset_v1</c>.</summary>
/// <remarks>Source: docs/types/growset.md.</remarks>
public sealed class GrowSetType() : NativeType(GrowSetType.Id, ["add"], ("initial", false, PayloadFormat.ArrayOf(PayloadValue.IsSmall, GrowSetPayloads.ElementsMax))), IFoldedType
{
    /// <summary>The type id.</summary>
    public const string Id = "hhs-actors/growset_v1";

    /// <inheritdoc/>
    public override ReplicatedObject Open(ObjectScope scope, Literal.Map create) =>
        new ReplicatedGrowSet(scope, create, InitialOf(create));

    /// <inheritdoc/>
    public MemberState? Start(Literal.Map create, ContentHash id, int entry)
    {
        var elements = ImmutableDictionary.CreateBuilder<ContentHash, Literal>();
        foreach (var element in InitialOf(create)) elements[CanonicalJson.Hash(element)] = element;
        return new GrowSetState(elements.ToImmutable());
    }

    private static Literal[] InitialOf(Literal.Map create) => create["initial"] is Literal.Array initial ? initial.Items.ToArray() : [];
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

    /// <summary>Why an operation, free of nonce, author and signature, is none of a grow-only set; null if it is one.</summary>
    internal static Reject? Check(Literal.Map operation) =>
        AddFormat.Accepts(operation) && ((Literal.Array)operation["elements"]!).Items.Length > 0 ? null
        : new(RejectCode.InvalidOperation, "a grow-only set takes add, with 1 to 1024 elements of at most 65,536 bytes each");

    private static readonly PayloadFormat AddFormat = new(
        ("action", true, PayloadFormat.Constant("add")),
        ("elements", true, PayloadFormat.ArrayOf(PayloadValue.IsSmall, ElementsMax)));
}
