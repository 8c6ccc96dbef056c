using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Journal;

/// <summary>One verified entry, as it is handed to the store.</summary>
/// <param name="Header">Name, payload hash and predecessors; a header computes its own name, so the three agree.</param>
/// <param name="Payload">The payload's JSON text in UTF-8.</param>
/// <param name="Tags">Index keys that the object derived, in its own encoding; opaque here, may be empty.</param>
public sealed record JournalEntry(Header Header, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Tags)
{
    /// <summary>The entry's name.</summary>
    public ContentHash Entry => Header.Hash;

    /// <summary>What a record costs beside its texts: hashes, numbers, checksums and their place in indexes, about.</summary>
    internal const int OverheadBytes = 256;
}

/// <summary>Entries of one object, predecessors before what builds on them.</summary>
/// <param name="ObjectId">The object.</param>
/// <param name="Entries">Its entries.</param>
/// <param name="Epoch">What <see cref="IJournal.Acquire"/> gave to who writes this.</param>
public sealed record ObjectBatch(ContentHash ObjectId, IReadOnlyList<JournalEntry> Entries, Epoch Epoch = default);

/// <summary>What reopening an object needs of an entry: everything but the payload.</summary>
public sealed record IndexedEntry(Header Header, ReadOnlyMemory<byte> Tags);

/// <summary>An object in the store.</summary>
/// <param name="ObjectId">The object.</param>
/// <param name="EntryCount">The number of its usable entries.</param>
/// <param name="Frontier">Those of them that no other builds on; null where they are more than the store keeps (64), or cannot be read.</param>
public sealed record ObjectSummary(ContentHash ObjectId, long EntryCount, Position? Frontier);

/// <summary>An object and its number in the store.</summary>
public readonly record struct NumberedObject(long Number, ContentHash ObjectId);

/// <summary>A record that is no longer used.</summary>
/// <param name="ObjectId">The object that it belongs to.</param>
/// <param name="Entry">The name it was stored under; null where records are missing and their names are not known.</param>
/// <param name="Reason">One sentence that says what was found.</param>
public sealed record QuarantinedRecord(ContentHash ObjectId, ContentHash? Entry, string Reason);

/// <summary>What opening a store met.</summary>
/// <param name="SchemaVersion">The version that the store has now.</param>
/// <param name="MigratedFrom">The older version that it had, if it was migrated; 0 for a new store.</param>
/// <param name="Quarantined">Records in quarantine at that moment.</param>
public sealed record JournalOpening(int SchemaVersion, int? MigratedFrom, IReadOnlyList<QuarantinedRecord> Quarantined);

/// <summary>What a full verification met.</summary>
/// <param name="Entries">Intact entries.</param>
/// <param name="PayloadBytes">Payload bytes read.</param>
/// <param name="NewlyQuarantined">What this run moved to quarantine.</param>
public sealed record JournalVerification(long Entries, long PayloadBytes, IReadOnlyList<QuarantinedRecord> NewlyQuarantined);
