using System.Diagnostics;
using Hhs.Actors.Journal;
using Hhs.Actors.Tests.Journal.Postgres;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Cluster.Tests.Journal;

/// <summary>Not a test: prints how fast journals are, side by side. Run with <c>-explicit only</c>.</summary>
[Collection(PostgresCollection.Name)]
public sealed class JournalSpeed(SharedPostgres shared)
{
    [Fact(Explicit = true)]
    public void Entries_a_second_of_each_journal()
    {
        string folder = Directory.CreateTempSubdirectory("hhs-speed-").FullName;
        using var sqlite = new AkkaSqlite();
        using var postgres = new AkkaPostgres(shared);
        (string Name, IJournal Journal)[] journals =
        [
            ("SQLite", SqliteJournal.Open(Path.Combine(folder, "store.db"))), ("Akka on SQLite", sqlite.Open()),
            ("PostgreSQL", shared.Open(SharedPostgres.NewSchema())), ("Akka on PostgreSQL", postgres.Open()),
        ];
        foreach (int together in new[] { 1, 1000 })
        {
            var rates = journals.ToDictionary(j => j.Name, _ => new List<double>());
            for (int round = 0; round < 4; round++)
            {
                foreach (var (name, journal) in journals)
                {
                    var id = ObjectId((together * 10) + round);
                    var entries = Chain(together == 1 ? 100 : 10_000);
                    journal.Acquire(id);
                    _ = journal.Names(id);
                    var watch = Stopwatch.StartNew();
                    foreach (var part in entries.Chunk(together)) journal.Append(id, part);
                    if (round > 0) rates[name].Add(entries.Count / watch.Elapsed.TotalSeconds);
                }
            }
            foreach (var (name, _) in journals) Console.WriteLine($"{together,5} a commit, {name,-20} {rates[name].Max(),9:F0} entries/s at best, {rates[name].Order().ElementAt(1),9:F0} median");
        }
        foreach (var (name, journal) in journals)
        {
            var watch = Stopwatch.StartNew();
            int count = journal.Names(ObjectId(10_001)).Length;
            Console.WriteLine($"index of {count}: {name,-20} {watch.ElapsedMilliseconds} ms");
            watch.Restart();
            for (int i = 0; i < 100; i++) journal.Acquire(ObjectId(50_000 + i));
            Console.WriteLine($"100 acquired: {name,-20} {watch.ElapsedMilliseconds} ms");
            journal.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }
}
