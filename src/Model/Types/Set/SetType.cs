using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Set;

/// <summary>The replicated set, <c>hhs/set_v1</c>.</summary>
/// <remarks>Source: types.md section 5.</remarks>
public sealed class SetType : IFoldedType
{
    /// <summary>The type id.</summary>
    public const string Id = "hhs/set_v1";

    /// <inheritdoc/>
    public string TypeId => Id;

    /// <inheritdoc/>
    public Reject? CheckCreate(Literal create, TypeRegistry types, ObjectScope? parent) =>
        SetCreate.TryRead(create, parent, out var why) is null ? why : null;

    /// <inheritdoc/>
    public ReplicatedObject Open(ObjectScope scope, Literal.Map create) =>
        new ReplicatedSet(scope, SetCreate.TryRead(create, scope.Parent, out var why)
            ?? throw new ArgumentException(why.ToString(), nameof(create)));

    /// <inheritdoc/>
    public MemberState? Start(Literal.Map create, ContentHash id, int entry) =>
        SetCreate.TryRead(create, null, out _) is { ContentType: null } read ? SetState.Initial(read, id, entry) : null;
}
