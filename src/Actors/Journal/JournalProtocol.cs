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

    /// <summary>Published on the event stream when the store has failed: from now on every write is refused.</summary>
    public sealed record JournalFailed(JournalFault Fault, string Reason);
}
