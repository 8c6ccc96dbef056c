using System.Diagnostics;

namespace Hhs.Node.Demo;

/// <summary>The demo itself: nodes write the same set apart, meet, one is killed on the way, and all must end alike.</summary>
internal sealed class DemoRun(IReadOnlyList<DemoProcess> nodes, int entries)
{
    private readonly string _seed = $"demo {Guid.NewGuid():N}";
    private readonly List<(string Name, TimeSpan Took)> _phases = [];

    /// <summary>What is going on, for the screen.</summary>
    public string Phase { get; private set; } = "starting";

    /// <summary>Phases that are over, with their times.</summary>
    public IReadOnlyList<(string Name, TimeSpan Took)> Phases => _phases;

    /// <summary>The node that is killed: it has dialled, and is dialled.</summary>
    public DemoProcess Victim => nodes[1];

    /// <summary>How many entries the victim had when it was killed.</summary>
    public int VictimEntries { get; private set; }

    public async Task<DemoVerdict> RunAsync(CancellationToken cancel)
    {
        await InPhase("start", "starting the processes", () => StartAsync(cancel));
        await InPhase("write", "writing apart", () => WriteApartAsync(cancel));
        await InPhase("sync until the kill", "connected, syncing", () => MeetAndKillAsync(cancel));
        await InPhase("restart", $"restarting {Victim.Name}", () => RestartAsync(cancel));
        await InPhase("sync until all agree", "syncing", () => AgreeAsync(cancel));
        DemoVerdict verdict = null!;
        await InPhase("check", "checking", async () => verdict = await CheckAsync(cancel));
        return verdict;
    }

    private Task StartAsync(CancellationToken cancel) => Task.WhenAll(nodes.Select(async node =>
    {
        await node.StartAsync(cancel);
        await OpenAsync(node, cancel);
    }));

    private Task OpenAsync(DemoProcess node, CancellationToken cancel) => node.AskAsync<DemoEvent.Opened>(new DemoOrder.Open(_seed), cancel);

    private Task WriteApartAsync(CancellationToken cancel) => Task.WhenAll(nodes.Select(async (node, i) =>
    {
        node.Doing = "writing";
        await node.AskAsync<DemoEvent.Written>(new DemoOrder.Write(entries, AtOnce: 256, Pool, RandomSeed: i), cancel);
        node.Doing = "has written";
    }));

    private async Task MeetAndKillAsync(CancellationToken cancel)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            nodes[i].Doing = "syncing";
            if (i > 0) await nodes[i].SendAsync(new DemoOrder.Connect([.. nodes.Take(i).Select(n => n.Address)]));
        }
        // It writes on while it syncs, so that the kill meets both.
        Victim.Doing = "syncing, writing";
        await Victim.SendAsync(new DemoOrder.Write(int.MaxValue, AtOnce: 4, Pool, RandomSeed: nodes.Count));
        int enough = entries * (nodes.Count - 1) / 3;
        await UntilAsync(() => Victim.State.Entries - Victim.AcknowledgedCount > enough, cancel);
        Victim.Doing = "killed";
        await Victim.KillAsync();
        VictimEntries = Victim.State.Entries;
    }

    private async Task RestartAsync(CancellationToken cancel)
    {
        Victim.Doing = "restarting";
        await Victim.StartAsync(cancel);
        await OpenAsync(Victim, cancel);
        await Victim.SendAsync(new DemoOrder.Connect([.. nodes.Where(n => n != Victim).Select(n => n.Address)]));
        Victim.Doing = "syncing";
    }

    private async Task AgreeAsync(CancellationToken cancel)
    {
        int known = nodes.SelectMany(n => n.Acknowledged).Distinct().Count() + 1;   // and the entry that made the set
        await UntilAsync(() => nodes.All(n => n.State.Entries >= known && n.State.Frontier == nodes[0].State.Frontier), cancel);
        foreach (var node in nodes) node.Doing = "agrees";
    }

    private async Task<DemoVerdict> CheckAsync(CancellationToken cancel)
    {
        var acknowledged = nodes.SelectMany(n => n.Acknowledged).ToHashSet(StringComparer.Ordinal);
        var sums = new List<DemoVerdict.NodeSum>();
        foreach (var node in nodes)
        {
            var sum = await node.AskAsync<DemoEvent.Summed>(new DemoOrder.Sum(), cancel);
            var log = await node.AskAsync<DemoEvent.Listed>(new DemoOrder.List(), cancel);
            int missing = acknowledged.Except(log.Entries, StringComparer.Ordinal).Count();
            sums.Add(new(node.Name, sum.Entries, sum.Elements, sum.Frontier, sum.Contents, missing));
        }
        return new(sums, acknowledged.Count);
    }

    private async Task UntilAsync(Func<bool> holds, CancellationToken cancel)
    {
        // Nothing new from anybody for so long: it will not come any more.
        var quiet = Stopwatch.StartNew();
        var before = States();
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancel);
            var now = States();
            if (!now.SequenceEqual(before)) quiet.Restart();
            before = now;
            if (quiet.Elapsed > QuietMax)
                throw new CommandException(ExitCode.Failed, $"{Phase}: nothing moved for {QuietMax.TotalSeconds:0} s; entries: {string.Join(", ", nodes.Select(n => $"{n.Name} {n.State.Entries}"))}");
        }

        DemoEvent.State[] States() => [.. nodes.Select(n => n.State)];
    }

    private async Task InPhase(string name, string phase, Func<Task> run)
    {
        Phase = phase;
        var clock = Stopwatch.StartNew();
        await run();
        _phases.Add((name, clock.Elapsed));
    }

    // A quarter of the entries of one node: each element is added and removed by several nodes that do not know of each other.
    private int Pool => Math.Max(1, entries / 4);

    private static readonly TimeSpan QuietMax = TimeSpan.FromSeconds(45);
}

/// <summary>How the demo ended.</summary>
/// <param name="Nodes">Each node at the end.</param>
/// <param name="Acknowledged">Writes that were acknowledged by any node.</param>
internal sealed record DemoVerdict(IReadOnlyList<DemoVerdict.NodeSum> Nodes, int Acknowledged)
{
    /// <summary>One node at the end.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Entries">Entries of its log.</param>
    /// <param name="Elements">Elements of its set.</param>
    /// <param name="Frontier">Hash over its frontier.</param>
    /// <param name="Contents">Hash over its elements.</param>
    /// <param name="Missing">Acknowledged writes, of whatever node, that its log has not.</param>
    public sealed record NodeSum(string Name, int Entries, int Elements, string Frontier, string Contents, int Missing);

    public bool Alike => Nodes.All(n => n with { Name = "" } == Nodes[0] with { Name = "" });

    public int Missing => Nodes.Sum(n => n.Missing);

    public bool Good => Alike && Missing == 0;

    public string Text => Good ? $"all nodes agree; all {Acknowledged} acknowledged writes are in every log"
        : (Alike ? "" : "the nodes DIFFER; ") + (Missing == 0 ? "no acknowledged write is missing" : $"{Missing} acknowledged writes are MISSING");
}
