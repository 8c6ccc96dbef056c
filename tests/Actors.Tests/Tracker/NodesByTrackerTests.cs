using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tracker;
using Hhs.Actors.Transport;
using Hhs.Model.Identity;
using Hhs.Model.Types.Set;
using Hhs.Protocols.Handshake;

namespace Hhs.Actors.Tests.Tracker;

public sealed class NodesByTrackerTests
{
    [Fact]
    public async Task Nodes_that_know_only_a_tracker_find_each_other_by_the_object()
    {
        await using var bench = new TrackerBench();
        var tracker = await bench.TrackAsync();
        await using var one = await StartAsync(tracker);
        await using var two = await StartAsync(tracker);
        var set = await one.CreateSetAsync(new SetOptions { Seed = "found by its id" });
        await set.AddAsync("bread");
        await tracker.Holds(1);
        var copy = await two.OpenSetAsync(set.Id);
        await Eventually.Holds(() => copy.ContainsAsync("bread"), "what the one wrote reaches the other");
        await tracker.Holds(2);
    }

    private static async Task<HhsNode> StartAsync(RunningTracker tracker)
    {
        var identity = SecretKey.Generate(SystemRandom.Instance);
        var node = await HhsNode.StartAsync(new HhsSettings { Identity = identity, Listen = [new Uri("ws://127.0.0.1:0")] });
        var transport = new WebSocketTransport(new());
        var source = node.System.ActorOf(TrackerClientActor.Props(new(
            tracker.Pinned, HandshakeSettings.For(identity), SystemRandom.Instance, new Dictionary<string, ITransport> { [transport.Scheme] = transport }, node.Journal,
            AnnouncedAddresses.Of([], node.Listening), new())));
        node.AddDiscovery(source, 10);
        return node;
    }
}
