using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Discovery;
using Hhs.Actors.Journal;
using Hhs.Actors.Settings;
using Hhs.Actors.Tracker;
using Hhs.Actors.Transport;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Swarm;
using Hhs.Protocols.Tracker;

namespace Hhs.Actors.Tests.Tracker;

/// <summary>Trackers and clients of them in one actor system, and everything that can be seen of them.</summary>
internal sealed class TrackerBench : IAsyncDisposable
{
    private readonly Dictionary<string, ITransport> _transports;
    private readonly ActorSystem _system;

    public TrackerBench()
    {
        _transports = new ITransport[] { new WebSocketTransport(new()), new MemoryTransport(new()) }.ToDictionary(t => t.Scheme);
        _system = ActorSystem.Create("tracking", LogProbe.Config.WithFallback(HhsSettings.Reference));
        Log = new(_system);
    }

    public LogProbe Log { get; }

    public MetricsProbe Metrics { get; } = new();

    public ManualClock Clock { get; } = new();

    public async Task<RunningTracker> TrackAsync(string listen = "ws://127.0.0.1:0", string? data = null, SecretKey? identity = null, TrackerServerSettings? settings = null)
    {
        var tracker = _system.ActorOf(TrackerActor.Props(new(
            HandshakeSettings.For(identity ?? SecretKey.Generate(SystemRandom.Instance)), SystemRandom.Instance, _transports, [new Uri(listen)], data,
            settings ?? new() { HandshakeTimeout = TimeSpan.FromSeconds(1) }, Clock)));
        object answer = await tracker.Ask(TrackerProtocol.GetReady.Instance, Eventually.Patience);
        if (answer is Status.Failure failure) throw failure.Cause;
        var ready = (TrackerProtocol.Ready)answer;
        return new(tracker, ready.KeyId, ready.Listening[0]);
    }

    public Client Connect(TrackerAddress tracker, SecretKey? identity = null, IJournal? journal = null, string announce = "ws://me.example:1", TrackerClientSettings? settings = null)
    {
        var key = identity ?? SecretKey.Generate(SystemRandom.Instance);
        var client = _system.ActorOf(TrackerClientActor.Props(new(
            tracker, HandshakeSettings.For(key), SystemRandom.Instance, _transports, journal ?? new MemoryJournal(), announce.Length == 0 ? [] : [announce],
            settings ?? new() { RetryMin = TimeSpan.FromMilliseconds(20), RetryMax = TimeSpan.FromMilliseconds(100), GatherFor = TimeSpan.FromMilliseconds(5) })));
        return new(client, key.KeyId);
    }

    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        Metrics.Dispose();
    }
}

internal sealed record RunningTracker(IActorRef Actor, KeyId KeyId, Uri Address)
{
    public TrackerAddress Pinned => new(KeyId, Address);

    public TrackerAddress Unpinned => new(null, Address);

    public async Task<TrackerProtocol.Counts> CountsAsync() => await Actor.Ask<TrackerProtocol.Counts>(TrackerProtocol.GetCounts.Instance, Eventually.Patience);

    public Task Holds(int announcements) => Eventually.Holds(async () => (await CountsAsync()).Announcements == announcements, $"{announcements} announcements");

    public Task StopAsync() => Actor.GracefulStop(Eventually.Patience);
}

internal sealed record Client(IActorRef Actor, KeyId KeyId)
{
    public void Carry(params ContentHash[] topics) => Actor.Tell(new DiscoveryProtocol.Carried(topics));

    public async Task<IReadOnlyList<SwarmCandidate>> FindAsync(ContentHash topic) =>
        (await Actor.Ask<DiscoveryProtocol.Found>(new DiscoveryProtocol.Find(topic, ["ws"], 6), Eventually.Patience)).Candidates;

    public Task StopAsync() => Actor.GracefulStop(Eventually.Patience);
}

/// <summary>Time that goes on when it is told to.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) + new TimeSpan(GetTimestamp());

    public void Pass(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}
