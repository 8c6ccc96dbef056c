using Hhs.Model.Hashing;

namespace Hhs.Model.Types;

/// <summary>What has to arrive before something can be judged or read.</summary>
/// <param name="Object">Id of the other root object that has to grow; null for the object's own log.</param>
/// <param name="Entry">The entry that is missing there; null when it is not known which (an unknown author's key, say).</param>
public readonly record struct Dependency(ContentHash? Object, ContentHash? Entry)
{
    /// <summary>An entry of the object's own log.</summary>
    public static Dependency OnEntry(ContentHash entry) => new(null, entry);

    /// <summary>Another object, of which an entry is missing or all of it.</summary>
    public static Dependency OnObject(ContentHash id, ContentHash? entry = null) => new(id, entry);
}

/// <summary>A view needs something of another object that is not here (the object itself, or an entry of it).</summary>
/// <remarks>
/// Admission makes sure that what an admitted entry refers to is here, so this means that the copy of the other object was
/// lost or has not been loaded yet: load it and ask again.
/// </remarks>
public sealed class MissingDependencyException(Dependency missing) : InvalidOperationException($"object {missing.Object} is not here, or lacks an entry")
{
    /// <summary>What is missing.</summary>
    public Dependency Missing { get; } = missing;
}
