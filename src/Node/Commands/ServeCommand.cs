using System.CommandLine;
using System.Text.Json.Nodes;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Node.Clustering;
using Hhs.Node.Control;
using Hhs.Node.Health;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary><c>hhs serve</c>: all objects of the store, to whoever knows their ids, until Ctrl-C.</summary>
internal static class ServeCommand
{
    public static Command Make()
    {
        var listen = new Option<string[]>("--listen") { Description = "Address to accept connections on, such as ws://127.0.0.1:4000; port 0 takes a free one", HelpName = "ws://HOST:PORT", DefaultValueFactory = _ => [] };
        var peer = new Option<string[]>("--peer") { Description = "A peer to stay connected to; repeat for more", HelpName = "KEYID@ws://HOST:PORT", DefaultValueFactory = _ => [] };
        var tracker = Trackers.Option();
        var announce = new Option<string[]>("--announce") { Description = "Address that trackers are to give to others; without it, those listened on; repeat for more", HelpName = "ws://HOST:PORT", DefaultValueFactory = _ => [] };
        var health = new Option<int?>("--health") { Description = "Port on 127.0.0.1 for /health/live, /health/ready and /metrics; 0 takes a free one", HelpName = "PORT", CustomParser = Numbers.Optional("--health", "8080", 0, 65_535) };
        var command = new Command("serve", "Serve and sync all objects of the store until Ctrl-C") { listen, peer, tracker, announce, health };
        var tls = new TlsOptions(command, listens: true);
        var cluster = new ClusterOptions(command);
        command.SetAction((parsed, cancel) =>
        {
            var context = new CommandContext(parsed);
            var settings = context.Settings;
            if (parsed.GetValue(listen) is { Length: > 0 } addresses) settings = settings with { Listen = [.. addresses.Select(Peers.Listen)] };
            settings = tls.ApplyTo(settings, parsed);
            cluster.ApplyTo(context, parsed);
            settings = settings with
            {
                Peers = [.. settings.Peers, .. Peers.Parse(parsed.GetValue(peer)!)], Trackers = [.. settings.Trackers, .. Trackers.Parse(parsed.GetValue(tracker)!)],
                Announce = [.. settings.Announce, .. parsed.GetValue(announce)!.Select(Peers.Listen)],
            };
            if (settings.Listen.Count + settings.Peers.Count + settings.Trackers.Count == 0) throw CommandException.BadInput("nobody could be talked to: give --listen ws://127.0.0.1:4000, a --peer or a --tracker");
            return RunAsync(context, settings, parsed.GetValue(health), cancel);
        });
        return command;
    }

    /// <summary>Runs a node until it is told to stop.</summary>
    public static async Task<int> RunAsync(CommandContext context, HhsSettings settings, int? healthPort, CancellationToken cancel)
    {
        // Counts from the first event on, so it listens before there is a node.
        using var metrics = healthPort is null ? null : new MetricsText();
        await using var node = await context.ServeAsync(settings);
        await using var control = ControlServer.Start(node, settings);
        await using var health = healthPort is { } port ? await HealthEndpoint.StartAsync(port, node, metrics!) : null;
        PeerTrouble.Watch(node, context.Report.Json);
        context.Report.Write(() => new JsonObject
        {
            ["event"] = "listening", ["keyId"] = node.KeyId.ToString(), ["addresses"] = JsonLine.Array(Addresses(node), a => a), ["health"] = health?.Address,
        }, () => string.Join('\n', [
            .. Addresses(node).Select(a => $"listening  {a}"), .. health is null ? (string[])[] : [$"health     {health.Address}"],
            .. settings.Relay.Enabled ? (string[])[$"hosting    for {RelayCommand.Describe(settings.Relay)}"] : []]));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watching = WatchAsync(context.Report, node, ending.Token, context.IsInCluster ? SeldomLook : OftenLook);
        if (await Task.WhenAny(watching, Membership.RemovedAsync(node)) != watching) await ending.CancelAsync();
        await watching;
        if (!cancel.IsCancellationRequested) await PutOutAsync(context, node);
        if (context.IsInCluster) context.Report.Write(() => new JsonObject { ["event"] = "leaving" }, () => "leaving    the cluster, handing over what is here");
        return ExitCode.Ok;
    }

    // Its objects are others' now. What it waits for, a database that it cannot reach above all, nobody needs: whoever runs it wants to start it again.
    private static async Task PutOutAsync(CommandContext context, HhsNode node)
    {
        var why = Membership.WhyItStopped(node) is { } misfit ? CommandException.BadInput(misfit) : new CommandException(ExitCode.Network, "the others have put this node out of the cluster, or it could not reach them: start it again. What it acknowledged is stored; of what was under way that is not known");
        if (await Task.WhenAny(node.System.WhenTerminated, Task.Delay(PatienceWithTheEnd)) == node.System.WhenTerminated) throw why;
        Failure.Write(Console.Error, context.Report.Json, why.Code, why.Message);
        Environment.Exit(why.Code);
    }

    private static IEnumerable<string> Addresses(HhsNode node) => node.Listening.Select((_, i) => node.Address(i).ToString().TrimEnd('/'));

    /// <summary>Shows how the node stands until it is told to stop, which is how serving ends.</summary>
    public static Task WatchAsync(Report report, HhsNode node, CancellationToken cancel) => WatchAsync(report, node, cancel, OftenLook);

    private static async Task WatchAsync(Report report, HhsNode node, CancellationToken cancel, TimeSpan every)
    {
        var line = new StatusLine(report);
        using var often = new PeriodicTimer(every);
        try
        {
            do
            {
                var objects = await node.ObjectsAsync().WaitAsync(cancel);
                line.Tell(objects.Count, objects.Sum(o => o.Entries), (await node.PeersAsync().WaitAsync(cancel)).Count);
            }
            while (await often.WaitForNextTickAsync(cancel));
        }
        catch (OperationCanceledException)
        {
            line.End();
        }
    }

    private static readonly TimeSpan OftenLook = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PatienceWithTheEnd = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SeldomLook = TimeSpan.FromSeconds(5);   // all nodes ask one database
}
