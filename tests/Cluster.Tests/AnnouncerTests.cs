using Akka.Actor;
using Hhs.Actors.Discovery;
using Hhs.Actors.Journal;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests;
using Hhs.Actors.Tracker;
using Hhs.Actors.Transport;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Types.Set;
using Hhs.Protocols.Handshake;

namespace Hhs.Cluster.Tests;

/// <summary>Nodes of one key are one announcement, with the addresses of those that are up.</summary>
public sealed class AnnouncerTests : IAsyncDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("tracking", Akka.Configuration.ConfigurationFactory.ParseString("akka.loglevel = OFF\nakka.stdout-loglevel = OFF").WithFallback(HhsSettings.Reference));
    private readonly Dictionary<string, ITransport> _transports = new() { ["ws"] = new WebSocketTransport(new()) };

    public async ValueTask DisposeAsync() => await _system.Terminate();

    [Fact(Timeout = 90_000)]
    public async Task All_nodes_are_announced_together_and_those_that_are_left_when_one_dies()
    {
        var (tracker, address) = await TrackAsync();
        await using var cluster = await TestCluster.OfAsync(3, settings => settings with { Trackers = [address] });
        var made = await cluster[2].CreateSetAsync(new SetOptions { Seed = "of all" });
        var client = _system.ActorOf(TrackerClientActor.Props(new(
            address, HandshakeSettings.For(SecretKey.Generate(SystemRandom.Instance)), SystemRandom.Instance, _transports, new MemoryJournal(), [], new())));
        await Names(client, made.Id, cluster);

        cluster.Kill(cluster[0]);   // the oldest, which announces

        Assert.NotEmpty(await FindAsync(client, made.Id));   // what it has announced stays
        await Names(client, made.Id, cluster);
        Assert.Equal(1, (await tracker.Ask<TrackerProtocol.Counts>(TrackerProtocol.GetCounts.Instance, Eventually.Patience, TestContext.Current.CancellationToken)).Announcements);
        await cluster.LeaveAsync(cluster[0]);
        Assert.NotEmpty(await FindAsync(client, made.Id));
        await Names(client, made.Id, cluster);
        await cluster.LeaveAsync(cluster[0]);   // the last says goodbye
        await Eventually.Holds(async () => (await FindAsync(client, made.Id)).Count == 0, "nobody is announced any more");
    }

    [Fact]
    public void An_announcement_has_room_for_some_of_each_node_whatever_their_order()
    {
        string[][] nodes = [[.. Enumerable.Range(0, 9).Select(i => $"ws://a:{i}")], ["ws://b:1", "ws://b:2"], ["ws://c:1"], []];
        var together = AnnouncerActor.Together(nodes);
        Assert.Equal(8, together.Count);
        Assert.Equal(["ws://a:0", "ws://b:1", "ws://c:1", "ws://a:1", "ws://b:2"], together.Take(5));
        Assert.Equal(together, AnnouncerActor.Together(nodes.Reverse()));
    }

    private async Task<(IActorRef Tracker, TrackerAddress Address)> TrackAsync()
    {
        var tracker = _system.ActorOf(TrackerActor.Props(new(
            HandshakeSettings.For(SecretKey.Generate(SystemRandom.Instance)), SystemRandom.Instance, _transports, [new("ws://127.0.0.1:0")], null, new(), TimeProvider.System)));
        var ready = await tracker.Ask<TrackerProtocol.Ready>(TrackerProtocol.GetReady.Instance, Eventually.Patience);
        return (tracker, new(ready.KeyId, ready.Listening[0]));
    }

    private static Task Names(IActorRef client, ContentHash id, TestCluster cluster) => Eventually.Holds(
        async () => (await FindAsync(client, id)).ToHashSet(StringComparer.Ordinal).SetEquals(cluster.Nodes.SelectMany(n => n.Listening).Select(a => a.OriginalString.TrimEnd('/'))), "all nodes are named, and no others");

    private static async Task<IReadOnlyList<string>> FindAsync(IActorRef client, ContentHash id) =>
        [.. (await client.Ask<DiscoveryProtocol.Found>(new DiscoveryProtocol.Find(id, ["ws"], 10), Eventually.Patience)).Candidates.Select(c => c.Address)];
}
