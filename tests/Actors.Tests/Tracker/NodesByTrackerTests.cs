using Hhs.Actors.Node;
using Hhs.Actors.Relay;
using Hhs.Actors.Settings;
using Hhs.Model.Hashing;
using Hhs.Model.Types.Set;

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

    /// <summary>Who made the object is not at the tracker, and may be gone: what a relay hosts is found at the relay.</summary>
    [Fact]
    public async Task A_relay_announces_what_it_hosts()
    {
        await using var bench = new TrackerBench();
        var tracker = await bench.TrackAsync();
        await using var relay = await StartAsync(tracker, new() { Enabled = true });
        ContentHash id;
        await using (var maker = await HhsNode.StartAsync(new HhsSettings { Peers = [relay.Address()] }))
        {
            var set = await maker.CreateSetAsync(new SetOptions { Seed = "hosted" });
            await set.AddAsync("bread");
            id = set.Id;
            await Eventually.Holds(async () => (await relay.ObjectsAsync()).Any(o => o.Id == id && o.Entries == 2), "the relay has it");
        }
        await tracker.Holds(1);
        await using var two = await StartAsync(tracker);
        var copy = await two.OpenSetAsync(id);
        await Eventually.Holds(() => copy.ContainsAsync("bread"), "it is found at the relay");
    }

    private static Task<HhsNode> StartAsync(RunningTracker tracker, RelaySettings? relay = null) =>
        HhsNode.StartAsync(new HhsSettings { Listen = [new Uri("ws://127.0.0.1:0")], Trackers = [tracker.Pinned], Relay = relay ?? new() });
}
