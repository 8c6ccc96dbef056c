using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Tests;
using Hhs.Actors.Telemetry;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Types.Set;
using Hhs.Protocols;

namespace Hhs.Cluster.Tests;

/// <summary>Those that count what the whole process does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    internal const string Name = "alone";
}

/// <summary>What an object says to all: from its node to another once, however many sessions that has.</summary>
[Collection(AloneCollection.Name)]
public sealed class AnnouncementsTests(ITestOutputHelper output)
{
    /// <summary>Prints what it took; HHS_CHANGES=200 is what docs/decisions/064 reports.</summary>
    [Fact(Timeout = 120_000)]
    public async Task A_frontier_crosses_once_for_all_sessions_of_a_node()
    {
        int changes = int.TryParse(Environment.GetEnvironmentVariable("HHS_CHANGES"), CultureInfo.InvariantCulture, out int asked) ? asked : 20;
        await using var cluster = await TestCluster.OfAsync(2, settings => settings with { Sync = settings.Sync with { PeersMax = Sessions, AnnounceEvery = TimeSpan.FromMilliseconds(1), KeepAliveEvery = TimeSpan.FromMinutes(5) } });
        var set = await AtAsync(cluster[0], cluster[0]);
        var sessions = await JoinAsync(cluster[1], set.Id, Sessions);
        using var counted = new Counted();
        var process = Process.GetCurrentProcess();
        var (processor, watch, sent) = (process.TotalProcessorTime, Stopwatch.StartNew(), SentOverTcp());

        for (int i = 0; i < changes; i++)
        {
            await set.AddAsync($"change {i}");
            string frontier = (await set.Object.StatusAsync()).Frontier.Single().ToString();
            await Eventually.Holds(() => sessions.All(s => s.Last.Contains(frontier, StringComparison.Ordinal)), "all sessions have been told");
        }

        await Eventually.Holds(() => counted.BytesOf("drained") > 0, "what has left is reported");
        process.Refresh();
        output.WriteLine($"{changes} changes, {Sessions} sessions: {watch.ElapsedMilliseconds} ms, processor {(process.TotalProcessorTime - processor).TotalMilliseconds:F0} ms, {(SentOverTcp() - sent) / 1024} KiB sent over TCP");
        output.WriteLine(counted.ToString());
        Assert.InRange(counted.MessagesOf("to-peer"), changes, changes * 2);
        Assert.InRange(counted.MessagesOf("drained"), 1, changes * Sessions / 5);
        Assert.All(sessions, s => Assert.Equal(changes, s.Count));
    }

    private const int Sessions = 300;

    /// <summary>A set whose object is at one of the nodes.</summary>
    private static async Task<SetHandle> AtAsync(HhsNode any, HhsNode there)
    {
        for (int i = 0; ; i++)
        {
            var set = await any.CreateSetAsync(new SetOptions { Seed = $"set {i}" });
            if (await TestCluster.HasAsync(there, set.Id)) return set;
        }
    }

    private static async Task<IReadOnlyList<Session>> JoinAsync(HhsNode node, ContentHash id, int count)
    {
        var channel = await node.System.ActorSelection("/user/hhs/objects/remote-sessions").ResolveOne(Eventually.Patience);
        var sessions = new List<Session>();
        for (int i = 0; i < count; i++)
        {
            var session = new Session();
            sessions.Add(session);
            var actor = node.System.ActorOf(Props.Create(() => new SessionActor(session, channel)), $"session-of-test-{i}");
            // Those of the original, which are told each frontier; our own are told by one another, too.
            channel.Tell(new MeshProtocol.PeerJoined(id.ToString(), new(actor.Path.Name), new KeyId(ContentHash.Of(BitConverter.GetBytes(i))), PeerKind.Original, actor), actor);
        }
        await Eventually.Holds(() => sessions.All(s => s.Last.Length > 0), "all have joined");
        foreach (var session in sessions) session.Count = 0;
        return sessions;
    }

    private sealed class Session
    {
        public volatile string Last = "";
        public volatile int Count;
    }

    private sealed class SessionActor : ReceiveActor
    {
        public SessionActor(Session session, IActorRef channel) => Receive<MeshProtocol.SendOnTopic>(send =>
        {
            session.Count++;
            session.Last = System.Text.Encoding.UTF8.GetString(send.Message.Span);
            channel.Tell(new MeshProtocol.TopicDrained(new(Self.Path.Name), send.Message.Length));
        });
    }

    // All of this process's connections, which are those between the nodes.
    private static long SentOverTcp()
    {
        try
        {
            using var ss = Process.Start(new ProcessStartInfo("ss", "-tinpH") { RedirectStandardOutput = true })!;
            string[] lines = ss.StandardOutput.ReadToEnd().Split('\n');
            return lines.Zip(lines.Skip(1)).Where(l => l.First.Contains($"pid={Environment.ProcessId},", StringComparison.Ordinal))
                .Sum(l => System.Text.RegularExpressions.Regex.Match(l.Second, "bytes_sent:(\\d+)") is { Success: true } m ? long.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return 0;   // it is not installed, and only printed
        }
    }

    private sealed class Counted : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly SortedDictionary<string, (long Messages, long Bytes)> _kinds = new(StringComparer.Ordinal);

        public Counted()
        {
            _listener.InstrumentPublished = (instrument, listener) => { if (instrument.Meter.Name == HhsMeter.Name && instrument.Name is "hhs.cluster.bytes" or "hhs.cluster.messages") listener.EnableMeasurementEvents(instrument); };
            _listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) =>
            {
                string kind = (string)tags[0].Value!;
                lock (_kinds)
                {
                    var (messages, bytes) = _kinds.GetValueOrDefault(kind);
                    _kinds[kind] = instrument.Name == "hhs.cluster.bytes" ? (messages, bytes + count) : (messages + count, bytes);
                }
            });
            _listener.Start();
        }

        public long MessagesOf(string kind) => Of(kind).Sum(k => k.Messages);

        public long BytesOf(string kind) => Of(kind).Sum(k => k.Bytes);

        private (long Messages, long Bytes)[] Of(string kind)
        {
            lock (_kinds) return [.. _kinds.Where(k => k.Key.StartsWith(kind, StringComparison.Ordinal)).Select(k => k.Value)];
        }

        public override string ToString()
        {
            lock (_kinds) return string.Join(", ", _kinds.Select(k => $"{k.Key}: {k.Value.Messages} messages of {k.Value.Bytes} bytes"));
        }

        public void Dispose() => _listener.Dispose();
    }
}
