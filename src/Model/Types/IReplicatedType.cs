using Hhs.Model.Json;

namespace Hhs.Model.Types;

/// <summary>A kind of replicated object: how its create payloads look and how its objects are opened.</summary>
public interface IReplicatedType
{
    /// <summary>The id that create payloads carry in <c>type</c>, such as <c>hhs/set_v1</c>.</summary>
    string TypeId { get; }

    /// <summary>Whether objects of this type may live inside another object's log (capability objects may not).</summary>
    bool CanBeNested => true;

    /// <summary>Whether a create payload is valid by itself; null when it is.</summary>
    /// <param name="create">The create payload.</param>
    /// <param name="types">The types known here, for payloads that name another type.</param>
    /// <param name="parent">The object that it would be nested in, or null for a root object.</param>
    Reject? CheckCreate(Literal create, TypeRegistry types, ObjectScope? parent);

    /// <summary>Opens an object whose create payload has passed <see cref="CheckCreate"/>.</summary>
    ReplicatedObject Open(ObjectScope scope, Literal.Map create);
}
