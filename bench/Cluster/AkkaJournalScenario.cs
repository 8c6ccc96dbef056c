using System.Diagnostics;
using System.Globalization;
using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Node.Demo.Clusters;

namespace Hhs.Bench.Cluster;

/// <summary>The journal in Akka.Persistence beside ours, on the same databases in one run: entries a second, and what acquiring objects takes.</summary>
internal static class AkkaJournalScenario
{
    public static void Run(TextWriter output)
    {
        string folder = Directory.CreateTempSubdirectory("hhs-bench-akka-").FullName;
        using var server = PostgresServer.Missing is null ? PostgresServer.Start() : null;
        try
        {
            (string Name, IJournal Journal)[] journals =
            [
                ("SQLite", SqliteJournal.Open(Path.Combine(folder, "store.db"))), ("Akka on SQLite", Akka($"Data Source={Path.Combine(folder, "akka.db")}", "SQLite.MS")),
                .. server is null ? [] : new (string, IJournal)[]
                {
                    ("PostgreSQL", PostgresJournal.Open(new() { ConnectionString = server.ConnectionString, Schema = "bench" })),
                    ("Akka on PostgreSQL", Akka(server.ConnectionString + ";Maximum Pool Size=5", "PostgreSQL.15")),
                },
            ];
            if (server is null) output.WriteLine($"no PostgreSQL figures: {PostgresServer.Missing}");
            foreach (int together in new[] { 1, 1000 })
            {
                foreach (var (name, journal) in journals)
                {
                    Rate(journal, together, Rounds);   // code is compiled, tables are warm
                    double[] rates = [.. Enumerable.Range(0, Rounds).Select(round => Rate(journal, together, round)).Order()];
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{together,5} a commit  {name,-20} {rates[Rounds / 2],9:F0} entries/s (median of {Rounds}; {rates[0]:F0} to {rates[^1]:F0})"));
                }
            }
            foreach (var (name, journal) in journals)
            {
                var ids = Enumerable.Range(0, 100).Select(i => JournalScenario.Chain(1, $"acquired {i}")[0].Entry).ToArray();
                var clock = Stopwatch.StartNew();
                foreach (var id in ids) journal.Acquire(id);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"100 acquired    {name,-20} {clock.Elapsed.TotalMilliseconds,9:F0} ms"));
            }
            foreach (var (_, journal) in journals) journal.Dispose();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Rate(IJournal journal, int together, int round)
    {
        var entries = JournalScenario.Chain(together == 1 ? 200 : 20_000, $"{together} {round}");
        var epoch = journal.Acquire(entries[0].Entry);
        var clock = Stopwatch.StartNew();
        foreach (var group in entries.Chunk(together)) journal.Append([new(entries[0].Entry, group, epoch)]);
        return entries.Count / clock.Elapsed.TotalSeconds;
    }

    private static IJournal Akka(string connection, string provider) => JournalStore.Open(new()
    {
        Provider = JournalProvider.AkkaPersistence,
        AkkaPersistence = new AkkaPersistenceSettings().In(ConfigurationFactory.ParseString(
            $$"""
            akka.persistence.journal.sql { connection-string = "{{connection}}", provider-name = "{{provider}}" }
            """)),
    }, directory: null);

    private const int Rounds = 3;
}
