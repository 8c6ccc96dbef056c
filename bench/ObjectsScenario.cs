using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Set;

namespace Hhs.Bench;

/// <summary>A node with many small objects: time to start, memory with none and with some of them active, time to wake one.</summary>
/// <remarks>The store is made through the journal; the node that is measured is a process of its own.</remarks>
internal static class ObjectsScenario
{
    public static async Task RunAsync(TextWriter output, int count)
    {
        string directory = Directory.CreateTempSubdirectory("hhs-bench-objects-").FullName;
        try
        {
            var clock = Stopwatch.StartNew();
            Build(Path.Combine(directory, NodeActor.StoreName), count);
            output.WriteLine(Text($"{count} sets of {Adds + 1} entries each, stored in {clock.Elapsed.TotalSeconds:F1} s"));
            var start = new ProcessStartInfo(Environment.ProcessPath!);
            if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(ObjectsScenario).Assembly.Location);
            foreach (string argument in (string[])["objects-node", directory, $"{count}"]) start.ArgumentList.Add(argument);
            using var node = Process.Start(start)!;
            await node.WaitForExitAsync();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The node of the scenario, over a store that is there.</summary>
    public static async Task MeasureAsync(TextWriter output, string directory, int count)
    {
        var clock = Stopwatch.StartNew();
        await using var node = await HhsNode.StartAsync(new() { DataDirectory = directory, Listen = [new("ws://127.0.0.1:0")] });
        double listening = clock.Elapsed.TotalSeconds;
        var topics = new TaskCompletionSource();
        node.System.ActorOf(Props.Create(() => new TopicCounter(count, topics)));
        await topics.Task;
        output.WriteLine(Text($"listening after {listening:F2} s, all {count} topics open after {clock.Elapsed.TotalSeconds:F2} s"));
        Memory(output, "before the first object is used");

        var wakes = new List<double>();
        var ids = (await node.ObjectsAsync()).Select(o => o.Id).ToArray();
        foreach (var id in Enumerable.Range(0, Active).Select(i => ids[i * ids.Length / Active]))
        {
            clock.Restart();
            var set = await node.OpenSetAsync(id);
            if (!await set.ContainsAsync("element 1")) throw new InvalidOperationException("an element is missing");
            wakes.Add(clock.Elapsed.TotalMilliseconds);
        }
        Memory(output, $"with {Active} objects used");
        foreach (var id in ids) await node.OpenSetAsync(id);
        Memory(output, $"after each has been used once (at most {new Hhs.Actors.Objects.ObjectSettings().ActiveMax} are awake)");
        double first = wakes[0];
        wakes.Sort();
        output.WriteLine(Text($"to open one and ask it: {first:F1} ms the first time, {wakes[wakes.Count / 2]:F2} ms (p50), {wakes[^2]:F2} ms (p99)"));
    }

    private static void Build(string path, int count)
    {
        using var journal = SqliteJournal.Open(path);
        foreach (int[] some in Enumerable.Range(0, count).Chunk(1000)) journal.Append([.. some.Select(Batch)]);
    }

    private static ObjectBatch Batch(int number)
    {
        var entries = new List<Entry> { Entry.Make(SetPayloads.Create(new SetOptions { Seed = $"bench {number}" }), Position.Empty) };
        for (int i = 0; i < Adds; i++) entries.Add(Entry.Make(SetPayloads.Add($"element {i}"), [entries[^1].Hash]));
        var replica = Replica.Empty(entries[0].Hash, Histories.Payloads(entries), TypeRegistry.BuiltIn);
        return new(entries[0].Hash, [.. entries.Select(e => new JournalEntry(e.Header, JsonText.Write(e.Payload), TagCode.Encode(((Judgement.Admitted)replica.Admit(e)).Tags)))]);
    }

    private static void Memory(TextWriter output, string when)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long heap = GC.GetTotalMemory(forceFullCollection: true);
        using var self = Process.GetCurrentProcess();
        output.WriteLine(Text($"memory {when}: {self.WorkingSet64 >> 20} MiB resident, {heap >> 20} MiB of managed heap"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // Asks the mesh again and again which topics are open, in discovery's place.
    private sealed class TopicCounter : ReceiveActor, IWithTimers
    {
        public TopicCounter(int count, TaskCompletionSource done)
        {
            var mesh = Context.ActorSelection("/user/hhs/mesh");
            var seen = new HashSet<ContentHash>();
            Receive<string>(_ => mesh.Tell(new MeshProtocol.Watch(), Self));
            Receive<MeshProtocol.TopicsOpened>(opened =>
            {
                seen.UnionWith(opened.Topics);
                if (seen.Count == count) done.TrySetResult();
            });
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartPeriodicTimer("ask", "ask", TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
    }

    private const int Adds = 3;
    private const int Active = 100;
}
