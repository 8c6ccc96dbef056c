using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hhs.Node.Commands;
using Hhs.Node.Output;

namespace Hhs.Node.Demo;

/// <summary><c>hhs demo --scenario swarm</c>: many nodes, many objects, one tracker, crashes and a partition.</summary>
internal static class SwarmDemo
{
    public static async Task<int> RunAsync(CommandContext context, IReadOnlyList<string> childOptions, int? count, int objects, bool keep, CancellationToken cancel)
    {
        string folder = Directory.CreateTempSubdirectory("hhs-demo-").FullName;
        var clock = Stopwatch.StartNew();
        Action<string> say = line =>
        {
            if (!context.Report.Json) Console.Out.WriteLine($"{DemoScreen.Seconds(clock.Elapsed),7}  {line}");
        };
        using var tracker = await StartTrackerAsync(Path.Combine(folder, "tracker"), childOptions, cancel);
        DemoProcess[] nodes = [.. Enumerable.Range(1, count ?? 25).Select(i => new DemoProcess($"node {i}", Path.Combine(folder, $"node-{i}"), [.. childOptions, "--tracker", tracker.Address]))];
        try
        {
            var run = new SwarmRun(nodes, objects, RandomSeed, say);
            var verdict = await run.RunAsync(cancel);
            Show(context.Report, run, verdict, clock.Elapsed, keep ? folder : null);
            return verdict.Good ? ExitCode.Ok : ExitCode.Failed;
        }
        finally
        {
            await Task.WhenAll(nodes.Select(node => node.DisposeAsync().AsTask()));
            tracker.End();
            if (!keep) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<RunningTracker> StartTrackerAsync(string folder, IReadOnlyList<string> options, CancellationToken cancel)
    {
        var process = Process.Start(DemoProcess.StartOf(["tracker", "--listen", "ws://127.0.0.1:0", "--data", folder, "--json", .. options]))!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string line = await process.StandardOutput.ReadLineAsync(cancel) ?? throw new CommandException(ExitCode.Failed, "the tracker's process ended");
        return new(process, JsonDocument.Parse(line).RootElement.GetProperty("addresses")[0].GetString()!);
    }

    private sealed record RunningTracker(Process Process, string Address) : IDisposable
    {
        public void End()
        {
            if (!Process.HasExited) Process.Kill();
            Process.WaitForExit();
        }

        public void Dispose()
        {
            End();
            Process.Dispose();
        }
    }

    private static void Show(Report report, SwarmRun run, SwarmVerdict verdict, TimeSpan took, string? kept)
    {
        var spreads = verdict.Spread.GroupBy(s => s.Hosts > WideHosts).OrderBy(g => g.Key).Select(g => (Name: g.Key ? "hosted by all" : "hosted by a few", Of: g.ToList())).ToList();
        if (report.Json)
        {
            report.Write(() => Json(run, verdict, spreads, took, kept), () => "");
            return;
        }
        Console.Out.WriteLine();
        report.Table(["phase", "time", "sent by all nodes"], [.. run.Phases.Select(p => (string[])[p.Name, DemoScreen.Seconds(p.Took), Bytes(p.Bytes)]), ["whole", DemoScreen.Seconds(took), Bytes(run.Phases.Sum(p => p.Bytes))]]);
        report.Table(["a change of an object", "hops, mean", "hops, most", "time, half", "time, 99 of 100"],
            [.. spreads.Select(s => (string[])[s.Name, Number(s.Of.Average(x => x.Hops)), Number(s.Of.Max(x => x.Hops)), Milliseconds(s.Of, 0.5), Milliseconds(s.Of, 0.99)])]);
        Console.Out.WriteLine($"{run.Kills} processes were killed with SIGKILL and started again; the nodes were parted into halves once. {verdict.Sessions} connections at the end.");
        Console.Out.WriteLine($"Verdict: {verdict.Text}.");
        if (kept is not null) Console.Out.WriteLine($"The stores are in {kept}");
    }

    private static JsonObject Json(SwarmRun run, SwarmVerdict verdict, IReadOnlyList<(string Name, List<SwarmSpread> Of)> spreads, TimeSpan took, string? kept) => new()
    {
        ["good"] = verdict.Good,
        ["verdict"] = verdict.Text,
        ["acknowledged"] = verdict.Acknowledged,
        ["missing"] = verdict.Missing,
        ["replicas"] = verdict.Replicas,
        ["killed"] = run.Kills,
        ["seconds"] = Math.Round(took.TotalSeconds, 3),
        ["phases"] = JsonLine.Array(run.Phases, p => new JsonObject { ["name"] = p.Name, ["seconds"] = Math.Round(p.Took.TotalSeconds, 3), ["bytes"] = p.Bytes }),
        ["spread"] = JsonLine.Array(spreads, s => new JsonObject
        {
            ["of"] = s.Name, ["hopsMean"] = Math.Round(s.Of.Average(x => x.Hops), 2), ["hopsMax"] = s.Of.Max(x => x.Hops),
            ["p50Ms"] = Math.Round(At(s.Of, 0.5).TotalMilliseconds, 1), ["p99Ms"] = Math.Round(At(s.Of, 0.99).TotalMilliseconds, 1),
        }),
        ["kept"] = kept,
    };

    private static TimeSpan At(List<SwarmSpread> of, double part) => of.Select(s => s.Took).Order().ElementAt((int)((of.Count - 1) * part));

    private static string Milliseconds(List<SwarmSpread> of, double part) => $"{Number(At(of, part).TotalMilliseconds)} ms";

    private static string Number(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) => $"{Number(bytes / 1048576.0)} MiB";

    private const int WideHosts = 16;
    private const int RandomSeed = 1;
}
