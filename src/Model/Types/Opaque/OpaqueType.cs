using Hhs.Model.Json;

namespace Hhs.Model.Types.Opaque;

/// <summary>Stands in for a type that is not known here: its objects are kept and relayed, and not interpreted.</summary>
/// <remarks>Source: docs/types/opaque.md.</remarks>
internal sealed class OpaqueType(string typeId) : IReplicatedType
{
    /// <inheritdoc/>
    public string TypeId => typeId;

    /// <inheritdoc/>
    public bool CanBeNested => false;

    /// <inheritdoc/>
    public Reject? CheckCreate(Literal create, TypeRegistry types, ObjectScope? parent) => null;

    /// <inheritdoc/>
    public ReplicatedObject Open(ObjectScope scope, Literal.Map create) => new OpaqueObject(scope, typeId);
}
