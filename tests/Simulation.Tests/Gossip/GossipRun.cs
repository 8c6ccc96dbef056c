using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols;
using Hhs.Protocols.Sync;

namespace Hhs.Simulation.Tests.Gossip;

/// <summary>One swarm in which single entries are written, and how they travel: all from one seed, in virtual time.</summary>
internal sealed class GossipRun
{
    private readonly World _world;
    private readonly Dictionary<ContentHash, Travel> _travels = [];
    private readonly Dictionary<string, NativeNode> _byName;
    private long _announcements, _payloads, _bytes;

    public GossipRun(int seed, SyncSettings settings, int nodes, IEnumerable<(int One, int Other)> links, Func<int, bool>? isSilent = null)
    {
        _world = new(seed) { IsTraced = false };
        Nodes = [.. Enumerable.Range(0, nodes).Select(i => isSilent?.Invoke(i) == true ? new SilentNode(_world, $"n{i}", (seed * 10_000) + i, settings) : new NativeNode(_world, $"n{i}", (seed * 10_000) + i, settings))];
        _byName = Nodes.ToDictionary(n => n.Name);
        foreach (var node in Nodes) Observe(node);
        foreach (var node in Nodes) node.Start();
        foreach (var (one, other) in links) _world.Link(Nodes[one], Nodes[other], new(_world.Between(20, 200)));
        Pass(5);
        Measure();
    }

    public List<NativeNode> Nodes { get; }

    public IEnumerable<NativeNode> Honest => Nodes.Where(n => n is not SilentNode);

    public void Pass(double seconds) => _world.RunUntil(_world.Now + TimeSpan.FromSeconds(seconds), () => false);

    /// <summary>A random node that tells the truth writes an entry.</summary>
    public void Write()
    {
        var honest = Honest.ToArray();
        var writer = honest[_world.Random.Next(honest.Length)];
        var entry = Literal.Map.Of(("action", "add"), ("element", $"{_world.Now} {_world.Random.Next()}"));
        _travels.Add(writer.Write(entry), new(_world.Now, writer.Name));
    }

    /// <summary>Everything a random share of the nodes was connected to is gone, at one moment.</summary>
    public void Leave(double share)
    {
        var gone = Nodes.Where(_ => _world.Random.NextDouble() < share).ToHashSet();
        foreach (var link in _world.Links)
        {
            if (!gone.Contains((NativeNode)link.One) && !gone.Contains((NativeNode)link.Other)) continue;
            link.IsHeld = true;
            link.Break();
        }
        Nodes.RemoveAll(gone.Contains);
    }

    /// <summary>What has travelled since the last call.</summary>
    public GossipFigures Measure()
    {
        var names = Honest.Select(n => n.Name).ToHashSet();
        var hops = _travels.Values.SelectMany(t => t.Arrived.Where(a => names.Contains(a.Key) && a.Key != t.Writer).Select(a => a.Value.Hops)).ToArray();
        var times = _travels.Values.Select(t => t.Arrived.Where(a => names.Contains(a.Key)).Max(a => a.Value.At) - t.Written).ToArray();
        int changes = Math.Max(_travels.Count, 1);
        var figures = new GossipFigures(
            _travels.Values.All(t => names.All(t.Arrived.ContainsKey)),
            hops.Length == 0 ? 0 : hops.Average(), hops.Length == 0 ? 0 : hops.Max(),
            (double)_announcements / Nodes.Count / changes, (double)_payloads / Nodes.Count / changes, (double)_bytes / Nodes.Count / changes,
            times.Length == 0 ? 0 : times.Average(t => t.TotalSeconds), times.Length == 0 ? 0 : times.Max(t => t.TotalSeconds));
        _travels.Clear();
        _announcements = _payloads = _bytes = 0;
        return figures;
    }

    private void Observe(NativeNode node)
    {
        node.OnReceived = (_, message) =>
        {
            _bytes += message.Length;
            if (message.Span.StartsWith("{\"type\":\"new-frontier\""u8)) _announcements++;
            else if (message.Span.StartsWith("{\"type\":\"payload-msg\""u8)) _payloads++;
        };
        node.OnOffered = (from, entry) =>
        {
            if (!_travels.TryGetValue(entry.Hash, out var travel)) return;
            int before = travel.Arrived.TryGetValue(NameOf(from), out var there) ? there.Hops : 0;
            travel.Arrived.TryAdd(node.Name, (before + 1, _world.Now));
        };
    }

    private static string NameOf(PeerId peer) => peer.Text[..peer.Text.IndexOf('#')];

    private sealed class Travel(TimeSpan written, string writer)
    {
        public TimeSpan Written => written;

        public string Writer => writer;

        public Dictionary<string, (int Hops, TimeSpan At)> Arrived { get; } = new() { [writer] = (0, written) };
    }

    /// <summary>Takes everything, and passes nothing on: what it has been told of, it keeps to itself, and it answers no request.</summary>
    private sealed class SilentNode(World world, string name, int seed, SyncSettings settings) : NativeNode(world, name, seed, settings)
    {
        protected override void Send(PeerId peer, ReadOnlyMemory<byte> message)
        {
            if (message.Span.StartsWith("{\"type\":\"header-request\""u8) || message.Span.StartsWith("{\"type\":\"payload-request\""u8)) base.Send(peer, message);
        }
    }
}

/// <summary>How entries travelled.</summary>
/// <param name="Everywhere">Whether each reached every honest node.</param>
/// <param name="HopsMean">Nodes that one passed on its way, on average.</param>
/// <param name="HopsMax">The same at most.</param>
/// <param name="Announcements">Frontiers that a node received for each entry; one is enough.</param>
/// <param name="Payloads">Payloads that a node received for each entry; one is enough.</param>
/// <param name="Bytes">All that a node received for each entry.</param>
/// <param name="SecondsMean">Until the last node had it, on average over the entries.</param>
/// <param name="SecondsMax">The same for the slowest entry.</param>
internal sealed record GossipFigures(bool Everywhere, double HopsMean, int HopsMax, double Announcements, double Payloads, double Bytes, double SecondsMean, double SecondsMax);
