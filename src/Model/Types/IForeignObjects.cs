using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Hashing;

namespace Hhs.Model.Types;

/// <summary>The other objects that this node holds, for objects that observe another one.</summary>
/// <remarks>
/// Synchronous and side-effect free: whoever runs a replica keeps copies of the logs of the objects in
/// <see cref="Replica.References"/>. A copy may lag; it never holds an entry that its own type has not admitted.
/// </remarks>
public interface IForeignObjects
{
    /// <summary>The local copy of another root object, if there is one whose create entry has been admitted.</summary>
    bool TryGet(ContentHash id, [NotNullWhen(true)] out ReplicatedObject? obj);
}

/// <summary>No other objects.</summary>
public sealed class NoForeignObjects : IForeignObjects
{
    private NoForeignObjects() { }

    /// <summary>The one instance.</summary>
    public static readonly NoForeignObjects Instance = new();

    /// <inheritdoc/>
    public bool TryGet(ContentHash id, [NotNullWhen(true)] out ReplicatedObject? obj)
    {
        obj = null;
        return false;
    }
}
