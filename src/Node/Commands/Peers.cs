using Hhs.Actors.Mesh;

namespace Hhs.Node.Commands;

/// <summary>Reads addresses that a person typed.</summary>
internal static class Peers
{
    public static IReadOnlyList<PeerAddress> Parse(IEnumerable<string> texts) => [.. texts.Select(Parse)];

    public static Uri Listen(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || !Schemes.Contains(address.Scheme))
            throw CommandException.BadInput($"'{text}' is not an address to listen on: expected ws://HOST:PORT, such as ws://127.0.0.1:4000 (port 0 takes a free one), wss:// or tcp://");
        return address;
    }

    private static PeerAddress Parse(string text)
    {
        if (!PeerAddress.TryParse(text, out var address, out string why)) throw CommandException.BadInput(why);
        if (!Schemes.Contains(address.Endpoint.Scheme)) throw CommandException.BadInput($"'{text}' is not a peer address: expected KEYID@ws://HOST:PORT");
        return address;
    }

    private static readonly string[] Schemes = ["ws", "wss", "tcp"];
}
