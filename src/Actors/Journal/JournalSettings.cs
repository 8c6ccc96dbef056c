using Akka.Configuration;
using Hhs.Actors.Settings;

namespace Hhs.Actors.Journal;

/// <summary>Bounds of the group commit. HOCON: <c>hhs.journal</c>, where each key is explained.</summary>
public sealed record JournalSettings
{
    /// <summary>Most entries in one commit; what is beyond waits for the next.</summary>
    public int CommitEntriesMax { get; init; } = 4096;

    /// <summary>Most bytes in one commit; a single batch may be larger, and then has a commit of its own.</summary>
    public long CommitBytesMax { get; init; } = 8 << 20;

    /// <summary>Most bytes waiting for a commit; an append beyond it is refused at once as <see cref="JournalFault.Overloaded"/>.</summary>
    public long PendingBytesMax { get; init; } = 64 << 20;

    /// <summary>Reads the section <c>hhs.journal</c> of a configuration that has <c>reference.conf</c> below it.</summary>
    /// <exception cref="ConfigurationException">A bound makes no sense; the message names the key.</exception>
    public static JournalSettings FromConfig(Config config)
    {
        var read = new ConfigReader(config);
        return new()
        {
            CommitEntriesMax = read.Count("hhs.journal.commit-entries-max"),
            CommitBytesMax = read.Bytes("hhs.journal.commit-bytes-max"),
            PendingBytesMax = read.Bytes("hhs.journal.pending-bytes-max"),
        };
    }
}
