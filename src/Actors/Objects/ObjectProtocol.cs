using Akka.Actor;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Protocols;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Objects;

/// <summary>A local operation that is yet to be built on the object's present state. Immutable.</summary>
public interface IObjectCommand
{
    /// <summary>The operation's payload, signed where the object asks for it; null and the reason where it makes no sense for this object.</summary>
    Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why);

    /// <summary>More about a refusal, as an immutable value: asked at the version at which the operation was refused. Null for nothing.</summary>
    object? Explain(ReplicatedObject target, DagVersion at, SecretKey author) => null;
}

/// <summary>A question about an object's state at a version. Immutable.</summary>
public interface IObjectQuery
{
    /// <summary>The answer: an immutable value.</summary>
    object Answer(ReplicatedObject target, DagVersion at);
}

/// <summary>What a subscriber wants to hear of each change. Immutable.</summary>
public interface IObjectDelta
{
    /// <summary>What changed between two versions, as an immutable value; null for nothing.</summary>
    object? Between(ReplicatedObject target, DagVersion before, DagVersion after);
}

/// <summary>What is said to and by an object.</summary>
public static class ObjectProtocol
{
    /// <summary>Write. Answered by <see cref="Applied"/> once it is durable, or by <see cref="Refused"/>.</summary>
    public sealed record Apply(IObjectCommand Command);

    /// <summary>The write is durable as this entry.</summary>
    public sealed record Applied(ContentHash Entry);

    /// <summary>Nothing was written, or nothing is known of the object.</summary>
    public sealed record Refused(Reject Why)
    {
        /// <summary>What the command has to say about it, see <see cref="IObjectCommand.Explain"/>.</summary>
        public object? More { get; init; }
    }

    /// <summary>Read, at the durable frontier or at a version of the past. Answered by <see cref="Answered"/> or <see cref="Refused"/>.</summary>
    /// <param name="Query">What is asked.</param>
    /// <param name="At">Durable entries whose history is looked at; null for all that is durable.</param>
    public sealed record Ask(IObjectQuery Query, Position? At = null);

    /// <summary>The answer to a question.</summary>
    public sealed record Answered(object Value);

    /// <summary>Have the object here, asking peers for it if need be. Answered by <see cref="Status"/> or <see cref="Refused"/>.</summary>
    internal sealed record Open
    {
        public static readonly Open Instance = new();
    }

    /// <summary>How the object stands. Answered by <see cref="Status"/>.</summary>
    public sealed record GetStatus
    {
        /// <summary>The only instance.</summary>
        public static readonly GetStatus Instance = new();
    }

    /// <summary>How an object stands: what is durable here.</summary>
    public sealed record Status(ContentHash Id, string TypeId, int Entries, Position Frontier);

    /// <summary>How far the object has come up with its connected peers. Answered by a <see cref="Hhs.Protocols.Sync.SyncProgress"/>.</summary>
    public sealed record GetProgress
    {
        /// <summary>The only instance.</summary>
        public static readonly GetProgress Instance = new();
    }

    /// <summary>The log's entries from a number on, in arrival order. Answered by <see cref="Log"/>.</summary>
    public sealed record GetLog(int From, int CountMax);

    /// <summary>Durable entries with their payloads.</summary>
    public sealed record Log(IReadOnlyList<Entry> Entries, int Total);

    /// <summary>Tell the sender of each change from now on, as <see cref="Changed"/>, until it stops. Answered by <see cref="Subscribed"/>.</summary>
    public sealed record Subscribe(IObjectDelta Delta);

    /// <summary>Changes after this frontier will be told.</summary>
    public sealed record Subscribed(Position Frontier);

    /// <summary>The object changed.</summary>
    public sealed record Changed(ContentHash Id, object Delta);

    /// <summary>Whether the sender of a message waits for an answer.</summary>
    internal static bool IsQuestion(object message) => message is Apply or Ask or GetLog or GetProgress or GetStatus or Open or Subscribe or ObjectActor.CreateWith;

    /// <summary>Tell the sender, another object, of all that becomes durable here, as <see cref="Grew"/>.</summary>
    internal sealed record Follow
    {
        public static readonly Follow Instance = new();
    }

    /// <summary>The sender begins anew and has forgotten who follows it.</summary>
    internal sealed record FollowLost
    {
        public static readonly FollowLost Instance = new();
    }

    /// <summary>The object has so many durable entries, the last of them these.</summary>
    internal sealed record Grew(ContentHash Id, int Count, IReadOnlyList<Journal.JournalEntry> Last);

    /// <summary>Entries from peers, in topological order. The gossip channel is answered with sync inputs.</summary>
    internal sealed record Offered(IReadOnlyList<Entry> Entries);

    /// <summary>What became of offered entries, and what else became durable.</summary>
    internal sealed record Judged(IReadOnlyList<ContentHash> Admitted, IReadOnlyList<(ContentHash Entry, Reject Why)> Refused, IReadOnlyList<ContentHash> Deferred);
}
