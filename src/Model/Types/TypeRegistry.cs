using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Opaque;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Space;
using Hhs.Model.Types.Text;

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
    public static TypeRegistry BuiltIn { get; } = new(
        new SetType(), CapabilityType.Original, CapabilityType.Ours,
        new CounterType(), new GrowSetType(), new LogType(), new RecordType(), new RegisterType(), new SequenceType(), new SpaceType(), new TextType());

    /// <summary>These types and more.</summary>
    /// <exception cref="ArgumentException">Two types have one id.</exception>
    public TypeRegistry With(params ReadOnlySpan<IReplicatedType> types) => new([.. _types.Values, .. types]) { RelaysUnknown = RelaysUnknown };

    /// <summary>Whether objects of unknown types are kept and relayed unread (default), rather than refused.</summary>
    /// <remarks>Source: docs/types/opaque.md.</remarks>
    public bool RelaysUnknown { get; init; } = true;

    /// <summary>The type with an id, if it is known.</summary>
    public bool TryGet(string typeId, [NotNullWhen(true)] out IReplicatedType? type) => _types.TryGetValue(typeId, out type);

    /// <summary>The type to open a root object with: the known one, or one that reads nothing; null if unknown types are refused.</summary>
    internal IReplicatedType? ForRoot(string typeId) => _types.TryGetValue(typeId, out var type) ? type : RelaysUnknown ? new OpaqueType(typeId) : null;
}
