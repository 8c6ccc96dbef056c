using System.Collections.Concurrent;
using System.Diagnostics;
using Hhs.Actors.Journal;
using Hhs.Node.Commands;

namespace Hhs.Node.Demo.Clusters;

/// <summary>The demo of the cluster: under load, one node dies and one is drained; both come back; nothing may be lost, forked or different.</summary>
/// <param name="nodes">The cluster's. The first is killed: it is the oldest, and decides where objects are.</param>
/// <param name="peers">Plain peers with stores of their own.</param>
/// <param name="journal">The cluster's database.</param>
/// <param name="objects">How many.</param>
/// <param name="seed">Of the objects' ids.</param>
internal sealed class ClusterRun(IReadOnlyList<ServeProcess> nodes, IReadOnlyList<DemoProcess> peers, IJournal journal, int objects, int seed)
{
    private readonly List<(string Name, TimeSpan Took)> _phases = [];
    private readonly List<(string When, ClusterPicture Picture)> _placements = [];
    private readonly List<ClusterMove> _moves = [];
    private readonly List<(string Node, TimeSpan Took)> _returns = [];
    private IReadOnlyList<string> _ids = [];

    /// <summary>The same seed makes objects of the same ids.</summary>
    public int Seed => seed;

    /// <summary>What is going on, for the screen.</summary>
    public string Phase { get; private set; } = "starting";

    /// <summary>The cluster as it was last seen; null before.</summary>
    public ClusterPicture? Picture { get; private set; }

    /// <summary>Phases that are over, with their times.</summary>
    public IReadOnlyList<(string Name, TimeSpan Took)> Phases => _phases;

    /// <summary>Who had what, after each phase in which that changed.</summary>
    public IReadOnlyList<(string When, ClusterPicture Picture)> Placements => _placements;

    /// <summary>Objects on their way.</summary>
    public IReadOnlyList<ClusterMove> Moves => _moves;

    /// <summary>Nodes that came back, and how long after their start they had their part of the objects.</summary>
    public IReadOnlyList<(string Node, TimeSpan Took)> Returns => _returns;

    /// <summary>The writers at the nodes.</summary>
    public ClusterLoad Load { get; } = new(nodes);

    public async Task<ClusterVerdict> RunAsync(CancellationToken cancel)
    {
        var (victim, leaver) = (nodes[0], nodes[1]);
        await InPhase("start", "starting nodes and peers", () => StartAsync(cancel));
        await InPhase("make and sync", $"the cluster makes {objects} objects, the peers fetch them", () => MakeAsync(cancel));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await BeginLoadAsync();
        var load = Task.WhenAll(Load.RunAsync(_ids, LoadPerSecond, ending.Token), KeepLookingAsync(ending.Token));
        await InPhase("write", "peers and nodes write", async () =>
        {
            await Task.Delay(Undisturbed, cancel);
            Placed("at first", await UntilWholeAsync(nodes.Count, cancel));
        });
        await InPhase("kill", $"{victim.Name} is killed with SIGKILL", () => KillAsync(victim, cancel));
        await InPhase("back", $"{victim.Name} is started again", () => ReturnAsync(victim, cancel));
        await InPhase("drain", $"{leaver.Name} is asked to leave with SIGTERM", () => DrainAsync(leaver, cancel));
        await InPhase("back", $"{leaver.Name} is started again", () => ReturnAsync(leaver, cancel));
        ClusterVerdict verdict = null!;
        await InPhase("agree", "the load has ended; until all are alike", async () =>
        {
            await ending.CancelAsync();
            await load;
            await Task.WhenAll(peers.Select(peer => peer.AskAsync<DemoEvent.Loaded>(new DemoOrder.EndLoad(), cancel)));
            await AgreeAsync(cancel);
        });
        await InPhase("check", "checking every log", async () => verdict = await CheckAsync(cancel));
        return verdict;
    }

    private async Task StartAsync(CancellationToken cancel)
    {
        var starting = Task.WhenAll(peers.Select(peer => peer.StartAsync(cancel)));
        await Task.WhenAll(nodes.Select(node => node.StartAsync(cancel)));
        await UntilAsync(async () => await LookAsync(cancel) is { } now && now.Up == nodes.Count, "the nodes are not all up", cancel);
        foreach (var node in nodes) node.SeenUp();
        await starting;
        foreach (var (i, peer) in peers.Index())
            await peer.SendAsync(new DemoOrder.Connect([.. Enumerable.Range(i, AddressesOfAPeer).Select(n => nodes[n % nodes.Count].Address)]));
    }

    private async Task MakeAsync(CancellationToken cancel)
    {
        var ids = new ConcurrentDictionary<int, string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, objects), new ParallelOptions { MaxDegreeOfParallelism = CreateAtOnce, CancellationToken = cancel }, async (i, _) =>
        {
            var (code, output, errors) = await nodes[i % nodes.Count].RunAsync(["create", "set", $"object-{i}", "--seed", $"cluster demo {seed} {i}"], cancel);
            if (code != ExitCode.Ok) throw new CommandException(ExitCode.Failed, $"object {i} was not made: {errors}");
            ids[i] = System.Text.Json.JsonDocument.Parse(output).RootElement.GetProperty("id").GetString()!;
        });
        _ids = [.. Enumerable.Range(0, objects).Select(i => ids[i])];
        await Task.WhenAll(peers.Select(async peer =>
        {
            peer.Doing = "fetching";
            await peer.AskAsync<DemoEvent.Hosted>(new DemoOrder.Host([], _ids), cancel);
            peer.Doing = "has all objects";
        }));
    }

    private async Task BeginLoadAsync()
    {
        foreach (var (i, peer) in peers.Index())
        {
            peer.Doing = "writing";
            await peer.SendAsync(new DemoOrder.Load([.. _ids.Skip(i * objects / peers.Count), .. _ids.Take(i * objects / peers.Count)], LoadPerSecond, $"by {peer.Name}"));
        }
    }

    private async Task KillAsync(ServeProcess victim, CancellationToken cancel)
    {
        var had = await HadAsync(victim, cancel);
        var clock = Stopwatch.StartNew();
        await victim.KillAsync();
        _moves.Add(new("kill", victim.Name, await ClusterMove.WatchAsync(had, _ => true, Load, clock, cancel)));
        Placed($"after {victim.Name} was killed", await UntilWholeAsync(nodes.Count - 1, cancel));
    }

    private async Task DrainAsync(ServeProcess leaver, CancellationToken cancel)
    {
        var had = await HadAsync(leaver, cancel);
        var elsewhere = new ConcurrentDictionary<string, bool>();
        var clock = Stopwatch.StartNew();
        var leaving = leaver.LeaveAsync(cancel);
        using var seen = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var looking = LookForAsync(elsewhere, seen.Token);
        var took = await ClusterMove.WatchAsync(had, elsewhere.ContainsKey, Load, clock, cancel);
        await seen.CancelAsync();
        await looking;
        _moves.Add(new("drain", leaver.Name, took, await leaving));
        Placed($"after {leaver.Name} had left", await UntilWholeAsync(nodes.Count - 1, cancel));
    }

    private async Task ReturnAsync(ServeProcess node, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        await node.StartAsync(cancel);
        var picture = await UntilBalancedAsync(cancel);
        _returns.Add((node.Name, clock.Elapsed));
        node.SeenUp();
        Placed($"{node.Name} is back", picture);
    }

    private static async Task<IReadOnlyList<string>> HadAsync(ServeProcess node, CancellationToken cancel) =>
        await node.ObjectsAsync(cancel) is { Count: > 0 } had ? had : throw new CommandException(ExitCode.Failed, $"{node.Name} has no objects, or does not say which");

    private async Task KeepLookingAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                await LookAsync(end);
                await Task.Delay(LookSeldom, end);
            }
        }
        catch (OperationCanceledException)
        {
            // The load has ended.
        }
    }

    // Keeps looking at which objects the nodes that run have.
    private async Task LookForAsync(ConcurrentDictionary<string, bool> found, CancellationToken end)
    {
        try
        {
            while (true)
            {
                foreach (var node in nodes.Where(n => n.IsRunning)) foreach (string id in await node.ObjectsAsync(end) ?? []) found[id] = true;
                await Task.Delay(LookEvery, end);
            }
        }
        catch (OperationCanceledException)
        {
            // All are found.
        }
    }

    private Task<ClusterPicture> UntilBalancedAsync(CancellationToken cancel) => UntilAsync(nodes.Count, now => now.IsBalanced, cancel);

    private Task<ClusterPicture> UntilWholeAsync(int count, CancellationToken cancel) => UntilAsync(count, _ => true, cancel);

    private async Task<ClusterPicture> UntilAsync(int count, Func<ClusterPicture, bool> holds, CancellationToken cancel)
    {
        ClusterPicture? now = null;
        await UntilAsync(async () => (now = await LookAsync(cancel)) is not null && now.Up == count && now.Nodes.Count == count && now.Objects == objects && holds(now),
            $"{count} nodes do not have {objects} objects between them, dealt out evenly", cancel);
        return now!;
    }

    private async Task<ClusterPicture?> LookAsync(CancellationToken cancel)
    {
        var now = await (nodes.FirstOrDefault(n => n.IsUp) ?? nodes[0]).LookAsync(cancel);
        if (now is not null) Picture = now;
        return now;
    }

    private void Placed(string when, ClusterPicture picture) => _placements.Add((when, picture));

    private async Task AgreeAsync(CancellationToken cancel) => await UntilAsync(async () =>
    {
        var cluster = ClusterLogs.Frontiers(journal);
        var surveys = await SurveyAsync(cancel);
        return surveys.All(s => s.Count == objects && s.All(o => !cluster.TryGetValue(o.Key, out string? there) || there == o.Value.Frontier));
    }, "peers and cluster do not become alike", cancel, throws: false);

    private async Task<ClusterVerdict> CheckAsync(CancellationToken cancel)
    {
        string[] ofPeers = [.. peers.SelectMany(p => p.Acknowledged)];
        var logs = await Task.Run(() => ClusterLogs.Check(journal, _ids, ofPeers, Load.Acknowledged), cancel);
        var surveys = await SurveyAsync(cancel);
        int differing = _ids.Count(id => surveys.Any(s => s.GetValueOrDefault(id) != logs.Logs[id]));
        return new(logs, differing, ofPeers.Length, Load.AcknowledgedCount, _moves.First(m => m.Exit is not null).Exit!);
    }

    private async Task<IReadOnlyList<IReadOnlyDictionary<string, SurveyedObject>>> SurveyAsync(CancellationToken cancel)
    {
        var surveys = await Task.WhenAll(peers.Select(peer => peer.AskAsync<DemoEvent.Surveyed>(new DemoOrder.Survey(), cancel)));
        return [.. surveys.Select(s => s.Objects.ToDictionary(o => o.Id, StringComparer.Ordinal))];
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string otherwise, CancellationToken cancel, bool throws = true)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            if (clock.Elapsed > PhaseMax)
            {
                if (!throws) return;   // the check says what is wrong
                throw new CommandException(ExitCode.Failed, $"{otherwise} within {PhaseMax.TotalSeconds:0} s");
            }
            await Task.Delay(LookEvery, cancel);
        }
    }

    private async Task InPhase(string name, string what, Func<Task> run)
    {
        Phase = what;
        var clock = Stopwatch.StartNew();
        await run();
        _phases.Add((name, clock.Elapsed));
    }

    private const int AddressesOfAPeer = 2;
    private const int CreateAtOnce = 24;
    private static readonly TimeSpan Undisturbed = TimeSpan.FromSeconds(2);
    private const int LoadPerSecond = 20;   // of each peer, and of the writers at the nodes together
    private static readonly TimeSpan LookSeldom = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PhaseMax = TimeSpan.FromSeconds(90);
}
