namespace Hhs.Actors.Journal;

/// <summary>Bounds of the group commit. HOCON: <c>hhs.journal</c>.</summary>
public sealed record JournalSettings
{
    /// <summary>Most entries in one commit; what is beyond waits for the next.</summary>
    public int CommitEntriesMax { get; init; } = 4096;

    /// <summary>Most payload bytes in one commit; a single batch may be larger, and then has a commit of its own.</summary>
    public long CommitBytesMax { get; init; } = 8 << 20;

    /// <summary>Most payload bytes waiting for a commit; an append beyond it is refused at once.</summary>
    public long PendingBytesMax { get; init; } = 256 << 20;
}
