using System.Net;
using System.Net.Sockets;

namespace Hhs.Actors.Transport;

/// <summary>Counts the open connections of each remote address, so that one cannot take all the places.</summary>
/// <remarks>
/// An IPv6 address counts by its first 64 bits: whoever has one has the whole network. Addresses of this machine are not counted
/// unless that is asked for. Callable from any thread.
/// </remarks>
internal sealed class AddressQuota(ConnectionLimits limits)
{
    private readonly Dictionary<UInt128, int> _open = [];
    private readonly Lock _lock = new();

    /// <summary>A place for a connection from there; false when that address has all of its places. Each true is to be followed by one <see cref="Leave"/>.</summary>
    public bool TryEnter(IPAddress remote)
    {
        if (!Counts(remote)) return true;
        var key = KeyOf(remote);
        lock (_lock)
        {
            int open = _open.GetValueOrDefault(key);
            if (open >= limits.InboundPerAddressMax) return false;
            _open[key] = open + 1;
            return true;
        }
    }

    /// <summary>A connection from there has ended.</summary>
    public void Leave(IPAddress remote)
    {
        if (!Counts(remote)) return;
        var key = KeyOf(remote);
        lock (_lock)
        {
            if (_open[key] == 1) _open.Remove(key);
            else _open[key]--;
        }
    }

    private bool Counts(IPAddress remote) => limits.InboundPerAddressMax > 0 && (limits.InboundPerAddressCountsLoopback || !IPAddress.IsLoopback(Plain(remote)));

    private static IPAddress Plain(IPAddress remote) => remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote;

    // The two families do not meet: no IPv6 network that begins with 64 zero bits is given to anybody, so IPv4 has that place.
    private static UInt128 KeyOf(IPAddress remote)
    {
        Span<byte> bytes = stackalloc byte[16];
        var plain = Plain(remote);
        plain.TryWriteBytes(bytes, out int written);
        if (plain.AddressFamily == AddressFamily.InterNetworkV6) return new(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes), 0);
        return written == 4 ? new(0, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes)) : UInt128.MaxValue;
    }
}
