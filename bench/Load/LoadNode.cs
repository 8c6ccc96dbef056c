using System.Diagnostics;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Transport;
using Hhs.Model.Dag;
using Hhs.Model.Types.Set;
using Hhs.Protocols.Sync;

namespace Hhs.Bench.Load;

/// <summary>The node under load, in a process of its own: told what to write by lines on its standard input.</summary>
internal static class LoadNode
{
    /// <summary>The objects of the scenario, the same wherever they are made.</summary>
    public static IReadOnlyList<Entry> Objects(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Entry.Make(SetPayloads.Create(Options(i)), Position.Empty))];

    public static async Task RunAsync(int objects, int entries, int sessions)
    {
        string folder = Directory.CreateTempSubdirectory("hhs-load-").FullName;
        try
        {
            await using var node = await HhsNode.StartAsync(new HhsSettings
            {
                DataDirectory = folder, Listen = [new("ws://127.0.0.1:0")],
                Transport = new ConnectionLimits() with { InboundMax = sessions + 10 },
                Mesh = new() { SessionsMax = sessions + 10 },
                Sync = SyncSettings.Default with { PeersMax = sessions + 10 },
            });
            var sets = new List<SetHandle>();
            for (int i = 0; i < objects; i++)
            {
                sets.Add(await node.CreateSetAsync(Options(i)));
                await Task.WhenAll(Enumerable.Range(1, entries - 1).Select(n => sets[^1].AddAsync($"element {n}")));
            }
            Console.WriteLine($"{node.KeyId} {node.Listening[0]}");
            int written = 0;
            while (await Console.In.ReadLineAsync() is { } line)
            {
                if (line == "memory")
                {
                    using var self = Process.GetCurrentProcess();
                    Console.WriteLine($"{self.WorkingSet64} {GC.GetTotalMemory(forceFullCollection: true)} {self.TotalProcessorTime.TotalSeconds:R} {self.Threads.Count}");
                    continue;
                }
                var set = sets[int.Parse(line)];
                Console.WriteLine(await set.AddAsync($"change {++written}"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static SetOptions Options(int number) => new() { Seed = $"load {number}" };
}
