using System.CommandLine;
using System.Text.Json.Nodes;
using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Actors.Settings;
using Hhs.Actors.Tracker;
using Hhs.Actors.Transport;
using Hhs.Node.Health;
using Hhs.Node.Output;
using Hhs.Protocols.Handshake;

namespace Hhs.Node.Commands;

/// <summary><c>hhs tracker</c>: tells peers of an object where others are, until Ctrl-C. It has no store, and no objects.</summary>
internal static class TrackerCommand
{
    public static Command Make()
    {
        var listen = new Option<string[]>("--listen") { Description = "Address to accept connections on, such as ws://127.0.0.1:4433, wss:// or tcp://; port 0 takes a free one; repeat for more", HelpName = "ws://HOST:PORT", DefaultValueFactory = _ => [] };
        var announcements = new Option<int?>("--max-announcements") { Description = "Announcements held in all", HelpName = "N" };
        var peers = new Option<int?>("--max-peers") { Description = "Peers held for one topic", HelpName = "N" };
        var connections = new Option<int?>("--max-connections") { Description = "Connections at once", HelpName = "N" };
        var health = new Option<int?>("--health") { Description = "Port on 127.0.0.1 for /health/live, /health/ready and /metrics; 0 takes a free one", HelpName = "PORT" };
        var command = new Command("tracker", "Tell peers where others are, until Ctrl-C") { listen, announcements, peers, connections, health };
        var tls = new TlsOptions(command, listens: true, dials: false);
        command.SetAction((parsed, cancel) =>
        {
            var context = new CommandContext(parsed);
            Uri[] addresses = parsed.GetValue(listen) is { Length: > 0 } given ? [.. given.Select(Peers.Listen)] : [.. context.Settings.Listen];
            if (addresses.Length == 0) throw CommandException.BadInput("nobody could ask: give --listen ws://127.0.0.1:4433");
            var settings = context.Settings.Tracker;
            settings = settings with
            {
                ConnectionsMax = Positive(parsed, connections, settings.ConnectionsMax),
                Registry = settings.Registry with
                {
                    EntriesMax = Positive(parsed, announcements, settings.Registry.EntriesMax),
                    PeersPerTopicMax = Positive(parsed, peers, settings.Registry.PeersPerTopicMax),
                },
            };
            return RunAsync(context, settings, tls.ApplyTo(context.Settings, parsed).Tls, addresses, parsed.GetValue(health), cancel);
        });
        return command;
    }

    private static int Positive(ParseResult parsed, Option<int?> option, int otherwise) => parsed.GetValue(option) switch
    {
        null => otherwise,
        int value and > 0 => value,
        _ => throw CommandException.BadInput($"{option.Name} must be above zero"),
    };

    private static async Task<int> RunAsync(CommandContext context, TrackerServerSettings settings, TlsSettings tls, Uri[] listen, int? healthPort, CancellationToken cancel)
    {
        using var metrics = healthPort is null ? null : new MetricsText();
        var identity = IdentityFile.LoadOrCreate(IdentityFile.PathOf(context.Settings)!);
        var limits = TrackerActor.LimitsOf(settings, context.Settings.Transport);
        var system = ActorSystem.Create("hhs-tracker", context.SystemConfig.WithFallback(HhsSettings.Reference));
        try
        {
            ITransport[] transports = [new WebSocketTransport(limits), new WebSocketTransport(limits, tls), new TcpTransport(system, limits)];
            var tracker = system.ActorOf(TrackerActor.Props(new(
                HandshakeSettings.For(identity, context.Settings.RefuseOriginal), SystemRandom.Instance,
                transports.ToDictionary(t => t.Scheme), listen, context.DataDirectory, settings, TimeProvider.System)), "tracker");
            object answer = await tracker.Ask(TrackerProtocol.GetReady.Instance, cancel);
            if (answer is Status.Failure failure) throw failure.Cause;
            await using var health = healthPort is { } port ? await HealthEndpoint.StartAsync(port, null, metrics!) : null;
            Tell(context.Report, (TrackerProtocol.Ready)answer, health?.Address);
            await Stopped(cancel);
            await tracker.GracefulStop(StopWithin);
            return ExitCode.Ok;
        }
        finally
        {
            await system.Terminate();
        }
    }

    private static void Tell(Report report, TrackerProtocol.Ready ready, string? health)
    {
        string[] addresses = [.. ready.Listening.Select(l => new PeerAddress(ready.KeyId.Hash, l).ToString().TrimEnd('/'))];
        report.Write(
            () => new JsonObject { ["event"] = "tracking", ["keyId"] = ready.KeyId.ToString(), ["addresses"] = JsonLine.Array(addresses, a => a), ["health"] = health },
            () => string.Join('\n', addresses.Select(a => $"tracking   {a}").Concat(health is null ? [] : [$"health     {health}"])));
    }

    private static async Task Stopped(CancellationToken cancel)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancel.Register(() => stopped.TrySetResult());
        await stopped.Task;
    }

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(10);
}
