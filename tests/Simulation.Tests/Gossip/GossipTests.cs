using Hhs.Protocols.Sync;

namespace Hhs.Simulation.Tests.Gossip;

/// <summary>News in a swarm of 200 with links of 20 to 200 ms: the tree against flooding. Margins are wide; docs/performance.md has the figures.</summary>
public class GossipTests
{
    [Fact]
    public void News_travels_along_the_tree_with_far_fewer_messages_than_flooding_and_not_much_later()
    {
        var links = Topology.Random(1, 200, 6);
        GossipFigures flood = Settled(links, tree: false), tree = Settled(links, tree: true);
        Assert.True(flood.Everywhere && tree.Everywhere, $"{flood} {tree}");
        Assert.InRange(tree.HopsMean, 1, 8);
        Assert.InRange(tree.HopsMax, 1, 25);
        Assert.True(tree.Announcements < flood.Announcements * 0.8, $"{flood.Announcements:F1} and {tree.Announcements:F1} frontiers a node and change");
        Assert.InRange(tree.Payloads, 0.9, 1.1);
        Assert.InRange(tree.SecondsMax, 0, 8);
    }

    [Fact]
    public void In_a_full_mesh_a_change_costs_a_node_few_messages_and_not_one_a_peer()
    {
        var figures = Settled(Topology.Mesh(60), tree: true);
        Assert.True(figures.Everywhere, $"{figures}");
        Assert.InRange(figures.Announcements, 1, 20);
        Assert.InRange(figures.SecondsMax, 0, 5);
    }

    [Fact]
    public void Many_writers_at_once_bring_each_payload_once_and_not_once_a_neighbour()
    {
        var run = new GossipRun(1, SyncSettings.Default, 60, Topology.Star(60));
        var figures = GossipScenario.Series(run, 60, 0.1);
        Assert.True(figures.Everywhere, $"{figures}");
        Assert.InRange(figures.Payloads, 0.9, 2);
        Assert.InRange(figures.SecondsMax, 0, 8);
    }

    [Fact]
    public void The_tree_mends_when_a_fifth_of_the_nodes_leave_at_once()
    {
        var run = new GossipRun(1, SyncSettings.Default, 200, Topology.Random(1, 200, 12));
        GossipScenario.Series(run, 5, 3);
        run.Leave(0.2);
        var first = GossipScenario.Series(run, 1, 3);
        Assert.True(first.Everywhere, $"{first}");
        Assert.InRange(first.SecondsMax, 0, 12);
        var later = GossipScenario.Series(run, 5, 3);
        Assert.True(later.Everywhere, $"{later}");
        Assert.InRange(later.SecondsMax, 0, 8);
    }

    [Theory]
    [InlineData(nameof(Deceit.silent), 12)]
    [InlineData(nameof(Deceit.pretends), 20)]
    public void Nobody_is_cut_off_by_one_node_in_ten_that_passes_nothing_on(string deceit, double secondsMax)
    {
        var run = GossipScenario.Deceived(SyncSettings.Default, 200, Topology.Random(1, 200, 6));
        GossipScenario.Series(run, 5, 3);   // part of the tree leads through them
        run.Deceive(Enum.Parse<Deceit>(deceit));
        var figures = GossipScenario.Series(run, 5, 3);
        Assert.True(figures.Everywhere, $"{figures}");
        Assert.InRange(figures.SecondsMax, 0, secondsMax);
    }

    private static GossipFigures Settled(List<(int, int)> links, bool tree)
    {
        var run = new GossipRun(1, SyncSettings.Default with { GossipTree = tree }, links.Max(l => l.Item2) + 1, links);
        GossipScenario.Series(run, 5, 3);
        return GossipScenario.Series(run, 10, 3);
    }
}
