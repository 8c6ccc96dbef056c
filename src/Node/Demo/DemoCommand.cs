using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Hhs.Node.Commands;
using Hhs.Node.Demo.Clusters;
using Hhs.Node.Output;

namespace Hhs.Node.Demo;

/// <summary><c>hhs demo</c>: the main job, end to end, on this machine.</summary>
internal static class DemoCommand
{
    public static Command Make()
    {
        var entries = new Option<int>("--entries") { Description = "Entries that each node writes while apart", DefaultValueFactory = _ => 2000, HelpName = "N", CustomParser = Numbers.Parser("--entries", "2000", 10, EntriesMax) };
        var count = new Option<int?>("--nodes") { Description = "Nodes, each a process with a store of its own; 3 if it is left out, in the swarm 25", HelpName = "K", CustomParser = Numbers.Optional("--nodes", "3", 2, NodesMax) };
        var objects = new Option<int?>("--objects") { Description = "Objects of the swarm, 200 if it is left out, or of the cluster, 1000", HelpName = "M", CustomParser = Numbers.Optional("--objects", "200", 1, ObjectsMax) };
        var seats = new Option<int>("--seats") { Description = "Seats of the box offices", DefaultValueFactory = _ => 100, HelpName = "N", CustomParser = Numbers.Parser("--seats", "100", 6, SeatsMax) };
        var seed = new Option<int?>("--seed") { Description = "Decides what the box offices choose, and the ids of the cluster's objects; any if it is left out", HelpName = "N", CustomParser = Numbers.Optional("--seed", "7", 0, int.MaxValue) };
        var keep = new Option<bool>("--keep") { Description = "Leave the stores in place, and say where they are" };
        var scenario = new Option<string>("--scenario") { Description = "sync: nodes write one set while apart, meet, one is killed and restarted. permissions: an editor writes while its right is being revoked. swarm: 25 nodes with 200 objects find each other by a tracker, crash, and are parted. box-office: three offices sell the same seats while apart, meet, and each lost sale is told who won. cluster: three nodes over one PostgreSQL are one peer to others, while one is killed and one leaves", DefaultValueFactory = _ => "sync", HelpName = "NAME" };
        scenario.AcceptOnlyFromAmong("sync", "permissions", "swarm", "box-office", "cluster");
        var command = new Command("demo", "Nodes write apart and meet, as processes of their own; all must end alike") { scenario, entries, count, objects, seats, seed, keep };
        command.SetAction((parsed, cancel) => parsed.GetValue(scenario) switch
        {
            "box-office" => BoxOfficeDemo.RunAsync(new(parsed), ChildOptions(parsed), parsed.GetValue(seats), parsed.GetValue(seed), parsed.GetValue(keep), cancel),
            "cluster" => ClusterDemo.RunAsync(new(parsed), ConfigFile(parsed), parsed.GetValue(objects) ?? 1000, parsed.GetValue(seed), parsed.GetValue(keep), cancel),
            "permissions" => PermissionsDemo.RunAsync(new(parsed), ChildOptions(parsed), parsed.GetValue(keep), cancel),
            "swarm" => SwarmDemo.RunAsync(new(parsed), ChildOptions(parsed), parsed.GetValue(count), parsed.GetValue(objects) ?? 200, parsed.GetValue(keep), cancel),
            _ => RunAsync(new(parsed), ChildOptions(parsed), parsed.GetValue(entries), parsed.GetValue(count) ?? 3, parsed.GetValue(keep), cancel),
        });
        return command;
    }

    private static IReadOnlyList<string> ChildOptions(ParseResult parsed) =>
        ConfigFile(parsed) is { } file ? ["--config", file] : [];

    private static string? ConfigFile(ParseResult parsed) => parsed.GetValue(GlobalOptions.Config) is { } file ? Path.GetFullPath(file) : null;

    private static async Task<int> RunAsync(CommandContext context, IReadOnlyList<string> childOptions, int entries, int count, bool keep, CancellationToken cancel)
    {
        string folder = Directory.CreateTempSubdirectory("hhs-demo-").FullName;
        DemoProcess[] nodes = [.. Enumerable.Range(1, count).Select(i => new DemoProcess($"node {i}", Path.Combine(folder, $"node-{i}"), childOptions))];
        try
        {
            var clock = Stopwatch.StartNew();
            var run = new DemoRun(nodes, entries);
            var running = run.RunAsync(cancel);
            await new DemoScreen(context.Report, run, nodes).ShowUntilAsync(running);
            var verdict = await running;
            Show(context.Report, run, verdict, clock.Elapsed, keep ? folder : null);
            return verdict.Good ? ExitCode.Ok : ExitCode.Failed;
        }
        finally
        {
            foreach (var node in nodes) await node.DisposeAsync();
            if (!keep) Directory.Delete(folder, recursive: true);
        }
    }

    private static void Show(Report report, DemoRun run, DemoVerdict verdict, TimeSpan took, string? kept)
    {
        if (report.Json)
        {
            report.Write(() => Json(run, verdict, took, kept), () => "");
            return;
        }
        report.Table(
            ["node", "entries", "elements", "frontier hash", "contents hash", "missing"],
            [.. verdict.Nodes.Select(n => (string[])[n.Name, Text(n.Entries), Text(n.Elements), n.Frontier, n.Contents, Text(n.Missing)])]);
        report.Table(["phase", "time"], [.. run.Phases.Append(("whole", took)).Select(p => (string[])[p.Item1, DemoScreen.Seconds(p.Item2)])]);
        Console.Out.WriteLine($"{run.Victim.Name} was killed with SIGKILL at {run.VictimEntries} entries, while it synced and wrote, and restarted on its store.");
        Console.Out.WriteLine($"Verdict: {verdict.Text}.");
        if (kept is not null) Console.Out.WriteLine($"The stores are in {kept}");
    }

    private static JsonObject Json(DemoRun run, DemoVerdict verdict, TimeSpan took, string? kept) => new()
    {
        ["good"] = verdict.Good,
        ["verdict"] = verdict.Text,
        ["acknowledged"] = verdict.Acknowledged,
        ["missing"] = verdict.Missing,
        ["seconds"] = Math.Round(took.TotalSeconds, 3),
        ["killed"] = new JsonObject { ["node"] = run.Victim.Name, ["entries"] = run.VictimEntries },
        ["phases"] = JsonLine.Array(run.Phases, p => new JsonObject { ["name"] = p.Name, ["seconds"] = Math.Round(p.Took.TotalSeconds, 3) }),
        ["nodes"] = JsonLine.Array(verdict.Nodes, n => new JsonObject
        {
            ["name"] = n.Name, ["entries"] = n.Entries, ["elements"] = n.Elements, ["frontierHash"] = n.Frontier, ["contentsHash"] = n.Contents, ["missing"] = n.Missing,
        }),
        ["kept"] = kept,
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private const int EntriesMax = 1_000_000;
    private const int NodesMax = 64;
    private const int ObjectsMax = 10_000;
    private const int SeatsMax = 1000;
}
