using Hhs.Actors.Journal;
using Hhs.Actors.Sleepers;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Objects;

/// <summary>What is said to and by the registry of objects.</summary>
public static class ObjectsProtocol
{
    /// <summary>Make an object of this create payload. Answered by <see cref="ObjectProtocol.Applied"/> with the object's id, or <see cref="ObjectProtocol.Refused"/>.</summary>
    public sealed record Create(Model.Json.Literal.Map Payload);

    /// <summary>Have the object here: from the store, or fetched from peers. Answered by <see cref="ObjectProtocol.Status"/> or <see cref="ObjectProtocol.Refused"/>.</summary>
    public sealed record Open(ContentHash Id);

    /// <summary>An object observes this one: it is to be here, and the sender told of its growth.</summary>
    /// <param name="Id">The object observed.</param>
    /// <param name="By">The object that observes it; null for who may have anything fetched.</param>
    internal sealed record Follow(ContentHash Id, ContentHash? By = null);

    /// <summary>Stop the object and forget all that is stored of it. Answered by <see cref="Dropped"/> or <see cref="DropFailed"/>.</summary>
    internal sealed record Drop(ContentHash Id);

    /// <summary>The object is gone from the store.</summary>
    internal sealed record Dropped(ContentHash Id);

    /// <summary>The object is still in the store.</summary>
    internal sealed record DropFailed(ContentHash Id, string Why);

    /// <summary>The object is this node's from now on. Said to a registry that shares its store with others. Answered by <see cref="Acquired"/>, and later perhaps by <see cref="Lost"/>.</summary>
    internal sealed record Acquire(ContentHash Id);

    /// <summary>The registry takes what is for the object.</summary>
    internal sealed record Acquired(ContentHash Id);

    /// <summary>The object has another writer: it has stopped here, and whoever places objects is to place it anew.</summary>
    internal sealed record Lost(ContentHash Id);

    /// <summary>To who has acquired the object: it has slept for long, or is not there, and nobody takes part in it. It may be released.</summary>
    internal sealed record Unused(ContentHash Id);

    /// <summary>The object is to be another node's: stop it, with all that it has admitted stored. Answered by <see cref="Released"/>.</summary>
    internal sealed record Release(ContentHash Id);

    /// <summary>Nothing of the object is here any more, and nothing of it is under way to the store.</summary>
    internal sealed record Released(ContentHash Id);

    /// <summary>A message of <see cref="ObjectProtocol"/> for an object that is here, asleep or not; the object answers.</summary>
    public sealed record ToObject(ContentHash Id, object Message);

    /// <summary>What is stored here. Answered by <see cref="Objects"/>.</summary>
    public sealed record GetObjects
    {
        /// <summary>The only instance.</summary>
        public static readonly GetObjects Instance = new();
    }

    /// <summary>Ids and entry counts, in ordinal order of the ids.</summary>
    public sealed record Objects(IReadOnlyList<(ContentHash Id, long Entries)> Stored);

    /// <summary>From the sleepers: a peer needs the object, or has news for it.</summary>
    internal sealed record Wake(ContentHash Id, WakeCause Cause);

    /// <summary>From an object that was asked to sleep: it is about to stop, and this is how it stands.</summary>
    internal sealed record FellAsleep(ObjectSummary Summary);

    /// <summary>From an object of which nothing is known, and nobody had it: let it end.</summary>
    internal sealed record GaveUp(ContentHash Id);

    /// <summary>From an object that was asked to sleep, or to end: it does not.</summary>
    internal sealed record StaysAwake(ContentHash Id);
}
