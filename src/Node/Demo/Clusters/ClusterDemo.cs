using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Hhs.Actors.Journal;
using Hhs.Actors.Settings;
using Hhs.Node.Clustering;
using Hhs.Node.Commands;
using Hhs.Node.Output;

namespace Hhs.Node.Demo.Clusters;

/// <summary><c>hhs demo --scenario cluster</c>: three nodes over one database are one peer to others, while one dies and one leaves.</summary>
internal static class ClusterDemo
{
    public static async Task<int> RunAsync(CommandContext context, string? configFile, int objects, int? seed, bool keep, CancellationToken cancel)
    {
        Membership.Require();
        if (PostgresServer.Missing is { } missing) throw CommandException.NotFound($"the nodes of a cluster share a PostgreSQL database, and {missing}");
        string folder = Directory.CreateTempSubdirectory("hhs-demo-").FullName;
        ServeProcess[] nodes = [];
        DemoProcess[] peers = [];
        PostgresServer? server = null;
        try
        {
            var clock = Stopwatch.StartNew();
            server = await StartServerAsync();
            var settings = new JournalSettings { Provider = JournalProvider.PostgreSql, PostgreSql = new() { ConnectionString = server.ConnectionString } };
            using var journal = JournalStore.Open(settings, directory: null);
            IdentityFile.LoadOrCreate(Path.Combine(folder, "identity.json"));
            var places = NodePlace.Choose(folder, NodesCount);
            nodes = [.. places.Select((place, i) => new ServeProcess($"node {i + 1}", place, place.WriteConfig(places, server.ConnectionString, configFile)))];
            IReadOnlyList<string> childOptions = configFile is null ? [] : ["--config", configFile];
            peers = [.. Enumerable.Range(1, PeersCount).Select(i => new DemoProcess($"peer {i}", Path.Combine(folder, $"peer-{i}"), childOptions))];
            if (!context.Report.Json) Console.Out.WriteLine($"Times of the cluster are a demo's: {NodePlace.TimesInWords}.");
            var run = new ClusterRun(nodes, peers, journal, objects, seed ?? Random.Shared.Next(1, 100_000));
            var running = run.RunAsync(cancel);
            await new ClusterScreen(context.Report, run, nodes, peers).ShowUntilAsync(running);
            var verdict = await running;
            Show(context.Report, run, nodes, verdict, clock.Elapsed, keep ? folder : null);
            return verdict.Good ? ExitCode.Ok : ExitCode.Failed;
        }
        finally
        {
            await Task.WhenAll([.. nodes.Select(n => n.DisposeAsync().AsTask()), .. peers.Select(p => p.DisposeAsync().AsTask())]);
            server?.Dispose();
            if (!keep) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<PostgresServer> StartServerAsync()
    {
        try
        {
            return await Task.Run(PostgresServer.Start);
        }
        catch (InvalidOperationException failure)
        {
            throw new CommandException(ExitCode.Store, $"the throw-away PostgreSQL server: {failure.Message}");
        }
    }

    private static void Show(Report report, ClusterRun run, IReadOnlyList<ServeProcess> nodes, ClusterVerdict verdict, TimeSpan took, string? kept)
    {
        if (report.Json)
        {
            report.Write(() => Json(run, nodes, verdict, took, kept), () => "");
            return;
        }
        Console.Out.WriteLine();
        report.Table(["objects at", .. nodes.Select(n => n.Name)], [.. run.Placements.Select(p => (string[])[p.When, .. nodes.Select(n => Text(p.Picture.Nodes.GetValueOrDefault(n.Node)?.Objects))])]);
        report.Table(["objects take writes elsewhere after", "objects", "first", "half of them", "all"],
            [.. run.Moves.Select(m => (string[])[$"{m.What} of {m.Node}", Text(m.Took.Count), DemoScreen.Seconds(m.Took[0]), DemoScreen.Seconds(m.Median), DemoScreen.Seconds(m.Took[^1])])]);
        report.Table(["has its part again", "time"], [.. run.Returns.Select(r => (string[])[r.Node, DemoScreen.Seconds(r.Took)])]);
        report.Table(["phase", "time"], [.. run.Phases.Append(("whole", took)).Select(p => (string[])[p.Item1, DemoScreen.Seconds(p.Item2)])]);
        Console.Out.WriteLine($"{run.Load.Unanswered} writes through nodes got no answer in time while objects moved: whether they count was not known, and they were tried again.");
        Console.Out.WriteLine($"Verdict: {verdict.Text}.");
        if (kept is not null) Console.Out.WriteLine($"The peers' stores and the nodes' configurations are in {kept}");
    }

    private static JsonObject Json(ClusterRun run, IReadOnlyList<ServeProcess> nodes, ClusterVerdict verdict, TimeSpan took, string? kept) => new()
    {
        ["good"] = verdict.Good,
        ["verdict"] = verdict.Text,
        ["seed"] = run.Seed,
        ["objects"] = verdict.Logs.Logs.Count,
        ["acknowledgedByPeers"] = verdict.OfPeers,
        ["acknowledgedByCluster"] = verdict.OfCluster,
        ["unanswered"] = run.Load.Unanswered,
        ["lostOfPeers"] = verdict.Logs.LostOfPeers,
        ["lostOfCluster"] = verdict.Logs.LostOfCluster,
        ["writtenByCluster"] = verdict.Logs.Written,
        ["forks"] = verdict.Logs.Forks,
        ["differing"] = verdict.Differing,
        ["damaged"] = verdict.Logs.Damaged,
        ["seconds"] = Round(took),
        ["times"] = NodePlace.TimesInWords,
        ["phases"] = JsonLine.Array(run.Phases, p => new JsonObject { ["name"] = p.Name, ["seconds"] = Round(p.Took) }),
        ["placements"] = JsonLine.Array(run.Placements, p => new JsonObject
        {
            ["when"] = p.When,
            ["nodes"] = JsonLine.Array(nodes, n => p.Picture.Nodes.GetValueOrDefault(n.Node) is { } at ? new JsonObject { ["name"] = n.Name, ["shards"] = at.Shards, ["objects"] = at.Objects } : new JsonObject { ["name"] = n.Name }),
        }),
        ["moves"] = JsonLine.Array(run.Moves, m => new JsonObject
        {
            ["what"] = m.What, ["node"] = m.Node, ["objects"] = m.Took.Count, ["firstSeconds"] = Round(m.Took[0]), ["medianSeconds"] = Round(m.Median), ["allSeconds"] = Round(m.Took[^1]), ["exitCode"] = m.Exit?.Code, ["endedAfterSeconds"] = m.Exit is { } exit ? Round(exit.Took) : null,
        }),
        ["returns"] = JsonLine.Array(run.Returns, r => new JsonObject { ["node"] = r.Node, ["seconds"] = Round(r.Took) }),
        ["kept"] = kept,
    };

    private static double Round(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    private static string Text(int? number) => number is { } known ? known.ToString(CultureInfo.InvariantCulture) : "-";

    private const int NodesCount = 3;
    private const int PeersCount = 2;
}
