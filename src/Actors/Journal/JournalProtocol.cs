using Hhs.Model.Hashing;

namespace Hhs.Actors.Journal;

/// <summary>What is said to and by <see cref="JournalActor"/>.</summary>
public static class JournalProtocol
{
    /// <summary>Store these entries. Answered to the sender by <see cref="Appended"/> or <see cref="AppendFailed"/>, in the order sent.</summary>
    /// <param name="Batch">Entries of one object.</param>
    /// <param name="Tag">Comes back in the answer, unread.</param>
    public sealed record Append(ObjectBatch Batch, object Tag);

    /// <summary>The entries are durable.</summary>
    public sealed record Appended(object Tag);

    /// <summary>Nothing of the batch is stored.</summary>
    public sealed record AppendFailed(object Tag, JournalFault Fault, string Reason);

    /// <summary>Forget an object, after all that was accepted before. Answered by <see cref="Dropped"/> or <see cref="DropFailed"/>.</summary>
    public sealed record Drop(ContentHash ObjectId);

    /// <summary>The object is gone from the disk.</summary>
    public sealed record Dropped(ContentHash ObjectId);

    /// <summary>The object is still there.</summary>
    public sealed record DropFailed(ContentHash ObjectId, string Reason);

    /// <summary>Write all that was accepted before. Answered by <see cref="Drained"/>.</summary>
    internal sealed record Drain(ContentHash ObjectId);

    /// <summary>Nothing of the object that was sent before is under way any more: it is stored, or was refused.</summary>
    internal sealed record Drained(ContentHash ObjectId);

    /// <summary>Tell the sender, and nobody else, of all that objects grow by from now on, as <see cref="Grew"/>.</summary>
    internal sealed record Watch
    {
        public static readonly Watch Instance = new();
    }

    /// <summary>An object has grown, to so many bytes.</summary>
    internal sealed record Grew(ContentHash ObjectId, long Bytes);

    /// <summary>Published on the event stream when the store has failed: from now on every write is refused.</summary>
    public sealed record JournalFailed(JournalFault Fault, string Reason);
}
