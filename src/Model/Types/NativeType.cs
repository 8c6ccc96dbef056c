using Hhs.Model.Json;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Types;

/// <summary>What our own types' create payloads share: <c>action</c>, <c>type</c>, <c>seed</c>, optionally an authority.</summary>
public abstract class NativeType : IReplicatedType
{
    private readonly PayloadFormat _format;
    private readonly string[] _operations;

    /// <summary>Describes a type.</summary>
    /// <param name="typeId">The type id.</param>
    /// <param name="operations">The names of its operations, for which capabilities can be required.</param>
    /// <param name="fields">The fields of the create payload beyond the shared ones.</param>
    protected NativeType(string typeId, string[] operations, params (string Name, bool Required, Func<Literal, bool> Check)[] fields)
    {
        (TypeId, _operations) = (typeId, operations);
        _format = new([
            ("action", true, PayloadFormat.Constant("create")),
            ("type", true, PayloadFormat.Constant(typeId)),
            ("seed", true, PayloadFormat.Text(SeedUnitsMax)),
            .. AuthorityRules.CreateFields,
            .. fields]);
    }

    /// <inheritdoc/>
    public string TypeId { get; }

    /// <inheritdoc/>
    public Reject? CheckCreate(Literal create, TypeRegistry types, ObjectScope? parent)
    {
        if (!_format.Accepts(create)) return new(RejectCode.InvalidOperation, "the create payload has a field missing, unknown or out of bounds");
        var map = (Literal.Map)create;
        return AuthorityRules.Check(map, _operations) ?? CheckFields(map, types);
    }

    /// <inheritdoc/>
    public abstract ReplicatedObject Open(ObjectScope scope, Literal.Map create);

    /// <summary>What is wrong with the fields taken together; null if nothing is.</summary>
    protected virtual Reject? CheckFields(Literal.Map create, TypeRegistry types) => null;

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
