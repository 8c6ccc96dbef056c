using System.Net;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests;
using Hhs.Actors.Tests.Journal.Postgres;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Network.Tests;
using Hhs.Node.Demo.Clusters;

namespace Hhs.Cluster.Tests.Partitions;

/// <summary>Three processes of <c>hhs serve</c>, each on a host of its own, with a network between them that can be cut; a database and peers on a fourth.</summary>
public sealed class PartitionCluster : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hhs-part-").FullName;
    private readonly List<NetworkHost> _hosts = [];
    private SecretKey? _identity;
    private readonly ServeNode?[] _nodes = new ServeNode?[Count];
    private readonly bool[] _isSlow = new bool[Count];
    private readonly PacketSwitch _switch = new();
    private PostgresServer? _postgres;
    private TcpForwarder? _database;

    /// <summary>Why there can be none here; null if there can.</summary>
    public static string? WhyNot => NetworkHost.WhyNot ?? PostgresServer.Missing;

    /// <summary>Sets that only the nodes write to.</summary>
    internal IReadOnlyList<ContentHash> Sets { get; private set; } = [];

    /// <summary>A set that peers write to.</summary>
    internal ContentHash OfPeers { get; private set; }

    internal ServeNode this[int index] => _nodes[index]!;

    internal static IPAddress AddressOf(int node) => Address(node + 1);

    internal static IPAddress Database { get; } = Address(100);

    internal static IPAddress Outside { get; } = Address(101);

    internal PeerAddress PeerAddressOf(int node) => new(_identity!.KeyId.Hash, new($"ws://{AddressOf(node)}:4000"));

    public async ValueTask InitializeAsync()
    {
        if (WhyNot is not null) return;
        _postgres = PostgresServer.Start();
        for (int i = 0; i < Count; i++)
        {
            _hosts.Add(new());
            _switch.Plug(_hosts[i], AddressOf(i));
        }
        _switch.Plug(null, Outside, Database);   // what does not say where it comes from comes from the first
        _database = new(Database, _postgres.Port);
        _identity = IdentityFile.LoadOrCreate(IdentityPath);
        await WholeAsync();
        var sets = new List<ContentHash>();
        for (int i = 0; i < 7; i++)
        {
            var made = await ControlSocket.RunAsync(this[0].Folder, Eventually.Patience, "create", "set", $"s{i}", "--json");
            sets.Add(ContentHash.Parse(System.Text.Json.JsonDocument.Parse(made!.Output).RootElement.GetProperty("id").GetString()!));
        }
        (Sets, OfPeers) = ([.. sets.Take(6)], sets[6]);
    }

    /// <summary>All nodes are up, each can talk to each, and each has some of the objects.</summary>
    /// <param name="slow">This one takes so long to believe that others are gone that they have put it out before.</param>
    internal async Task WholeAsync(int? slow = null)
    {
        Assert.SkipUnless(WhyNot is null, WhyNot ?? "");
        IPAddress[] all = [.. Enumerable.Range(0, Count).Select(AddressOf), Outside, Database];
        foreach (var one in all) foreach (var other in all) _switch.CutOneWay(one, other, false);
        for (int i = 0; i < Count; i++)
        {
            if (_nodes[i] is not { } node || (!node.Ended.IsCompleted && _isSlow[i] == (slow == i))) continue;
            await node.DisposeAsync();
            _nodes[i] = null;
        }
        await Task.WhenAll(Enumerable.Range(0, Count).Where(i => _nodes[i] is null).Select(async i =>
        {
            _isSlow[i] = slow == i;
            _nodes[i] = await ServeNode.StartAsync(_hosts[i], Path.Combine(_folder, $"n{i}"), Config(i, _isSlow[i]));
        }));
        try
        {
            foreach (var node in _nodes) await Eventually.Holds(async () => await node!.MembersUpAsync() == Count, "all nodes are up");
        }
        catch
        {
            foreach (var (node, i) in _nodes.Select((n, i) => (n!, i))) TestContext.Current.TestOutputHelper!.WriteLine($"node {i}: {await node.MembersUpAsync()} up; {(node.Ended.IsCompleted ? $"ended with {await node.Ended}" : "runs")}\n{node.Errors}");
            throw;
        }
    }

    /// <summary>A node is heard by nobody, and hears nobody, of these.</summary>
    internal void CutOff(int node, bool cut, params IPAddress[] from)
    {
        foreach (var other in from) _switch.Cut(AddressOf(node), other, cut);
    }

    internal void CutOneWay(IPAddress from, IPAddress to, bool cut) => _switch.CutOneWay(from, to, cut);

    /// <summary>A peer, in this process, that stays connected to these nodes.</summary>
    internal Task<HhsNode> PeerAsync(params int[] nodes) => HhsNode.StartAsync(new()
    {
        Peers = [.. nodes.Select(PeerAddressOf)],
        Transport = new() { DialTimeout = TimeSpan.FromSeconds(1), KeepAlive = TimeSpan.FromSeconds(1) },
        Mesh = new() { RedialMin = TimeSpan.FromMilliseconds(100), RedialMax = TimeSpan.FromMilliseconds(500) },
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) if (node is not null) await node.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        _switch.Dispose();
        foreach (var host in _hosts) host.Dispose();
        _postgres?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string IdentityPath => Path.Combine(_folder, "identity.json");

    // Everything that waits for time to pass, faster than operators want it (TestCluster.Hasty), and not so fast that a busy machine looks like a cut.
    private string Config(int node, bool slow) =>
        $$"""
        akka.remote.dot-netty.tcp.connection-timeout = 1s
        akka.cluster {
          gossip-interval = 200ms
          leader-actions-interval = 200ms
          unreachable-nodes-reaper-interval = 200ms
          periodic-tasks-initial-delay = 100ms
          retry-unsuccessful-join-after = 500ms
          seed-node-timeout = 3s
          failure-detector {
            heartbeat-interval = 300ms
            acceptable-heartbeat-pause = {{(slow ? 12 : HeartbeatPause.TotalSeconds)}}s
          }
          split-brain-resolver.stable-after = 1s
          down-removal-margin = 500ms
          pub-sub.gossip-interval = 200ms
          distributed-data { gossip-interval = 200ms, notify-subscribers-interval = 100ms }
          singleton.hand-over-retry-interval = 200ms
          sharding { retry-interval = 200ms, coordinator-failure-backoff = 200ms, rebalance-interval = 500ms }
        }
        hhs {
          data-directory = "{{Path.Combine(_folder, $"n{node}")}}"
          identity-file = "{{IdentityPath}}"
          listen = ["ws://{{AddressOf(node)}}:4000"]
          journal {
            provider = postgresql
            postgresql {
              connection-string = "Host={{Database}};Port={{_database!.Port}};Username=postgres;Database=postgres;Timeout=5;Command Timeout=10"
              give-up-after = 20s
              lock-patience = 300ms
            }
          }
          cluster {
            listen = "{{AddressOf(node)}}:4053"
            seeds = ["{{AddressOf(0)}}:4053", "{{AddressOf(1)}}:4053"]
            look-again = 5s
          }
        }
        """;

    // Of this process alone, since one end of the network is on the machine itself.
    private static IPAddress Address(int last) => new([10, (byte)(200 + (Environment.ProcessId % 50)), (byte)(Environment.ProcessId / 50 % 250), (byte)last]);

    internal const int Count = 3;
    internal static readonly TimeSpan HeartbeatPause = TimeSpan.FromSeconds(3);
}
