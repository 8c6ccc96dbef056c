using Hhs.Actors.Node;
using Hhs.Actors.Settings;
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

    private static Task<HhsNode> StartAsync(RunningTracker tracker) =>
        HhsNode.StartAsync(new HhsSettings { Listen = [new Uri("ws://127.0.0.1:0")], Trackers = [tracker.Pinned] });
}
