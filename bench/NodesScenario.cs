using System.Diagnostics;
using System.Security.Cryptography;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;

namespace Hhs.Bench;

/// <summary>Two whole nodes, each with its store on disk, sync a set over WebSocket on 127.0.0.1.</summary>
internal static class NodesScenario
{
    public static async Task RunAsync(TextWriter output, params (int Entries, int Branches)[] cases)
    {
        output.WriteLine($"baseline: SHA-256 of 300 bytes {ShaMicroseconds():0.00} us");
        output.WriteLine("entries branches   seconds  entries/s  us/entry");
        foreach (var (entries, branches) in cases)
        {
            double seconds = await SyncAsync(entries, branches);
            output.WriteLine($"{entries,7} {branches,8} {seconds,9:0.00} {entries / seconds,10:0} {seconds * 1e6 / entries,9:0.0}");
        }
    }

    private static async Task<double> SyncAsync(int count, int branches)
    {
        string root = Directory.CreateTempSubdirectory("hhs-bench-").FullName;
        try
        {
            string serverData = Path.Combine(root, "server"), clientData = Path.Combine(root, "client");
            Directory.CreateDirectory(serverData);
            var history = Histories.Set(count, branches);
            using (var journal = SqliteJournal.Open(Path.Combine(serverData, "store.db"))) Histories.Store(history, journal);

            await using var server = await HhsNode.StartAsync(new HhsSettings { DataDirectory = serverData, Listen = [new("ws://127.0.0.1:0")] });
            await server.OpenSetAsync(history[0].Hash);
            await using var client = await HhsNode.StartAsync(new HhsSettings { DataDirectory = clientData, Peers = [server.Address()] });
            long started = Stopwatch.GetTimestamp();
            var copy = await client.OpenSetAsync(history[0].Hash);
            while ((await copy.Object.StatusAsync()).Entries < history.Count)
            {
                if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(120)) throw new TimeoutException($"{(await copy.Object.StatusAsync()).Entries} of {history.Count} entries after 120 s");
                await Task.Delay(5);
            }
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    internal static double ShaMicroseconds()
    {
        byte[] bytes = new byte[300];
        Span<byte> digest = stackalloc byte[32];
        for (int i = 0; i < 20_000; i++) SHA256.HashData(bytes, digest);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < 100_000; i++) SHA256.HashData(bytes, digest);
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / 100_000;
    }
}
