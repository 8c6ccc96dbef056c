using Npgsql;

namespace Hhs.Actors.Journal.Postgres;

/// <summary>The tables of a PostgreSQL journal, version by version, in a schema of their own.</summary>
/// <remarks>
/// Places are those of the SQLite journal: an object's number in the upper half, the arrival number in the lower. The row in
/// <c>object</c> is the fence: who writes locks it and compares epoch and arrival number, who acquires locks it and changes the
/// epoch, so the two are in order whatever the network does.
/// </remarks>
internal static class PostgresSchema
{
    /// <summary>What each version adds to the one before; the version is the number of steps taken.</summary>
    private static readonly string[] Steps =
    [
        $"""
        CREATE SEQUENCE object_number;
        CREATE SEQUENCE epoch;
        CREATE TABLE object (id bigint PRIMARY KEY, hash bytea NOT NULL UNIQUE, epoch bigint NOT NULL, holder text NOT NULL,
            acquired timestamptz NOT NULL DEFAULT now(), entries bigint NOT NULL DEFAULT 0, next bigint NOT NULL DEFAULT 0,
            frontier bytea NOT NULL, bytes bigint NOT NULL DEFAULT 0) WITH (fillfactor = 50);
        CREATE TABLE entry (place bigint PRIMARY KEY, hash bytea NOT NULL, payload_hash bytea NOT NULL, prev bytea NOT NULL,
            tags bytea NOT NULL, checksum bigint NOT NULL);
        CREATE UNIQUE INDEX entry_name ON entry ((place >> 32), hash);
        CREATE TABLE payload (place bigint PRIMARY KEY, body bytea NOT NULL, checksum bigint NOT NULL);
        CREATE TABLE quarantine (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, object bytea NOT NULL, entry bytea, reason text NOT NULL,
            payload_hash bytea, prev bytea, tags bytea, body bytea);
        CREATE INDEX quarantine_entry ON quarantine (object, entry);
        CREATE TABLE setting (name text COLLATE "C" PRIMARY KEY, value bytea NOT NULL);
        CREATE FUNCTION fence(ids bigint[], epochs bigint[], nexts bigint[]) RETURNS void LANGUAGE plpgsql AS $fence$
        BEGIN
            PERFORM FROM object WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
            IF EXISTS (SELECT FROM unnest(ids, epochs, nexts) AS w (id, epoch, next) LEFT JOIN object o ON o.id = w.id
                       WHERE o.epoch IS DISTINCT FROM w.epoch OR o.next IS DISTINCT FROM w.next) THEN
                RAISE EXCEPTION 'another writer has acquired an object of this batch' USING ERRCODE = '{PostgresFaults.FencedState}';
            END IF;
        END $fence$;
        """,
    ];

    /// <summary>The version that this release writes.</summary>
    internal static int Version => Steps.Length;

    /// <summary>Refuses what is not ours before anything is written to it, then takes the missing steps. The connection's search path is the schema.</summary>
    /// <returns>The version found, if it was not the present one.</returns>
    internal static int? Migrate(NpgsqlConnection connection, string schema, string store)
    {
        using var transaction = connection.BeginTransaction();
        // Nodes that start at the same time wait for one another here.
        Execute(connection, $"SELECT pg_advisory_xact_lock(hashtextextended('hhs-journal {schema}', 0))");
        if (Number(connection, $"SELECT count(*) FROM pg_namespace WHERE nspname = '{schema}'") == 0) Execute(connection, $"CREATE SCHEMA {schema}");
        bool ours = Number(connection, $"SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}' AND tablename = 'hhs_journal'") > 0;
        if (!ours && Number(connection, $"SELECT count(*) FROM pg_class WHERE relnamespace = '{schema}'::regnamespace") > 0)
            throw PostgresFaults.Of(JournalFault.ForeignSchema, store, "the schema holds tables that are no journal of ours");
        if (!ours) Execute(connection, "CREATE TABLE hhs_journal (version int NOT NULL); INSERT INTO hhs_journal VALUES (0)");
        long found = Number(connection, "SELECT max(version) FROM hhs_journal");
        if (found > Version) throw PostgresFaults.Of(JournalFault.NewerSchema, store, $"schema version {found}, this release knows up to {Version}");
        if (found == Version) return null;
        for (long version = found; version < Version; version++) Execute(connection, Steps[version]);
        Execute(connection, $"UPDATE hhs_journal SET version = {Version}");
        transaction.Commit();
        return (int)found;
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static long Number(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar() is { } value and not DBNull ? Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture) : 0;
    }
}
