using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using Hhs.Network.Tests;

namespace Hhs.Cluster.Tests.Partitions;

/// <summary>A switch between hosts: each IPv4 packet goes to whom it is addressed, unless that way is cut. Nobody is told of what is lost.</summary>
internal sealed class PacketSwitch : IDisposable
{
    private readonly ConcurrentDictionary<uint, TunDevice> _ports = new();
    private readonly ConcurrentDictionary<(uint From, uint To), bool> _cut = new();
    private readonly List<(TunDevice Device, Thread Thread)> _plugged = [];
    private volatile bool _stopped;

    /// <summary>Gives a host these addresses, and lets it talk to all others. Null: this process's own host.</summary>
    public void Plug(NetworkHost? host, params IPAddress[] addresses)
    {
        var device = new TunDevice($"hhsc{Environment.ProcessId % 100_000}p{_plugged.Count}");
        if (host is not null) NetworkHost.Ip("link", "set", device.Name, "netns", host.Name);
        Action<string[]> ip = host is null ? NetworkHost.Ip : host.Inside;
        foreach (var address in addresses) ip(["addr", "add", $"{address}/24", "dev", device.Name]);
        ip(["link", "set", device.Name, "up"]);
        foreach (var address in addresses) _ports[Number(address)] = device;
        var thread = new Thread(() => Pass(device)) { IsBackground = true };
        _plugged.Add((device, thread));
        thread.Start();
    }

    /// <summary>Whether packets from the one to the other are lost; those of the other direction are another matter.</summary>
    public void CutOneWay(IPAddress from, IPAddress to, bool cut) => _cut[(Number(from), Number(to))] = cut;

    /// <summary>Whether packets between the two are lost.</summary>
    public void Cut(IPAddress one, IPAddress other, bool cut)
    {
        CutOneWay(one, other, cut);
        CutOneWay(other, one, cut);
    }

    private void Pass(TunDevice device)
    {
        byte[] packet = new byte[65_536];
        while (!_stopped)
        {
            int length = device.Read(packet, StopLooksEvery);
            if (length < Ipv4HeaderSize || packet[0] >> 4 != 4) continue;
            var (from, to) = (BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(12)), BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(16)));
            if (!_ports.TryGetValue(to, out var port) || _cut.GetValueOrDefault((from, to))) continue;
            byte[] whole = packet[..length];
            port.Write(whole);
        }
    }

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    public void Dispose()
    {
        _stopped = true;
        foreach (var (_, thread) in _plugged) thread.Join();
        foreach (var (device, _) in _plugged) device.Dispose();
    }

    private const int Ipv4HeaderSize = 20;
    private static readonly TimeSpan StopLooksEvery = TimeSpan.FromMilliseconds(50);
}
