using System.CommandLine;
using Hhs.Actors.Relay;
using Hhs.Actors.Settings;
using Hhs.Model.Identity;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary><c>hhs relay</c>: hosts whatever object it is asked for, within quotas, until Ctrl-C.</summary>
internal static class RelayCommand
{
    public static Command Make()
    {
        var listen = new Option<string[]>("--listen") { Description = "Address to accept connections on, such as ws://127.0.0.1:4000; port 0 takes a free one; repeat for more", HelpName = "ws://HOST:PORT", DefaultValueFactory = _ => [] };
        var peer = new Option<string[]>("--peer") { Description = "Another relay to stay connected to, which is offered all that is hosted here; repeat for more", HelpName = "KEYID@ws://HOST:PORT", DefaultValueFactory = _ => [] };
        var tracker = Trackers.Option();
        var announce = new Option<string[]>("--announce") { Description = "Address that trackers are to give to others; without it, those listened on; repeat for more", HelpName = "ws://HOST:PORT", DefaultValueFactory = _ => [] };
        var allow = new Option<string[]>("--allow") { Description = "Key ids that may have objects hosted, and to whom they are offered; without it, everyone", HelpName = "KEYID", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var serveAll = new Option<bool>("--serve-all") { Description = "Offer hosted objects to whoever knows their ids, not to those of --allow alone" };
        var objects = new Option<int?>("--objects-max") { Description = "Objects hosted in all", HelpName = "N", CustomParser = Numbers.Optional("--objects-max", "10000", 1, int.MaxValue) };
        var objectsPerKey = new Option<int?>("--objects-per-key-max") { Description = "Objects hosted for one key", HelpName = "N", CustomParser = Numbers.Optional("--objects-per-key-max", "1000", 1, int.MaxValue) };
        var bytes = new Option<string?>("--bytes-max") { Description = "Bytes hosted in all, such as 10GiB", HelpName = "SIZE" };
        var bytesPerKey = new Option<string?>("--bytes-per-key-max") { Description = "Bytes hosted for one key", HelpName = "SIZE" };
        var objectBytes = new Option<string?>("--object-bytes-max") { Description = "Bytes of one object", HelpName = "SIZE" };
        var retain = new Option<int?>("--retain") { Description = "Days after which an object that nobody has used is dropped", HelpName = "DAYS", CustomParser = Numbers.Optional("--retain", "90", 1, 36_500) };
        var health = new Option<int?>("--health") { Description = "Port on 127.0.0.1 for /health/live, /health/ready and /metrics; 0 takes a free one", HelpName = "PORT", CustomParser = Numbers.Optional("--health", "8080", 0, 65_535) };
        var command = new Command("relay", "Host any object that peers ask for, until Ctrl-C")
        {
            listen, peer, tracker, announce, allow, serveAll, objects, objectsPerKey, bytes, bytesPerKey, objectBytes, retain, health,
        };
        var tls = new TlsOptions(command, listens: true);
        var cluster = new ClusterOptions(command);
        command.SetAction((parsed, cancel) =>
        {
            var context = new CommandContext(parsed);
            var settings = context.Settings;
            if (parsed.GetValue(listen) is { Length: > 0 } addresses) settings = settings with { Listen = [.. addresses.Select(Peers.Listen)] };
            if (settings.Listen.Count == 0) throw CommandException.BadInput("nobody could ask: give --listen ws://127.0.0.1:4000");
            settings = tls.ApplyTo(settings, parsed);
            cluster.ApplyTo(context, parsed);
            var (relay, quotas) = (settings.Relay, settings.Relay.Quotas);
            quotas = quotas with
            {
                ObjectsMax = parsed.GetValue(objects) ?? quotas.ObjectsMax, ObjectsPerKeyMax = parsed.GetValue(objectsPerKey) ?? quotas.ObjectsPerKeyMax,
                BytesMax = Sizes.Read(bytes, parsed) ?? quotas.BytesMax, BytesPerKeyMax = Sizes.Read(bytesPerKey, parsed) ?? quotas.BytesPerKeyMax,
                ObjectBytesMax = Sizes.Read(objectBytes, parsed) ?? quotas.ObjectBytesMax,
                Retain = parsed.GetValue(retain) is { } days ? TimeSpan.FromDays(days) : quotas.Retain,
            };
            settings = settings with
            {
                Peers = [.. settings.Peers, .. Peers.Parse(parsed.GetValue(peer)!)], Trackers = [.. settings.Trackers, .. Trackers.Parse(parsed.GetValue(tracker)!)],
                Announce = [.. settings.Announce, .. parsed.GetValue(announce)!.Select(Peers.Listen)],
                Relay = relay with { Enabled = true, Allow = [.. relay.Allow, .. parsed.GetValue(allow)!.Select(Key)], ServeAll = relay.ServeAll || parsed.GetValue(serveAll), Quotas = quotas },
            };
            return ServeCommand.RunAsync(context, settings, parsed.GetValue(health), cancel);
        });
        return command;
    }

    /// <summary>For whom a relay hosts, in words for a person.</summary>
    public static string Describe(RelaySettings relay) => relay.Allow.Count == 0
        ? "everyone (keys cost nothing: --allow keeps strangers from filling the disk)"
        : $"{relay.Allow.Count} {(relay.Allow.Count == 1 ? "key" : "keys")}{(relay.ServeAll ? ", offered to everyone who knows an id" : "")}";

    private static KeyId Key(string text) =>
        KeyId.TryParse(text, out var key) ? key : throw CommandException.BadInput($"'{text}' is not a key id: expected 44 characters of Base64, as 'hhs id' shows them");
}
