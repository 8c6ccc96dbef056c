using System.Buffers.Binary;
using System.Diagnostics;

namespace Hhs.Network.Tests;

/// <summary>A cable between two hosts, packet by packet: with latency, loss, and cuts.</summary>
/// <remarks>IPv4 alone. Each direction has a thread that reads and one that delivers when a packet's time has come.</remarks>
internal sealed class PacketLink : IDisposable
{
    private readonly TunDevice[] _ends;
    private readonly List<Thread> _threads = [];
    private readonly Lock _lock = new();
    private readonly Random _random;
    private readonly HashSet<int> _deadPorts = [];
    private long _passed;
    private volatile bool _stopped;

    public PacketLink(NetworkHost left, NetworkHost right, int seed)
    {
        int number = Interlocked.Increment(ref _number);
        _random = new(seed);
        (LeftAddress, RightAddress) = ($"10.77.{number}.1", $"10.77.{number}.2");
        _ends = [new($"hhs{Environment.ProcessId % 10_000}l{number}"), new($"hhs{Environment.ProcessId % 10_000}r{number}")];
        Attach(left, _ends[0], LeftAddress);
        Attach(right, _ends[1], RightAddress);
        Pass(_ends[0], _ends[1]);
        Pass(_ends[1], _ends[0]);
    }

    public string LeftAddress { get; }

    public string RightAddress { get; }

    /// <summary>The right host's interface, for a change of its address.</summary>
    public string RightInterface => _ends[1].Name;

    /// <summary>Time one way.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Part of the packets that are lost, 0 to 1.</summary>
    public double Loss { get; set; }

    /// <summary>Whether the cable is unplugged: nothing passes, and nobody is told.</summary>
    public bool Cut { get; set; }

    /// <summary>TCP packets that have passed.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    /// <summary>Called with the number of each TCP packet before it passes.</summary>
    public Action<long>? BeforePacket { get; set; }

    /// <summary>From now on no packet of the TCP connections seen up to here passes: as if a router had forgotten them.</summary>
    public void ForgetConnections()
    {
        lock (_lock) _deadPorts.UnionWith(_livePorts);
    }

    private readonly HashSet<int> _livePorts = [];

    private static void Attach(NetworkHost host, TunDevice device, string address)
    {
        NetworkHost.Ip("link", "set", device.Name, "netns", host.Name);
        host.Inside("addr", "add", $"{address}/24", "dev", device.Name);
        host.Inside("link", "set", device.Name, "up");
    }

    private void Pass(TunDevice from, TunDevice to)
    {
        var queue = new PriorityQueue<byte[], (long Due, long Number)>();
        Start(() => Read(from, queue));
        Start(() => Deliver(to, queue));
    }

    private void Start(ThreadStart work)
    {
        var thread = new Thread(work) { IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    private void Read(TunDevice from, PriorityQueue<byte[], (long Due, long Number)> queue)
    {
        byte[] buffer = new byte[65_536];
        for (long number = 0; !_stopped; number++)
        {
            int length = from.Read(buffer, StopLooksEvery);
            if (length == 0 || !Passes(buffer.AsSpan(0, length))) continue;
            long due = Stopwatch.GetTimestamp() + (long)(Latency.TotalSeconds * Stopwatch.Frequency);
            lock (queue)
            {
                queue.Enqueue(buffer[..length], (due, number));
                Monitor.Pulse(queue);
            }
        }
    }

    private bool Passes(ReadOnlySpan<byte> packet)
    {
        bool tcp = packet.Length >= 24 && packet[0] >> 4 == 4 && packet[9] == TcpProtocol;
        if (tcp) BeforePacket?.Invoke(Interlocked.Increment(ref _passed));
        lock (_lock)
        {
            if (Cut || _random.NextDouble() < Loss) return false;
            return !tcp || !IsForgotten(packet);
        }
    }

    // The client's port tells connections apart: it is the higher of the two, and new for each.
    private bool IsForgotten(ReadOnlySpan<byte> packet)
    {
        int header = (packet[0] & 15) * 4;
        int port = Math.Max(BinaryPrimitives.ReadUInt16BigEndian(packet[header..]), BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 2)..]));
        _livePorts.Add(port);
        return _deadPorts.Contains(port);
    }

    private void Deliver(TunDevice to, PriorityQueue<byte[], (long Due, long Number)> queue)
    {
        while (!_stopped)
        {
            byte[]? packet = null;
            lock (queue)
            {
                if (!queue.TryPeek(out _, out var next)) Monitor.Wait(queue, StopLooksEvery);
                else if (TimeTo(next.Due) is var wait && wait > TimeSpan.Zero) Monitor.Wait(queue, wait);
                else packet = queue.Dequeue();
            }
            if (packet is not null) to.Write(packet);
        }
    }

    private static TimeSpan TimeTo(long due) => Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);

    public void Dispose()
    {
        _stopped = true;
        foreach (var thread in _threads) thread.Join();
        foreach (var end in _ends) end.Dispose();
    }

    private static int _number;
    private const byte TcpProtocol = 6;
    private static readonly TimeSpan StopLooksEvery = TimeSpan.FromMilliseconds(50);
}
