using System.Diagnostics.CodeAnalysis;

namespace Hhs.Protocols.Invitation;

/// <summary>An address in an invitation, such as <c>wss://node.example:443/hhs</c>: one spelling for one address.</summary>
/// <remarks>Shape: scheme <c>ws</c>, <c>wss</c> or <c>tcp</c>, a host, a port above zero, at most a path and query; printable ASCII.</remarks>
public sealed record InvitedEndpoint
{
    private InvitedEndpoint(string scheme, string host, int port, string path) => (Scheme, Host, Port, Path) = (scheme, host, port, path);

    /// <summary>One of <see cref="Schemes"/>.</summary>
    public string Scheme { get; }

    /// <summary>An IPv4 address, an IPv6 address in brackets, or a name in lower case.</summary>
    public string Host { get; }

    /// <summary>1 to 65535.</summary>
    public int Port { get; }

    /// <summary>Path and query, from its slash on; empty for none.</summary>
    public string Path { get; }

    /// <summary>The schemes that an invitation can name; their places are what is written.</summary>
    public static IReadOnlyList<string> Schemes { get; } = ["ws", "wss", "tcp"];

    /// <summary>Reads an address; false and a sentence when it is none that can stand in an invitation.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out InvitedEndpoint? endpoint, out string why)
    {
        endpoint = null;
        why = "";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || !Schemes.Contains(uri.Scheme)) why = "expected ws://HOST:PORT, wss:// or tcp://";
        else if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0) why = "an address has neither a user nor a fragment";
        else if (uri.Port is < 1 or > 65_535) why = "the port must be named, and above zero";
        else
        {
            string host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost.ToLowerInvariant();
            string path = uri.PathAndQuery == "/" ? "" : uri.PathAndQuery;
            if (host.Length is 0 or > HostCharsMax || path.Length > PathCharsMax) why = $"the host has at most {HostCharsMax} characters, the path {PathCharsMax}";
            else if (!(host + path).All(c => c is > ' ' and < '\x7f') || uri.DnsSafeHost.Contains('%', StringComparison.Ordinal)) why = "an address is printable ASCII, without an IPv6 zone";
            else endpoint = new(uri.Scheme, host, uri.Port, path);
        }
        return endpoint is not null;
    }

    /// <summary>The address as it is dialled.</summary>
    public Uri ToUri() => new(ToString());

    /// <inheritdoc/>
    public override string ToString() => $"{Scheme}://{Host}:{Port}{Path}";

    /// <summary>Longest host, in characters.</summary>
    public const int HostCharsMax = 253;

    /// <summary>Longest path with its query, in characters.</summary>
    public const int PathCharsMax = 128;
}
