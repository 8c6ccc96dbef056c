using System.Diagnostics;
using System.Globalization;
using Hhs.Actors.Journal;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Text;

namespace Hhs.Bench;

/// <summary>What the text type costs: a long editing session of single characters, loading it again, and edits of a large text.</summary>
/// <remarks>
/// The trace is generated, in the shape of the automerge-perf trace: about 260,000 edits of one character, 182,000 inserts and
/// 78,000 deletes, in typing runs with corrections by backspace and jumps of the cursor; each edit is an entry of its own.
/// No signatures and no journal: hashing, admission and the type only. Figures are comparable within a run.
/// </remarks>
public static class TextScenario
{
    /// <summary>Runs everything and prints a table.</summary>
    public static void Run(TextWriter to) => Run(to, TraceEdits);

    /// <summary>Writes the trace as a JSON array, for other implementations: an insert is [index, character], a delete [index].</summary>
    public static void WriteTrace(TextWriter to) =>
        to.Write($"[{string.Join(",\n", Trace(TraceEdits).Select(e => e.Inserted is { } unit ? $"[{e.Index},\"{unit}\"]" : $"[{e.Index}]"))}]");

    /// <summary>As <see cref="Run(TextWriter)"/>, with a trace of a given length.</summary>
    public static void Run(TextWriter to, int edits)
    {
        Play(Trace(2_000), new Store(), out _);   // the first run would measure the compiler
        var trace = Trace(edits);
        int inserts = trace.Count(e => e.Inserted is not null);
        Print($"generated trace: {edits} edits, {inserts} inserts, {edits - inserts} deletes");

        var store = new Store();
        var watch = Stopwatch.StartNew();
        var entries = Play(trace, store, out string final);
        Rate("typed: payload, hash, admit, apply, one by one", watch, edits);
        Print($"final text: {final.Length} characters");

        long before = GC.GetTotalMemory(forceFullCollection: true);
        watch.Restart();
        var replica = Replica.Empty(entries[0].Hash, store, TypeRegistry.BuiltIn);
        foreach (var entry in entries)
        {
            if (replica.Admit(entry) is not Judgement.Admitted) throw new InvalidOperationException("an entry of the trace was refused");
        }
        Rate("received: admit, all", watch, edits);
        long log = GC.GetTotalMemory(forceFullCollection: true) - before;
        watch.Restart();
        if (TextOf(replica) != final) throw new InvalidOperationException("the received text differs");
        Rate("received: apply and read, all at once", watch, edits);
        long state = GC.GetTotalMemory(forceFullCollection: true) - before - log;
        Print($"memory: log and tags {log >> 10} KiB, type {state >> 10} KiB ({(double)state / inserts:F1} bytes a character typed); payloads not counted");

        var index = Enumerable.Range(0, replica.Log.Count).Select(i => (replica.Log.HeaderOf(i), replica.Log.TagsOf(i))).ToList();
        watch.Restart();
        var loaded = Replica.Reopen(entries[0].Hash, index, store, TypeRegistry.BuiltIn);
        Rate("load: index", watch, edits);
        watch.Restart();
        if (TextOf(loaded) != final) throw new InvalidOperationException("the loaded text differs");
        Rate("load: text from payloads in memory", watch, edits);
        watch.Restart();
        var text = (ReplicatedText)loaded.Object!;
        string half = text.View(loaded.Log.VersionOf(edits / 2)).Text;
        Print($"time travel to the middle: {watch.Elapsed.TotalMilliseconds:F1} ms, {half.Length} characters");

        Stored(entries, final, Print);
        LargeText(Print);

        void Print(string line) => to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line}"));
        void Rate(string what, Stopwatch time, int count) => to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what,-52} {time.Elapsed.TotalMilliseconds,9:F0} ms {time.Elapsed.TotalMicroseconds / count,8:F2} us an edit {count / time.Elapsed.TotalSeconds,10:F0} edits/s"));
    }

    private static void Stored(List<Entry> entries, string final, Action<string> print)
    {
        var directory = Directory.CreateTempSubdirectory("hhs-bench-text-");
        try
        {
            string path = Path.Combine(directory.FullName, "journal.db");
            using (var journal = SqliteJournal.Open(path)) Histories.Store(entries, journal);
            long payloads = entries.Sum(e => (long)JsonText.Write(e.Payload).Length);
            print(string.Create(CultureInfo.InvariantCulture, $"stored: {new FileInfo(path).Length >> 10} KiB of SQLite, of which payloads {payloads >> 10} KiB"));
            var watch = Stopwatch.StartNew();
            using var stored = SqliteJournal.Open(path);
            var id = entries[0].Hash;
            var keys = new TagCode.KeyPool();
            var index = stored.ReadIndex(id).Select(e => (e.Header, TagCode.TryDecode(e.Tags.Span, keys, out var tags) ? (IReadOnlyList<Tag>)tags : throw new InvalidDataException()));
            var loaded = Replica.Reopen(id, index, new JournalPayloads(id, stored), TypeRegistry.BuiltIn);
            var indexed = watch.Elapsed;
            if (TextOf(loaded) != final) throw new InvalidOperationException("the stored text differs");
            print(string.Create(CultureInfo.InvariantCulture, $"load from SQLite: {watch.Elapsed.TotalMilliseconds:F0} ms, of which the index {indexed.TotalMilliseconds:F0} ms"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void LargeText(Action<string> print)
    {
        var store = new Store();
        var writer = new Writer(store, TextPayloads.Create("large"));
        string line = string.Concat(Enumerable.Range(0, 50_000).Select(i => (char)('a' + (i % 26))));
        writer.Insert(0, line);
        writer.Insert(0, line);
        var random = new Random(3);
        var watch = Stopwatch.StartNew();
        const int edits = 20_000;
        for (int i = 0; i < edits; i++)
        {
            int length = writer.Length;
            if (i % 3 == 0) writer.Delete(random.Next(length - 5), 5);
            else writer.Insert(random.Next(length + 1), "edit");
        }
        print(string.Create(CultureInfo.InvariantCulture, $"100,000 characters, {edits} edits at random places: {watch.Elapsed.TotalMicroseconds / edits:F2} us an edit, {writer.Length} characters after"));
        watch.Restart();
        var fresh = Replica.Reopen(writer.Replica.Id, Enumerable.Range(0, writer.Replica.Log.Count).Select(i => (writer.Replica.Log.HeaderOf(i), writer.Replica.Log.TagsOf(i))), store, TypeRegistry.BuiltIn);
        if (TextOf(fresh) != TextOf(writer.Replica)) throw new InvalidOperationException("the loaded text differs");
        print(string.Create(CultureInfo.InvariantCulture, $"loaded again in {watch.Elapsed.TotalMilliseconds:F0} ms"));
    }

    private static List<Entry> Play(List<(int Index, char? Inserted)> trace, Store store, out string final)
    {
        var writer = new Writer(store, TextPayloads.Create("trace"));
        foreach (var (index, inserted) in trace)
        {
            if (inserted is { } unit) writer.Insert(index, unit.ToString());
            else writer.Delete(index, 1);
        }
        final = TextOf(writer.Replica);
        return writer.Entries;
    }

    // Runs of typing of some tens of characters; a third as many backspaces and deletes; then the cursor jumps, mostly not far.
    private static List<(int Index, char? Inserted)> Trace(int edits)
    {
        var random = new Random(1);
        var trace = new List<(int, char?)>(edits);
        int length = 0, cursor = 0;
        while (trace.Count < edits)
        {
            for (int left = random.Next(1, 40); left > 0 && trace.Count < edits; left--)
            {
                trace.Add((cursor++, (char)('a' + random.Next(26))));
                length++;
            }
            for (int left = random.Next(0, 18); left > 0 && cursor > 0 && trace.Count < edits; left--)
            {
                trace.Add((--cursor, null));
                length--;
            }
            cursor = random.Next(10) == 0 ? random.Next(length + 1) : Math.Clamp(cursor + random.Next(-200, 201), 0, length);
        }
        return trace;
    }

    private static string TextOf(Replica replica) => ((ReplicatedText)replica.Object!).View(replica.Log.FrontierVersion).Text;

    private sealed class Writer
    {
        private readonly Store _store;
        private readonly ReplicatedText _text;

        public Writer(Store store, Literal.Map create)
        {
            _store = store;
            var entry = Entry.Make(create, Position.Empty);
            Replica = Replica.Empty(entry.Hash, store, TypeRegistry.BuiltIn);
            Append(entry);
            _text = (ReplicatedText)Replica.Object!;
        }

        public Replica Replica { get; }

        public List<Entry> Entries { get; } = [];

        public int Length => View.Count;

        public void Insert(int index, string text) => Append(Entry.Make(TextPayloads.Insert(View, index, text), Replica.Log.Frontier));

        public void Delete(int index, int count)
        {
            foreach (var payload in TextPayloads.Delete(View, index, count)) Append(Entry.Make(payload, Replica.Log.Frontier));
        }

        private TextView View => _text.View(Replica.Log.FrontierVersion);

        private void Append(Entry entry)
        {
            if (Replica.Admit(entry) is not Judgement.Admitted) throw new InvalidOperationException("an edit of our own was refused");
            _store.Add(entry);
            Entries.Add(entry);
        }
    }

    private sealed class JournalPayloads(ContentHash id, SqliteJournal journal) : IPayloadSource
    {
        public Literal.Map PayloadOf(ContentHash entry) =>
            journal.TryReadPayload(id, entry, out var json) && LiteralReader.TryRead(json.Span, out var literal, out _) ? (Literal.Map)literal : throw new InvalidDataException();
    }

    private sealed class Store : IPayloadSource
    {
        private readonly Dictionary<ContentHash, Literal.Map> _payloads = [];

        public void Add(Entry entry) => _payloads.Add(entry.Hash, (Literal.Map)entry.Payload);

        public Literal.Map PayloadOf(ContentHash entry) => _payloads[entry];
    }

    // As many as the automerge-perf trace has.
    private const int TraceEdits = 259_778;
}
