using Hhs.Model.Json;

namespace Hhs.Model.Types.Space;

/// <summary>The space, <c>hhs-actors/space_v1</c>: several objects in one log, changed together.</summary>
/// <remarks>Source: docs/types/space.md.</remarks>
public sealed class SpaceType : IReplicatedType
{
    /// <summary>The type id.</summary>
    public const string Id = "hhs-actors/space_v1";

    /// <inheritdoc/>
    public string TypeId => Id;

    /// <summary>False: an order of a part of a log is none.</summary>
    public bool CanBeNested => false;

    /// <inheritdoc/>
    public Reject? CheckCreate(Literal create, TypeRegistry types, ObjectScope? parent) => SpaceCreate.TryRead(create, out var why) is null ? why : null;

    /// <inheritdoc/>
    public ReplicatedObject Open(ObjectScope scope, Literal.Map create) =>
        new ReplicatedSpace(scope, SpaceCreate.TryRead(create, out var why) ?? throw new ArgumentException(why.ToString(), nameof(create)));
}
