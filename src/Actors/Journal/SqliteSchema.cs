namespace Hhs.Actors.Journal;

/// <summary>The tables of a SQLite journal, version by version.</summary>
/// <remarks>
/// A record's place is its object's small number in the upper half and its arrival number in the lower: one integer key, so
/// an object's records lie together in arrival order, appending to one object is sequential, and the payloads, in a table
/// of their own under the same key, are not paged through by who reads the index.
/// </remarks>
internal static class SqliteSchema
{
    /// <summary>What each version adds to the one before; the version is the number of steps taken.</summary>
    internal static readonly string[] Steps =
    [
        """
        CREATE TABLE object (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, entries INTEGER NOT NULL, next INTEGER NOT NULL);
        CREATE TABLE entry (place INTEGER PRIMARY KEY, hash BLOB NOT NULL, payload_hash BLOB NOT NULL, prev BLOB NOT NULL,
            tags BLOB NOT NULL, checksum INTEGER NOT NULL);
        CREATE TABLE entry_name (object INTEGER NOT NULL, prefix INTEGER NOT NULL, place INTEGER NOT NULL,
            PRIMARY KEY (object, prefix, place)) WITHOUT ROWID;
        CREATE TABLE payload (place INTEGER PRIMARY KEY, body BLOB NOT NULL, checksum INTEGER NOT NULL);
        """,
        """
        CREATE TABLE quarantine (id INTEGER PRIMARY KEY, object BLOB NOT NULL, entry BLOB, reason TEXT NOT NULL,
            payload_hash BLOB, prev BLOB, tags BLOB, body BLOB);
        CREATE INDEX quarantine_entry ON quarantine (object, entry);
        CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        """,
        "ALTER TABLE object ADD COLUMN frontier BLOB",   // computed at opening where it is null
        "ALTER TABLE object ADD COLUMN bytes INTEGER",   // counted at opening where it is null
    ];

    /// <summary>The version that this release writes.</summary>
    internal static int Version => Steps.Length;

    /// <summary>Refuses what is not ours before anything is written to it, then takes the missing steps.</summary>
    /// <returns>The version found, if it was not the present one.</returns>
    internal static int? Migrate(SqliteSession session, string path)
    {
        long owner = session.Number("PRAGMA application_id"), found = session.Number("PRAGMA user_version");
        bool empty = session.Number("SELECT COUNT(*) FROM sqlite_master") == 0;
        if (owner != ApplicationId && !(owner == 0 && empty)) throw JournalFaults.Of(JournalFault.ForeignSchema, path, "a database that is no journal of ours");
        if (found > Version) throw JournalFaults.Of(JournalFault.NewerSchema, path, $"schema version {found}, this release knows up to {Version}");
        if (found < 0 || (found == 0) != empty) throw JournalFaults.Of(JournalFault.Corrupt, path, $"schema version {found} does not go with its tables");
        if (found == Version) return null;
        session.Transact(() =>
        {
            for (int version = (int)found; version < Version; version++) session.Execute(Steps[version]);
            session.Execute($"PRAGMA application_id = {ApplicationId}");
            session.Execute($"PRAGMA user_version = {Version}");
        });
        return (int)found;
    }

    /// <summary>"hhsj", which tools such as file(1) can tell.</summary>
    internal const int ApplicationId = 0x6868736a;
}
