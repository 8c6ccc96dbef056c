using Hhs.Model.Json;

namespace Hhs.Model.Types;

/// <summary>What the create payloads of our own types share: <c>action</c>, <c>type</c>, <c>seed</c>, authority.</summary>
public abstract class NativeType : IReplicatedType
{
    internal NativeType()
    {
    }

    /// <inheritdoc/>
    public abstract string TypeId { get; }

    /// <inheritdoc/>
    public Reject? CheckCreate(Literal create, TypeRegistry types, ObjectScope? parent)
    {
        if (create is not Literal.Map map || map.Text("action") != "create" || map.Text("type") != TypeId) return NativeObject.Invalid("not a create payload of this type");
        if (map.Text("seed") is not { Length: <= SeedUnitsMax }) return NativeObject.Invalid("a create payload has a seed of at most 1024 units");
        int own = 0;
        foreach (var (name, value) in map.Entries)
        {
            if (name is "action" or "type" or "seed") continue;
            own++;
            if (!IsField(name, value)) return NativeObject.Invalid("the create payload has a field unknown or out of bounds");
        }
        return own == 0 ? null : CheckFields(map, types);
    }

    /// <inheritdoc/>
    public abstract ReplicatedObject Open(ObjectScope scope, Literal.Map create);

    // Whether a field of the create payload is one of this type's, in shape.
    internal virtual bool IsField(string name, Literal value) => false;

    // What is wrong with the fields taken together; null if nothing is.
    internal virtual Reject? CheckFields(Literal.Map create, TypeRegistry types) => null;

    /// <summary>Longest seed, in UTF-16 units.</summary>
    public const int SeedUnitsMax = 1024;
}

/// <summary>The beginning of every create payload of ours.</summary>
internal static class NativeCreate
{
    public static Literal.Map Of(string typeId, string seed) =>
        Literal.Map.Of(("action", "create"), ("type", typeId), ("seed", seed));

    public static Literal.Map WithIf(this Literal.Map create, string name, Literal? value) => value is null ? create : create.With(name, value);
}
