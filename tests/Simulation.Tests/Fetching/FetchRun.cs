using Hhs.Protocols;
using Hhs.Model.Json;
using Hhs.Protocols.Sync;

namespace Hhs.Simulation.Tests.Fetching;

/// <summary>One node that has nothing fetches a log from many that have it, over lines of unequal speed.</summary>
internal sealed class FetchRun
{
    private readonly World _world;
    private readonly Dictionary<string, int> _payloads = [];

    /// <summary>Makes the sources, one for each that is named, and links them to the node that has nothing.</summary>
    public FetchRun(int seed, int entries, IEnumerable<Source> sources, SyncSettings? settings = null)
    {
        _world = new(seed) { IsTraced = false };
        Entries = entries;
        Empty = new(_world, "empty", seed, settings ?? SyncSettings.Default);
        Empty.Start();
        Empty.OnReceived = (from, message) =>
        {
            if (message.Span.StartsWith("{\"type\":\"payload-msg\""u8)) _payloads[NameOf(from.Text)] = PayloadsOf(NameOf(from.Text)) + 1;
        };
        int number = 0;
        foreach (var source in sources)
        {
            var node = source.Make(_world, $"{source.Kind}{number}", seed + ++number, settings ?? SyncSettings.Default);
            Fill(node, (int)(entries * source.Share));
            node.Start();
            Sources.Add(node);
            _world.Link(node, Empty, new(TimeSpan.FromMilliseconds(source.LatencyMs), source.KilobytesPerSecond * 1e3));
        }
    }

    public int Entries { get; }

    public NativeNode Empty { get; }

    public List<NativeNode> Sources { get; } = [];

    public World World => _world;

    /// <summary>Virtual seconds until everything is there, or null if that takes longer than the time given.</summary>
    public double? Fetch(double within = 300)
    {
        bool done = _world.RunUntil(TimeSpan.FromSeconds(within), () => Empty.Replica.Count == Entries + 1);
        return done ? _world.Now.TotalSeconds : null;
    }

    /// <summary>Payloads that the source brought.</summary>
    public int PayloadsOf(string source) => _payloads.GetValueOrDefault(source);

    public int Payloads => _payloads.Values.Sum();

    /// <summary>What the source was charged, over all its connections.</summary>
    public int ChargeOf(NativeNode source) => Empty.Charges.Where(c => NameOf(c.Key.Text) == source.Name).Sum(c => c.Value);

    public static void Fill(NativeNode node, int entries)
    {
        // Three branches: what is fetched is a graph.
        for (int i = 0; i < entries; i++)
        {
            var payload = Literal.Map.Of(("action", "add"), ("element", $"{i} {Text}"));
            node.Replica.Write(payload, [node.Replica.HeaderAt(Math.Max(node.Replica.Count - 3, 0)).Hash]);
        }
    }

    private static string NameOf(string peer) => peer[..peer.IndexOf('#')];

    private static readonly string Text = new('x', 1_000);
}

/// <summary>Somebody who has the log, or the first part of it.</summary>
internal sealed record Source(double KilobytesPerSecond, double LatencyMs, SourceKind Kind = SourceKind.honest, double Share = 1)
{
    public NativeNode Make(World world, string name, int seed, SyncSettings settings) =>
        Kind == SourceKind.honest ? new NativeNode(world, name, seed, settings) : new BadSource(world, name, seed, settings, Kind);

    /// <summary>Eight of unequal speed, 2.4 MB/s together.</summary>
    public static IReadOnlyList<Source> Unequal { get; } =
        [new(300, 40), new(100, 20), new(600, 90), new(50, 30), new(200, 150), new(800, 60), new(25, 200), new(325, 120)];
}

/// <summary>What a source does.</summary>
internal enum SourceKind
{
    honest,
    /// <summary>Says nothing any more after its 500th payload.</summary>
    stalls,
    /// <summary>Sends something else than the payload.</summary>
    lies,
    /// <summary>Sends one message a second.</summary>
    trickles,
}

/// <summary>A source that has all of it and is of no use.</summary>
internal sealed class BadSource(World world, string name, int seed, SyncSettings settings, SourceKind kind) : NativeNode(world, name, seed, settings)
{
    private readonly World _world = world;
    private int _payloads;
    private TimeSpan _next;

    protected override void Send(PeerId peer, ReadOnlyMemory<byte> message)
    {
        bool isPayload = message.Span.StartsWith("{\"type\":\"payload-msg\""u8);
        if (isPayload) _payloads++;
        switch (kind)
        {
            case SourceKind.stalls when _payloads > 500: return;
            case SourceKind.lies when isPayload: base.Send(peer, Altered(message)); return;
            case SourceKind.trickles when isPayload:
                _next = (_next > _world.Now ? _next : _world.Now) + TimeSpan.FromSeconds(1);
                _world.After(_next - _world.Now, () => base.Send(peer, message));
                return;
            default: base.Send(peer, message); return;
        }
    }

    private static byte[] Altered(ReadOnlyMemory<byte> message)
    {
        var bytes = message.ToArray();
        bytes[bytes.AsSpan().LastIndexOf((byte)'x')] = (byte)'y';
        return bytes;
    }
}
