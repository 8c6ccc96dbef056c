using Hhs.Protocols.Sync;

namespace Hhs.Simulation.Tests.Gossip;

/// <summary>The tree beside flooding, in swarms of many shapes; one line each.</summary>
public static class GossipScenario
{
    /// <summary>Runs everything, and writes a table in Markdown.</summary>
    public static void Run(TextWriter to)
    {
        to.WriteLine("| swarm | what | gossip | hops mean, max | frontiers | payloads | bytes | seconds mean, max | all |");
        to.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var (name, nodes, links) in Swarms())
        {
            foreach (bool tree in new[] { false, true }) One(to, name, nodes, links, tree);
        }
    }

    private static void One(TextWriter to, string name, int nodes, List<(int, int)> links, bool tree)
    {
        var settings = SyncSettings.Default with { GossipTree = tree };
        var run = new GossipRun(1, settings, nodes, links);
        Line(to, name, "first change", tree, Series(run, 1, 8));
        Series(run, 20, 3);
        Line(to, name, "20 changes, 3 s apart", tree, Series(run, 20, 3));
        Line(to, name, "100 changes, 100 ms apart", tree, Series(run, 100, 0.1));
        if (name.StartsWith("random", StringComparison.Ordinal))
        {
            run.Leave(0.2);
            Line(to, name, "change after 20 % left", tree, Series(run, 1, 8));
            Line(to, name, "20 changes, 3 s apart, after that", tree, Series(run, 20, 3));
            var silent = new Random(5);
            run = new GossipRun(2, settings, nodes, links, _ => silent.Next(10) == 0);
            Series(run, 10, 3);
            Line(to, name, "20 changes, 3 s apart, 10 % silent", tree, Series(run, 20, 3));
        }
    }

    private static GossipFigures Series(GossipRun run, int changes, double apart)
    {
        for (int i = 0; i < changes; i++)
        {
            run.Write();
            run.Pass(apart);
        }
        run.Pass(5);
        return run.Measure();
    }

    private static void Line(TextWriter to, string name, string what, bool tree, GossipFigures f) =>
        to.WriteLine(FormattableString.Invariant(
            $"| {name} | {what} | {(tree ? "tree" : "flood")} | {f.HopsMean:F1}, {f.HopsMax} | {f.Announcements:F1} | {f.Payloads:F2} | {f.Bytes:F0} | {f.SecondsMean:F1}, {f.SecondsMax:F1} | {(f.Everywhere ? "yes" : "NO")} |"));

    private static IEnumerable<(string, int, List<(int, int)>)> Swarms() =>
    [
        ("random, 200 x 6", 200, Topology.Random(1, 200, 6)),
        ("random, 200 x 12", 200, Topology.Random(1, 200, 12)),
        ("star, 60", 60, Topology.Star(60)),
        ("mesh, 60", 60, Topology.Mesh(60)),
    ];
}
