using System.Net;
using System.Net.Sockets;

namespace Hhs.Actors.Tracker;

/// <summary>Where a connection comes from, as far as it tells those apart that are not one and the same.</summary>
/// <remarks>
/// A host is an IPv4 address or an IPv6 /64, which one machine can fill alone; a network is what one customer can have without
/// effort: a /24, or an IPv6 /48. Behind a proxy everybody is one host.
/// </remarks>
/// <param name="Host">What requests are counted by.</param>
/// <param name="Network">What a full tracker is shared out between.</param>
internal readonly record struct SourceAddress(string Host, string Network)
{
    /// <summary>Reads a connection's remote address, such as <c>127.0.0.1:4000</c>; what is no IP address stands for itself.</summary>
    public static SourceAddress Of(string remote)
    {
        int port = remote.LastIndexOf(':');
        string host = port < 0 ? remote : remote[..port];
        if (!IPAddress.TryParse(host, out var address)) return new(host, host);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? new(address.ToString(), Prefix(address, 3))
            : new(Prefix(address, 8), Prefix(address, 6));
    }

    private static string Prefix(IPAddress address, int bytes)
    {
        byte[] text = address.GetAddressBytes();
        text.AsSpan(bytes).Clear();
        return $"{new IPAddress(text)}/{bytes * 8}";
    }
}
