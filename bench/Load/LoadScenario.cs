using System.Diagnostics;
using System.Globalization;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;

namespace Hhs.Bench.Load;

/// <summary>A thousand sessions at once into one node over WebSocket on 127.0.0.1, each syncing the same ten objects.</summary>
/// <remarks>
/// The node is a process of its own, so that its memory and processor time are its alone; the crowd shares the machine with
/// it. Times are those of the whole: node, sockets, crowd.
/// </remarks>
internal static class LoadScenario
{
    public static async Task RunAsync(TextWriter output, int sessions, double minutes)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(LoadScenario).Assembly.Location);
        foreach (string argument in (string[])["load-node", $"{Objects}", $"{Entries}", $"{sessions}"]) start.ArgumentList.Add(argument);
        using var node = Process.Start(start)!;
        try
        {
            string[] address = (await node.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the node did not start")).Split(' ');
            using var crowd = new Crowd(new(address[1]), new(ContentHash.Parse(address[0])), LoadNode.Objects(Objects));
            await ConnectAsync(output, node, crowd, sessions);
            crowd.Watch();
            await ChangeAsync(node, crowd, 0);   // warm
            await ChangesAsync(output, node, crowd, changes: 20);
            if (minutes > 0) await SoakAsync(output, node, crowd, TimeSpan.FromMinutes(minutes));
            if (crowd.Losses.Count > 0) throw new InvalidOperationException($"connections were lost: {string.Join("; ", crowd.Losses)}");
        }
        finally
        {
            node.StandardInput.Close();
            await node.WaitForExitAsync();
        }
    }

    private static async Task ConnectAsync(TextWriter output, Process node, Crowd crowd, int sessions)
    {
        var before = await MeasureAsync(node);
        var clock = Stopwatch.StartNew();
        await crowd.ConnectAsync(sessions);
        double connected = clock.Elapsed.TotalSeconds;
        await crowd.UntilAllHaveAsync(Entries);
        double synced = clock.Elapsed.TotalSeconds;
        var after = await MeasureAsync(node);
        output.WriteLine($"{sessions} sessions: connected in {connected:0.0} s ({sessions / connected:0} handshakes/s), all {Objects} objects of {Entries} entries synced after {synced:0.0} s");
        output.WriteLine($"node: {after.Processor - before.Processor:0.0} s of processor time, {(after.Resident - before.Resident) / 1024.0 / sessions:0} KiB resident and {(after.Heap - before.Heap) / 1024.0 / sessions:0} KiB of managed heap a session, {after.Threads} threads");
    }

    private static async Task ChangesAsync(TextWriter output, Process node, Crowd crowd, int changes)
    {
        var before = await MeasureAsync(node);
        var all = new List<double>();
        var last = new List<double>();
        for (int i = 0; i < changes; i++)
        {
            double[] arrivals = await ChangeAsync(node, crowd, i % Objects);
            all.AddRange(arrivals);
            last.Add(arrivals[^1]);
        }
        var after = await MeasureAsync(node);
        all.Sort();
        output.WriteLine($"one change to {crowd.Size} peers, {changes} times: reaches a peer after {At(all, 0.5):0} ms (p50), {At(all, 0.99):0} ms (p99); all after {last.Max():0} ms at most; node {(after.Processor - before.Processor) / changes * 1000:0} ms of processor time a change");
    }

    // A change a second: what grows without bound shows in the heap after a collection.
    private static async Task SoakAsync(TextWriter output, Process node, Crowd crowd, TimeSpan time)
    {
        output.WriteLine(" minute  resident MiB  heap MiB  processor %  p50 ms  p99 ms  max ms");
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var clock = Stopwatch.StartNew();
        var heaps = new List<double>();
        for (int i = 0; clock.Elapsed < time;)
        {
            var before = await MeasureAsync(node);
            var window = Stopwatch.StartNew();
            var arrivals = new List<double>();
            while (window.Elapsed < Window)
            {
                await second.WaitForNextTickAsync();
                arrivals.AddRange(await ChangeAsync(node, crowd, i++ % Objects));
            }
            var after = await MeasureAsync(node);
            arrivals.Sort();
            heaps.Add(after.Heap / Mebi);
            output.WriteLine($"{clock.Elapsed.TotalMinutes,7:0.0} {after.Resident / Mebi,13:0.0} {heaps[^1],9:0.0} {(after.Processor - before.Processor) / window.Elapsed.TotalSeconds * 100,12:0} {At(arrivals, 0.5),7:0} {At(arrivals, 0.99),7:0} {arrivals[^1],7:0}");
        }
        output.WriteLine($"heap after a collection: {heaps[0]:0.0} MiB at first, {heaps[^1]:0.0} MiB at the end, {crowd.Size} sessions");
    }

    private static async Task<double[]> ChangeAsync(Process node, Crowd crowd, int number)
    {
        long since = Stopwatch.GetTimestamp();
        await node.StandardInput.WriteLineAsync($"{number}");
        string line = await node.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the node has ended");
        return await crowd.ArrivalsAsync(ContentHash.Parse(line), since);
    }

    private static async Task<(double Resident, double Heap, double Processor, int Threads)> MeasureAsync(Process node)
    {
        await node.StandardInput.WriteLineAsync("memory");
        string[] said = (await node.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the node has ended")).Split(' ');
        return (double.Parse(said[0], CultureInfo.InvariantCulture), double.Parse(said[1], CultureInfo.InvariantCulture), double.Parse(said[2], CultureInfo.InvariantCulture), int.Parse(said[3], CultureInfo.InvariantCulture));
    }

    private static double At(List<double> sorted, double part) => sorted[(int)(part * (sorted.Count - 1))];

    private const int Objects = 10, Entries = 20;
    private const double Mebi = 1024 * 1024;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
}
