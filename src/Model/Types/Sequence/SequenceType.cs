using Hhs.Model.Json;

namespace Hhs.Model.Types.Sequence;

/// <summary>The sequence, <c>hhs-actors/sequence_v1</c>.</summary>
/// <remarks>Source: docs/types/sequence.md.</remarks>
public sealed class SequenceType() : NativeType(SequenceType.Id, ["insert", "delete", "move"])
{
    /// <summary>The type id.</summary>
    public const string Id = "hhs-actors/sequence_v1";

    /// <inheritdoc/>
    public override ReplicatedObject Open(ObjectScope scope, Literal.Map create) => new ReplicatedSequence(scope, create);
}
