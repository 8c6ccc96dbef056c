using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Hhs.Actors.Mesh;
using Hhs.Node.Control;
using Hhs.Node.Output;
using Hhs.Protocols;

namespace Hhs.Node.Commands;

/// <summary><c>hhs peers</c>: whom the running node is connected to.</summary>
internal static class PeersCommand
{
    public static Command Make()
    {
        var command = new Command("peers", "Show whom the node that runs on this store is connected to");
        command.SetAction(async (parsed, _) =>
        {
            var context = new CommandContext(parsed);
            if (CommandIo.Current is null) throw CommandException.NotFound($"no node runs on the store in {context.DataDirectory}: start one with 'hhs serve'");
            await using var node = await context.OpenOfflineAsync();
            foreach (var peer in await node.PeersAsync()) context.Report.Write(() => Json(peer), () => Text(peer));
            foreach (var key in await node.BlockedAsync()) context.Report.Write(() => new JsonObject { ["keyId"] = key.ToString(), ["blocked"] = true }, () => $"{key}  blocked");
            return ExitCode.Ok;
        });
        return command;
    }

    private static JsonObject Json(MeshProtocol.PeerInfo peer) => new()
    {
        ["keyId"] = peer.KeyId.ToString(), ["remote"] = peer.Remote, ["inbound"] = peer.Inbound,
        ["original"] = peer.Kind == PeerKind.Original, ["roundTripMs"] = peer.RoundTrip?.TotalMilliseconds,
    };

    private static string Text(MeshProtocol.PeerInfo peer) =>
        $"{peer.KeyId}  {(peer.Inbound ? "from" : "to")} {peer.Remote}{(peer.Kind == PeerKind.Original ? "  original" : "")}{(peer.RoundTrip is { } time ? string.Create(CultureInfo.InvariantCulture, $"  {time.TotalMilliseconds:0.0} ms") : "")}";
}
