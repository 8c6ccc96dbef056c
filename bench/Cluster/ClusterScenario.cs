using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Settings;
using Hhs.Node.Demo.Clusters;
using Hhs.Cluster;
using Hhs.Cluster.Tests;
using Hhs.Cluster.Wire;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;

namespace Hhs.Bench.Cluster;

/// <summary>The same work on a node by itself, on a cluster of one, and on a cluster of three, all on this machine: what being spread costs.</summary>
/// <remarks>All nodes are in this process, each with its actor system and a port; what they say to one another goes over TCP. Two cores show the cost of the hop; not how it scales.</remarks>
internal static class ClusterScenario
{
    public static async Task RunAsync(TextWriter output)
    {
        output.WriteLine(Text($"baseline: SHA-256 of 300 bytes {NodesScenario.ShaMicroseconds():0.00} us; {Environment.ProcessorCount} cores"));
        await using (var warmUp = await Nodes.StartAsync(3, new SharedStore().Open)) await MeasureAsync(TextWriter.Null, "", warmUp, 300);   // code is compiled
        output.WriteLine("store       nodes      one write, us: here p50/p99/cpu   over the hop p50/p99/cpu   64 at once: writes/s, cpu us   peer gets entries/s   peer's entries/s stored");
        foreach (int count in (int[])[0, 1, 3])
        {
            await using var nodes = await Nodes.StartAsync(count, new SharedStore().Open);
            await MeasureAsync(output, "memory", nodes, 3000);
            if (count == 3) Sizes(output, nodes.All[0].System);
        }
        if (PostgresServer.Missing is { } missing)
        {
            output.WriteLine($"no figures over a database: {missing}");
            return;
        }
        using var server = PostgresServer.Start();
        foreach (int count in (int[])[0, 1, 3])
        {
            await using var nodes = await Nodes.StartAsync(count, () => PostgresJournal.Open(new() { ConnectionString = server.ConnectionString, Schema = $"bench_{count}" }));
            await MeasureAsync(output, "postgresql", nodes, 1000);
        }
    }

    private static async Task MeasureAsync(TextWriter output, string store, Nodes nodes, int writes)
    {
        var sets = new List<SetHandle>();
        while (sets.Count < Objects || (nodes.All.Count > 1 && await FirstAsync(nodes, sets, here: false) is null) || await FirstAsync(nodes, sets, here: true) is null)
            sets.Add(await nodes.All[0].CreateSetAsync(new SetOptions { Seed = $"bench {sets.Count}" }));
        string here = await OneAtATimeAsync((await FirstAsync(nodes, sets, here: true))!, writes);
        string hop = await FirstAsync(nodes, sets, here: false) is { } far ? await OneAtATimeAsync(far, writes) : "-";

        var handles = new List<SetHandle>();
        foreach (var set in sets) foreach (var node in nodes.All) handles.Add(await node.OpenSetAsync(set.Id));
        int perWriter = writes / 20;
        var (seconds, cpu) = await TimedAsync(() => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async writer =>
        {
            for (int i = 0; i < perWriter; i++) await handles[writer % handles.Count].AddAsync($"by {writer}: {i}");
        })));
        int all = AtOnce * perWriter;
        string throughput = Text($"{all / seconds:0}, {cpu * 1e6 / all:0}");

        await using var peer = await HhsNode.StartAsync(new() { Peers = [nodes.All[0].Address()] });
        int entries = 0;
        foreach (var set in sets) entries += (await set.Object.StatusAsync()).Entries;
        var copies = new List<SetHandle>();
        var (gets, _) = await TimedAsync(async () =>
        {
            foreach (var set in sets) copies.Add(await peer.OpenSetAsync(set.Id));
            await SameAsync(sets, copies);
        });
        int gives = writes / 2;
        var (given, _) = await TimedAsync(async () =>
        {
            await Task.WhenAll(Enumerable.Range(0, gives).Select(i => copies[i % copies.Count].AddAsync($"of the peer {i}")));
            await SameAsync(sets, copies);
        });
        output.WriteLine(Text($"{store,-11} {nodes.Name,-10} {here,31}   {hop,24}   {throughput,29}   {entries / gets,19:0}   {gives / given,23:0}"));
    }

    private static async Task<string> OneAtATimeAsync(SetHandle set, int writes)
    {
        var times = new List<double>(writes);
        for (int i = 0; i < writes / 10; i++) await set.AddAsync($"before {i}");
        var (_, cpu) = await TimedAsync(async () =>
        {
            for (int i = 0; i < writes; i++)
            {
                long started = Stopwatch.GetTimestamp();
                await set.AddAsync($"one {i}");
                times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
            }
        });
        times.Sort();
        return Text($"{times[writes / 2]:0}/{times[writes * 99 / 100]:0}/{cpu * 1e6 / writes:0}");
    }

    // What crosses for one write, before Akka puts its addresses around it.
    private static void Sizes(TextWriter output, ActorSystem system)
    {
        var id = Model.Hashing.ContentHash.Of("an object"u8);
        var ask = new ToEntity(id, new ObjectsProtocol.ToObject(id, new ObjectProtocol.Apply(new Hhs.Actors.Objects.SetMessages.Add((Literal)"one 1000"))));
        var answer = new ObjectProtocol.Applied(id);
        output.WriteLine(Text($"over the hop, a write: 2 messages, {system.Serialization.FindSerializerFor(ask).ToBinary(ask).Length} and {system.Serialization.FindSerializerFor(answer).ToBinary(answer).Length} bytes"));
        foreach (object message in (object[])[ask, answer])
        {
            var serializer = (Akka.Serialization.SerializerWithStringManifest)system.Serialization.FindSerializerFor(message);
            byte[] bytes = [];
            for (int round = 0; round < 2; round++)
            {
                long started = Stopwatch.GetTimestamp();
                for (int i = 0; i < 20_000; i++) bytes = serializer.ToBinary(message);
                double writing = Stopwatch.GetElapsedTime(started).TotalMicroseconds / 20_000;
                started = Stopwatch.GetTimestamp();
                for (int i = 0; i < 20_000; i++) serializer.FromBinary(bytes, serializer.Manifest(message));
                if (round == 1) output.WriteLine(Text($"  {message.GetType().Name}: written in {writing:0.0} us, read in {Stopwatch.GetElapsedTime(started).TotalMicroseconds / 20_000:0.0} us"));
            }
        }
    }

    private static async Task SameAsync(IReadOnlyList<SetHandle> sets, IReadOnlyList<SetHandle> copies)
    {
        foreach (var (set, copy) in sets.Zip(copies))
            while (!(await set.Object.StatusAsync()).Frontier.Equals((await copy.Object.StatusAsync()).Frontier)) await Task.Delay(2);
    }

    private static async Task<SetHandle?> FirstAsync(Nodes nodes, IReadOnlyList<SetHandle> sets, bool here)
    {
        foreach (var set in sets) if (await nodes.IsAtFirstAsync(set) == here) return set;
        return null;
    }

    private static async Task<(double Seconds, double Cpu)> TimedAsync(Func<Task> work)
    {
        using var self = Process.GetCurrentProcess();
        var (before, started) = (self.TotalProcessorTime, Stopwatch.GetTimestamp());
        await work();
        self.Refresh();
        return (Stopwatch.GetElapsedTime(started).TotalSeconds, (self.TotalProcessorTime - before).TotalSeconds);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private const int Objects = 12;
    private const int AtOnce = 64;

    /// <summary>0: a node by itself.</summary>
    private sealed class Nodes : IAsyncDisposable
    {
        public List<HhsNode> All { get; } = [];

        public string Name { get; private init; } = "";

        public static async Task<Nodes> StartAsync(int count, Func<IJournal> store)
        {
            var nodes = new Nodes { Name = count == 0 ? "by itself" : $"cluster {count}" };
            var identity = SecretKey.Generate(SystemRandom.Instance);
            for (int i = 0; i < Math.Max(1, count); i++)
            {
                var settings = new HhsSettings { Identity = identity, Store = store(), Listen = [new("ws://127.0.0.1:0")] };
                nodes.All.Add(count == 0 ? await HhsNode.StartAsync(settings) : await ClusterNode.StartAsync(settings, OnLoopback));
                if (count == 0) break;
                await Akka.Cluster.Cluster.Get(nodes.All[i].System).JoinAsync(Akka.Cluster.Cluster.Get(nodes.All[0].System).SelfAddress);
                while (nodes.All.Any(n => Akka.Cluster.Cluster.Get(n.System).State.Members.Count(m => m.Status == Akka.Cluster.MemberStatus.Up) != i + 1)) await Task.Delay(20);
            }
            return nodes;
        }

        public async Task<bool> IsAtFirstAsync(SetHandle set) => Name == "by itself" || (await All[0].System
            .ActorSelection($"/user/hhs/objects/registry/{Hhs.Cluster.Placement.ObjectMessages.NameOf(set.Id)}").Ask<ActorIdentity>(new Identify(null), TimeSpan.FromSeconds(10))).Subject is not null;

        public async ValueTask DisposeAsync()
        {
            foreach (var node in All) ((ExtendedActorSystem)node.System).Abort();
            await Task.WhenAll(All.Select(n => n.System.WhenTerminated));
        }

        private static readonly Config OnLoopback = ConfigurationFactory.ParseString(
            """
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
            akka.cluster { gossip-interval = 200ms, leader-actions-interval = 200ms, periodic-tasks-initial-delay = 100ms, failure-detector.acceptable-heartbeat-pause = 30s }
            akka.cluster.sharding.rebalance-interval = 1h
            hhs.cluster.look-again = 1s
            """);
    }
}
