using System.Text;
using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

// Appends to a journal until it is killed, and says which entries were acknowledged: one line "<object> <entry>" each,
// after a line "ready". A store is a file, or a connection string and a schema. Each start continues where the journal says that it ended.
using IJournal journal = args is [_, var schema] ? PostgresJournal.Open(new() { ConnectionString = args[0], Schema = schema }) : SqliteJournal.Open(args[0]);
int round = 0;
var objects = Enumerable.Range(0, 3).Select(i => ContentHash.Of(Encoding.UTF8.GetBytes($"object {i}"))).ToArray();
var epochs = objects.Select(journal.Acquire).ToArray();
var last = objects.Select(o => journal.ReadIndex(o).LastOrDefault()?.Header.Hash).ToArray();
long total = journal.Objects.Sum(o => o.EntryCount);
Console.WriteLine("ready");
while (true)
{
    var batches = new List<ObjectBatch>();
    for (int i = 0; i < objects.Length; i++)
    {
        var entries = new List<JournalEntry>();
        for (int k = 0; k < 1 + (round % 5); k++)
        {
            Literal payload = Literal.Map.Of(("n", (double)total++), ("text", new string('x', round * 37 % 3000)));
            var header = new Header(CanonicalJson.Hash(payload), last[i] is { } prev ? [prev] : Position.Empty);
            entries.Add(new(header, JsonText.Write(payload), new byte[] { 1, 2, 3 }));
            last[i] = header.Hash;
        }
        batches.Add(new(objects[i], entries, epochs[i]));
    }
    journal.Append(batches);
    round++;
    foreach (var batch in batches)
    {
        foreach (var entry in batch.Entries) Console.WriteLine($"{batch.ObjectId} {entry.Entry}");
    }
    Console.Out.Flush();
}
