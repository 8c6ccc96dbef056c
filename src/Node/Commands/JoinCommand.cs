using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Settings;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Node.Control;
using Hhs.Protocols.Invitation;
using Hhs.Protocols.Sync;

namespace Hhs.Node.Commands;

/// <summary><c>hhs join</c>: fetches an object by its id or an invitation, then keeps it in sync.</summary>
internal static class JoinCommand
{
    public static Command Make()
    {
        var what = new Argument<string[]>("ID or INVITATION") { Description = "Id of the object, or what 'hhs share' shows: the link (hhs:...), or all of the words", Arity = ArgumentArity.OneOrMore };
        var peer = new Option<string[]>("--peer") { Description = "A peer that may have it; repeat for more", HelpName = "KEYID@ws://HOST:PORT", DefaultValueFactory = _ => [] };
        var tracker = Trackers.Option();
        var name = new Option<string?>("--name") { Description = "Name to give the object in this store" };
        var until = new Option<bool>("--until-synced") { Description = "End once all is here that every connected peer has announced" };
        var timeout = new Option<int?>("--timeout") { Description = "Seconds to look for the object, and with --until-synced for the whole. Default: hhs.objects.fetch-timeout", HelpName = "S", CustomParser = Numbers.Optional("--timeout", "30", 1, TimeoutSecondsMax) };
        var command = new Command("join", "Fetch an object from peers, and sync it until Ctrl-C") { what, peer, tracker, name, until, timeout };
        var tls = new TlsOptions(command, listens: false);
        command.SetAction((parsed, cancel) =>
        {
            string asked = string.Join(' ', parsed.GetValue(what)!);
            var invitation = Invitations.IsMeant(asked) ? Invitations.Parse(asked) : null;
            var objectId = invitation?.Object ?? (ContentHash.TryParse(asked, out var id) ? id : throw ObjectNames.BadId(asked));
            var context = new CommandContext(parsed);
            var settings = tls.ApplyTo(context.Settings, parsed) with { Listen = [], Peers = [.. context.Settings.Peers, .. Peers.Parse(parsed.GetValue(peer)!)], Trackers = [.. context.Settings.Trackers, .. Trackers.Parse(parsed.GetValue(tracker)!)] };
            if (invitation is not null)
            {
                settings = settings with
                {
                    Peers = [.. settings.Peers, .. Invitations.PeersOf(invitation).Except(settings.Peers)],
                    Trackers = [.. settings.Trackers, .. Invitations.TrackersOf(invitation).Except(settings.Trackers)],
                };
                ShowInvitation(context.Report, invitation);
            }
            if (settings.Peers.Count + settings.Trackers.Count == 0) throw CommandException.BadInput("nobody could be asked: give a --peer KEYID@ws://HOST:PORT or a --tracker ws://HOST:PORT");
            if (parsed.GetValue(timeout) is { } seconds)
                settings = settings with { Objects = settings.Objects with { FetchTimeout = TimeSpan.FromSeconds(seconds) } };
            return RunAsync(context, settings, objectId, parsed.GetValue(name), parsed.GetValue(until), cancel);
        });
        return command;
    }

    // What is joined is shown in full before anything is fetched: to be compared with what the inviter sees.
    private static void ShowInvitation(Output.Report report, ObjectInvitation invitation)
    {
        string hint = Invitations.HintOf(invitation);
        report.Write(
            () => new JsonObject
            {
                ["event"] = "invited", ["id"] = invitation.Object.ToString(), ["type"] = invitation.TypeName, ["begins"] = hint,
                ["peers"] = Output.JsonLine.Array(Invitations.PeersOf(invitation), p => p.ToString()), ["trackers"] = Output.JsonLine.Array(invitation.Trackers, t => t.ToString()),
            },
            () => $"invited to {invitation.Object}{(invitation.TypeName.Length > 0 ? $" ({invitation.TypeName}, says the invitation)" : "")}, which begins with the words: {hint}");
    }

    private static async Task<int> RunAsync(CommandContext context, HhsSettings settings, ContentHash id, string? name, bool untilSynced, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        await using var node = await context.StartAsync(settings);
        foreach (var peer in settings.Peers) node.AddPeer(peer);   // news to a node that was running already
        foreach (var tracker in settings.Trackers) node.AddTracker(tracker);
        await using var control = CommandIo.Current is null ? ControlServer.Start(node, settings) : null;
        var trouble = PeerTrouble.Watch(node, context.Report.Json);
        var names = new ObjectNames(node.Journal);
        if (name is not null) names.RequireFree(name, id);
        var handle = await OpenAsync(node, settings, id, trouble, cancel);
        if (name is not null) names.Give(name, id);
        context.Report.Write(() => new JsonObject { ["event"] = "opened", ["id"] = id.ToString(), ["type"] = handle.TypeId }, () => $"opened {id} ({handle.TypeId})");
        if (!untilSynced)
        {
            await ServeCommand.WatchAsync(context.Report, node, cancel);
            return ExitCode.Ok;
        }
        var status = await SyncAsync(node, settings, handle, trouble, clock, cancel);
        context.Report.Write(
            () => new JsonObject { ["event"] = "synced", ["id"] = id.ToString(), ["entries"] = status.Entries, ["frontier"] = Output.JsonLine.Array(status.Frontier, h => h.ToString()) },
            () => $"synced: {status.Entries} entries");
        return ExitCode.Ok;
    }

    private static async Task<ObjectHandle> OpenAsync(HhsNode node, HhsSettings settings, ContentHash id, PeerTrouble trouble, CancellationToken cancel)
    {
        var opening = node.OpenAsync(id);
        bool connected = false;
        while (await Task.WhenAny(opening, Task.Delay(Often, cancel)) != opening)
        {
            cancel.ThrowIfCancellationRequested();
            connected |= (await node.PeersAsync()).Count > 0;
            ThrowIfHopeless(trouble, settings.Peers);
        }
        try
        {
            return await opening;
        }
        catch (HhsException refused) when (refused.Why.Code == RejectCode.TimedOut)
        {
            throw connected || trouble.Declined
                ? NobodyHas(id)
                : NobodyReached(settings, trouble);
        }
    }

    // Other peers may connect and write at any time: what is waited for is all that those who are connected have announced. What has only
    // just connected may be about to say more, so it takes two looks.
    private static async Task<ObjectProtocol.Status> SyncAsync(HhsNode node, HhsSettings settings, ObjectHandle handle, PeerTrouble trouble, Stopwatch clock, CancellationToken cancel)
    {
        bool connected = false, shared = false, before = false;
        while (true)
        {
            var progress = await handle.ProgressAsync();
            if (progress.IsSynced && before) return await handle.StatusAsync();
            before = progress.IsSynced;
            connected |= (await node.PeersAsync()).Count > 0;
            shared |= progress.Peers + progress.Unheard > 0;
            ThrowIfHopeless(trouble, settings.Peers);
            if (clock.Elapsed > settings.Objects.FetchTimeout)
            {
                throw shared ? new CommandException(ExitCode.Failed, $"not synced after {settings.Objects.FetchTimeout.TotalSeconds:0} s, at {(await handle.StatusAsync()).Entries} entries ({Doing(progress)}): repeat the command with a longer --timeout; what has come is kept")
                    : connected || trouble.Declined ? NobodyHas(handle.Id)
                    : NobodyReached(settings, trouble);
            }
            await Task.Delay(Often, cancel);
        }
    }

    private static string Doing(SyncProgress progress) =>
        progress.Peers + progress.Unheard == 0 ? "no peer that has it is connected any more"
        : progress.Waiting > 0 ? $"{progress.Waiting} more are on their way or wait for something that is not here"
        : progress.Behind > 0 ? "a peer does not show what it announces"
        : "a peer has not said yet what it has";

    private static void ThrowIfHopeless(PeerTrouble trouble, IReadOnlyList<PeerAddress> peers)
    {
        if (trouble.Hopeless(peers) is { } why) throw new CommandException(ExitCode.Network, why);
    }

    private static CommandException NobodyHas(ContentHash id) => CommandException.NotFound($"no connected peer has object {id}: check the id, or ask whoever gave it to you to run 'hhs serve'");

    private static CommandException NobodyReached(HhsSettings settings, PeerTrouble trouble) =>
        new(ExitCode.Network, $"no peer could be reached within {settings.Objects.FetchTimeout.TotalSeconds:0} s{(trouble.Any is { } why ? $": {why}" : "")}");

    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(100);
    private const int TimeoutSecondsMax = 86_400;
}
