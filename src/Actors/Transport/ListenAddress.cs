using System.Net;

namespace Hhs.Actors.Transport;

/// <summary>Which address of this machine a listener is to take.</summary>
internal static class ListenAddress
{
    /// <exception cref="TransportException">It is a name, and not one of this machine.</exception>
    public static IPAddress Of(Uri address)
    {
        if (IPAddress.TryParse(address.DnsSafeHost, out var ip)) return ip;
        if (address.DnsSafeHost == "localhost") return IPAddress.Loopback;
        throw new TransportException($"cannot listen on {address}: give an IP address, such as {address.Scheme}://127.0.0.1:4000");
    }
}
