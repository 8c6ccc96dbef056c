using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Set;

namespace Hhs.Model.Types;

/// <summary>The types that a node can interpret, by type id.</summary>
public sealed class TypeRegistry
{
    private readonly Dictionary<string, IReplicatedType> _types = new(StringComparer.Ordinal);

    /// <summary>A registry of the types given.</summary>
    /// <exception cref="ArgumentException">Two types have one id.</exception>
    public TypeRegistry(params ReadOnlySpan<IReplicatedType> types)
    {
        foreach (var type in types) _types.Add(type.TypeId, type);
    }

    /// <summary>The types of this library.</summary>
    public static TypeRegistry BuiltIn { get; } = new(new SetType(), CapabilityType.Original, CapabilityType.Ours);

    /// <summary>The type with an id, if it is known.</summary>
    public bool TryGet(string typeId, [NotNullWhen(true)] out IReplicatedType? type) => _types.TryGetValue(typeId, out type);
}
