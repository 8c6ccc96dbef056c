using System.CommandLine;
using System.Text.Json.Nodes;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Protocols.Invitation;
using Hhs.Node.Output;
using QRCoder;

namespace Hhs.Node.Commands;

/// <summary><c>hhs share OBJECT</c>: an invitation to hand over, as a link, a QR code or words.</summary>
internal static class ShareCommand
{
    public static Command Make()
    {
        var target = ObjectCommand.Target();
        var peer = new Option<string[]>("--peer") { Description = "Where a peer that has the object can be dialled; repeat for more. Default: where this node listens", HelpName = "KEYID@ws://HOST:PORT", DefaultValueFactory = _ => [] };
        var tracker = new Option<string[]>("--tracker") { Description = "A tracker that knows peers; repeat for more", HelpName = "[KEYID@]ws://HOST:PORT", DefaultValueFactory = _ => [] };
        var words = new Option<bool>("--words") { Description = "Also as words, to be read aloud and typed" };
        var noQr = new Option<bool>("--no-qr") { Description = "Without the QR code" };
        var command = new Command("share", "Make an invitation to an object, for 'hhs join'") { target, peer, tracker, words, noQr };
        command.SetAction(async (parsed, _) =>
        {
            var context = new CommandContext(parsed);
            await using var node = await context.OpenOfflineAsync();
            var handle = await node.OpenAsync(new ObjectNames(node.Journal).Resolve(parsed.GetValue(target)!));
            var asked = parsed.GetValue(tracker)!;
            var trackers = (asked.Length > 0 ? asked : context.Settings.Trackers.Select(t => t.ToString())).Select(Invitations.Tracker).ToList();
            var peers = parsed.GetValue(peer) is { Length: > 0 } given ? Peers.Parse(given) : Own(node, context);
            if (peers.Count + trackers.Count == 0)
                throw CommandException.BadInput("nobody could find the object by such an invitation: run 'hhs serve --listen ws://HOST:PORT' meanwhile, or give a --peer KEYID@ws://HOST:PORT or a --tracker");
            byte[] bytes = peers.Count > 0 ? Invitations.Write(handle.Id, handle.TypeId, peers, trackers) : Invitations.Write(handle.Id, handle.TypeId, node.KeyId, trackers);
            Show(context.Report, bytes, peers, parsed.GetValue(words), !parsed.GetValue(noQr));
            return ExitCode.Ok;
        });
        return command;
    }

    // A node that is not running says where it would listen; a port that is chosen at the start nobody knows yet.
    private static IReadOnlyList<PeerAddress> Own(HhsNode node, CommandContext context)
    {
        var listening = node.Listening.Count > 0 ? node.Listening : context.Settings.Listen;
        return [.. listening.Where(a => a.Port > 0 && !Unspecified.Contains(a.Host)).Select(a => new PeerAddress(node.KeyId.Hash, a))];
    }

    private static void Show(Report report, byte[] bytes, IReadOnlyList<PeerAddress> peers, bool asWords, bool asQr)
    {
        string link = InvitationUri.Write(bytes);
        var words = InvitationWords.Write(bytes);
        string hint = string.Join(' ', words.Take(InvitationWords.HintWords));
        report.Write(() => new JsonObject { ["invitation"] = link, ["words"] = asWords ? string.Join(' ', words) : null, ["begins"] = hint }, () => string.Join('\n', Lines()));

        IEnumerable<string> Lines()
        {
            yield return link;
            if (asQr) yield return QrCode(link);
            if (asWords)
            {
                foreach (string[] line in words.Chunk(WordsInLine)) yield return string.Join(' ', line);
            }
            yield return $"It begins with the words: {hint}. 'hhs join' shows them, too: compare them, but all of it is needed to join.";
            yield return "Whoever sees it can fetch the object with all its history, and learns the key ids and addresses in it. It cannot be taken back.";
            if (peers.Count > 0 && peers.All(p => p.Endpoint.IsLoopback)) yield return "Its addresses are of this machine only: for others, give --peer with an address that they can reach.";
        }
    }

    private static string QrCode(string link)
    {
        using var data = QRCodeGenerator.GenerateQrCode(link, QRCodeGenerator.ECCLevel.L);
        using var code = new AsciiQRCode(data);
        return code.GetGraphicSmall(drawQuietZones: true);
    }

    // Where everybody is listened to; nobody can dial that.
    private static readonly string[] Unspecified = ["0.0.0.0", "[::]"];
    private const int WordsInLine = 8;
}
