using Hhs.Model.Hashing;

namespace Hhs.Actors.Journal;

/// <summary>Durable store of the verified operations of many objects.</summary>
/// <remarks>
/// Synchronous: a caller that must not block puts it behind <see cref="JournalActor"/>. Safe for use from several threads;
/// appends wait for one another, reads run beside them. A store that several processes share lets one writer at a time have an object: see <see cref="Acquire"/>. Whatever is stored was verified before; what the store gives back
/// is checked again, because disks forget: a damaged record is moved to quarantine with all that depends on it, and the
/// rest stays usable.
/// Errors: <see cref="JournalException"/> from every member that touches the store.
/// </remarks>
public interface IJournal : IDisposable
{
    /// <summary>What opening the store met.</summary>
    JournalOpening Opening { get; }

    /// <summary>All objects that were ever appended to, in the order in which they came. Costs no counting.</summary>
    /// <remarks>A frontier is of the last commit, since each commit writes it with the entries. One that was damaged is computed anew.</remarks>
    IReadOnlyList<ObjectSummary> Objects { get; }

    /// <summary>Those of <see cref="Objects"/> with usable entries that have this number or a higher one, in the order of their numbers; costs what they are.</summary>
    /// <remarks>
    /// An object is given a number above all others when it is acquired or appended to for the first time, and keeps it. One that was acquired
    /// long before its first entry comes late in time, and low in number.
    /// </remarks>
    IReadOnlyList<NumberedObject> ObjectsFrom(long number);

    /// <summary>Whether the store has the entry, as far as can be told without reading it.</summary>
    bool Contains(ContentHash objectId, ContentHash entry);

    /// <summary>Makes the caller the only writer of an object: whoever was before can append to it no more, whatever is still under way.</summary>
    /// <returns>What its batches carry from now on. Of a store that one process holds alone, <see cref="Epoch.OfTheProcess"/>: there the lock on the store fences.</returns>
    /// <remarks>
    /// Durable when the call returns. What is read of the object after that stays true until its caller writes, or until somebody else
    /// acquires the object, which the next append tells as <see cref="JournalFault.Fenced"/>. An object that is not here can be acquired.
    /// </remarks>
    Epoch Acquire(ContentHash objectId) => Epoch.OfTheProcess;

    /// <summary>Stores entries of many objects, in order, as one atomic commit that is durable when the call returns.</summary>
    /// <remarks>
    /// An entry that is there already is skipped. An entry's predecessors must be in the store or earlier in the same call,
    /// else <see cref="JournalFault.MissingPredecessor"/>. A batch whose epoch is not the object's latest is
    /// <see cref="JournalFault.Fenced"/>. On any exception nothing of the call is stored.
    /// </remarks>
    void Append(IReadOnlyList<ObjectBatch> batches);

    /// <summary>The headers and tags of one object in arrival order, which is a topological order. Reads no payload.</summary>
    /// <remarks>Empty for an unknown object. Damaged records are left out, and are in quarantine once the enumeration has ended.</remarks>
    IEnumerable<IndexedEntry> ReadIndex(ContentHash objectId);

    /// <summary>The payload's JSON text as it was appended; false if the store does not have the entry.</summary>
    /// <remarks>
    /// A payload that fails its checksum is quarantined and reported as <see cref="JournalFault.DamagedRecord"/>: what holds
    /// the object's graph in memory must then read the index anew.
    /// </remarks>
    bool TryReadPayload(ContentHash objectId, ContentHash entry, out ReadOnlyMemory<byte> payload);

    /// <summary>Bytes that an object takes: its payloads and index records, and 256 more a record. 0 for one that is not here. Costs no counting.</summary>
    long BytesOf(ContentHash objectId);

    /// <summary>Forgets an object with all its entries and what is in quarantine of it, as one commit that is durable when the call returns.</summary>
    /// <remarks>Its space is used again. It can be appended to again, from its first entry on. An unknown object is no error; one that
    /// another writer has acquired from this one is <see cref="JournalFault.Fenced"/>.</remarks>
    void Drop(ContentHash objectId);

    /// <summary>Re-reads every record, payloads included, parses each payload and compares its hash; quarantines what is damaged.</summary>
    /// <param name="progress">Told the number of records read so far, after each thousand and at the end.</param>
    JournalVerification VerifyAll(IProgress<long>? progress = null);

    /// <summary>Records that were found damaged, or that depend on such, and that nobody has supplied again since.</summary>
    IReadOnlyList<QuarantinedRecord> Quarantine { get; }

    /// <summary>Empties the quarantine, once a person has looked at it.</summary>
    void ForgetQuarantine();

    /// <summary>Reads a small setting of the node, such as an object's local name.</summary>
    bool TryGetSetting(string name, out ReadOnlyMemory<byte> value);

    /// <summary>Writes a setting durably; null removes it.</summary>
    void PutSetting(string name, ReadOnlyMemory<byte>? value);

    /// <summary>The settings whose names start with a prefix, in ordinal order of their names.</summary>
    IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Settings(string prefix);
}
