using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Node.Demo.Clusters;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Microsoft.Data.Sqlite;

namespace Hhs.Bench;

/// <summary>What a durable entry costs, by the number of entries that share a commit, beside what SQLite alone costs for the same bytes.</summary>
/// <remarks>
/// The raw figure is one table with a blob key and the same payloads and settings (WAL, synchronous=FULL), in the same run
/// on the same disk: the ratio says what the journal's own work (names, checksums, index) adds, whatever the machine. Where a PostgreSQL
/// server is installed, one is started on the same disk, with its own settings of durability, and asked over 127.0.0.1.
/// </remarks>
public static class JournalScenario
{
    /// <summary>Runs the scenario and prints one line per commit size.</summary>
    public static void Run(TextWriter to)
    {
        var directory = Directory.CreateTempSubdirectory("hhs-bench-journal-");
        using var server = PostgresServer.Missing is null ? PostgresServer.Start() : null;
        if (server is null) to.WriteLine($"no PostgreSQL figures: {PostgresServer.Missing}");
        try
        {
            Measure(1000, 20_000, directory.FullName);   // warm-up: compile the paths
            MeasurePostgres(server, 1000, 20_000);
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"one flush to this disk: {FlushMicroseconds(directory.FullName):F0} us"));
            to.WriteLine("entries/commit   journal entries/s   raw SQLite entries/s   ratio   PostgreSQL journal entries/s");
            foreach (var (perCommit, entries) in new[] { (1, 2_000), (10, 20_000), (100, 100_000), (1000, 200_000) })
            {
                var (journal, raw) = Measure(perCommit, entries, directory.FullName);
                to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{perCommit,14}   {journal,17:F0}   {raw,20:F0}   {journal / raw,5:F2}   {MeasurePostgres(server, perCommit, entries),28:F0}"));
            }
            using (var journal = SqliteJournal.Open(Path.Combine(directory.FullName, "journal-1000.db"))) WriteReopening("SQLite", journal);
            if (server is null) return;
            using (var journal = PostgresJournal.Open(new() { ConnectionString = server.ConnectionString, Schema = "bench" })) WriteReopening("PostgreSQL", journal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        void WriteReopening(string store, IJournal journal)
        {
            var (index, verified) = Reopen(journal);
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{store}: reopening reads {index:F0} index records/s; full verification {verified:F0} entries/s"));
        }
    }

    private static (double Journal, double Raw) Measure(int perCommit, int count, string directory)
    {
        var entries = Chain(count);
        var objectId = entries[0].Entry;
        var groups = entries.Chunk(perCommit).ToArray();

        var clock = new Stopwatch();
        string path = Path.Combine(directory, $"journal-{perCommit}.db");
        File.Delete(path);
        using (var journal = SqliteJournal.Open(path))
        {
            clock.Start();
            foreach (var group in groups) journal.Append([new(objectId, group)]);
            clock.Stop();
        }
        double journalRate = count / clock.Elapsed.TotalSeconds;

        using var connection = new SqliteConnection($"Data Source={Path.Combine(directory, $"raw-{Guid.NewGuid():N}.db")};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -32768");
        Execute(connection, "CREATE TABLE record (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, body BLOB NOT NULL)");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO record (hash, body) VALUES ($hash, $body)";
        var hash = insert.Parameters.Add("$hash", SqliteType.Blob);
        var body = insert.Parameters.Add("$body", SqliteType.Blob);
        insert.Prepare();
        clock.Restart();
        foreach (var group in groups)
        {
            using var transaction = connection.BeginTransaction();
            insert.Transaction = transaction;
            foreach (var entry in group)
            {
                hash.Value = entry.Entry.ToBytes();
                body.Value = entry.Payload.ToArray();
                insert.ExecuteNonQuery();
            }
            transaction.Commit();
        }
        return (journalRate, count / clock.Elapsed.TotalSeconds);
    }

    private static double MeasurePostgres(PostgresServer? server, int perCommit, int count)
    {
        if (server is null) return double.NaN;
        var entries = Chain(count);
        server.Sql("DROP SCHEMA IF EXISTS bench CASCADE");
        using var journal = PostgresJournal.Open(new() { ConnectionString = server.ConnectionString, Schema = "bench" });
        var epoch = journal.Acquire(entries[0].Entry);
        var clock = Stopwatch.StartNew();
        foreach (var group in entries.Chunk(perCommit)) journal.Append([new(entries[0].Entry, group, epoch)]);
        return count / clock.Elapsed.TotalSeconds;
    }

    private static (double Index, double Verified) Reopen(IJournal journal)
    {
        var objectId = journal.Objects[0].ObjectId;
        var clock = Stopwatch.StartNew();
        int records = journal.ReadIndex(objectId).Count();
        double index = records / clock.Elapsed.TotalSeconds;
        clock.Restart();
        return (index, journal.VerifyAll().Entries / clock.Elapsed.TotalSeconds);
    }

    private static double FlushMicroseconds(string directory)
    {
        using var file = File.Create(Path.Combine(directory, "flush"));
        var block = new byte[4096];
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < FlushSamples; i++)
        {
            file.Write(block);
            file.Flush(flushToDisk: true);
        }
        return clock.Elapsed.TotalMicroseconds / FlushSamples;
    }

    internal static List<JournalEntry> Chain(int count, string of = "")
    {
        var entries = new List<JournalEntry>(count);
        var position = Position.Empty;
        for (int i = 0; i < count; i++)
        {
            Literal payload = Literal.Map.Of(("action", "add"), ("seq", (double)i), ("text", $"a short message, as people write them{of}"));
            var header = new Header(CanonicalJson.Hash(payload), position);
            entries.Add(new(header, JsonText.Write(payload), Encoding.UTF8.GetBytes("elmts")));
            position = [header.Hash];
        }
        return entries;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private const int FlushSamples = 200;
}
