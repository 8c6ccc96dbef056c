namespace Hhs.Actors.Journal;

/// <summary>What kind of failure a store reports.</summary>
public enum JournalFault
{
    /// <summary>The file is a database whose pages do not fit together: truncated, or overwritten.</summary>
    Corrupt,
    /// <summary>One record fails its checks; it is in quarantine now.</summary>
    DamagedRecord,
    /// <summary>Somebody else has acquired the object since: nothing was stored. Acquire it anew and read it again, or leave it to them. The store is well.</summary>
    Fenced,
    /// <summary>The disk or the store's size limit is full.</summary>
    Full,
    /// <summary>A database, but of another program.</summary>
    ForeignSchema,
    /// <summary>Reading or writing failed below the database.</summary>
    InputOutput,
    /// <summary>Another process, or another part of this one, has the store open.</summary>
    Locked,
    /// <summary>An entry names a predecessor that the store does not have: the caller's mistake, the store is well.</summary>
    MissingPredecessor,
    /// <summary>The store was written by a newer release.</summary>
    NewerSchema,
    /// <summary>The file is no database at all.</summary>
    NotADatabase,
    /// <summary>More is waiting to be written than the settings allow; it can be tried again.</summary>
    Overloaded,
    /// <summary>The directory or file cannot be written.</summary>
    Unwritable,
}

/// <summary>A store's failure; the message says what to do about it.</summary>
public sealed class JournalException(JournalFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of failure it is.</summary>
    public JournalFault Fault { get; } = fault;
}
