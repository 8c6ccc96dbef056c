using System.Collections.Concurrent;
using System.Diagnostics;
using Hhs.Node.Commands;

namespace Hhs.Node.Demo;

/// <summary>The swarm demo: nodes that know only a tracker host objects together, while some join late, crash, and are parted.</summary>
internal sealed class SwarmRun(IReadOnlyList<DemoProcess> nodes, int objects, int randomSeed, Action<string> say)
{
    private readonly Random _random = new(randomSeed);
    private readonly List<(string Name, TimeSpan Took, long Bytes)> _phases = [];
    private readonly ConcurrentDictionary<string, string> _acknowledged = [];   // entry: object
    private readonly List<Placed> _objects = [];
    private readonly Dictionary<DemoProcess, long> _bytesOfEarlierLives = [];
    private long _bytesBefore;

    /// <summary>An object, and the nodes that host it.</summary>
    private sealed record Placed(string Id, IReadOnlyList<DemoProcess> Hosts);

    /// <summary>Phases that are over, with their times and the bytes that all nodes sent in them.</summary>
    public IReadOnlyList<(string Name, TimeSpan Took, long Bytes)> Phases => _phases;

    /// <summary>Processes that were killed.</summary>
    public int Kills { get; private set; }

    public async Task<SwarmVerdict> RunAsync(CancellationToken cancel)
    {
        int late = Math.Min(3, nodes.Count / 4);
        var early = nodes.Take(nodes.Count - late).ToList();
        await InPhase("start", $"starting {early.Count} nodes", () => StartAsync(early, cancel));
        await InPhase("make and find", $"{early.Count} nodes make {objects} objects, and find those of others by the tracker", () => PlaceAsync(early, cancel));
        await InPhase("join late", $"{late} nodes come later, and host some objects too", () => JoinLateAsync(late, cancel));
        await InPhase("write and crash", $"every node writes; {Math.Max(1, nodes.Count / 5)} are killed with SIGKILL and started again", () => ChurnAsync(cancel));
        await InPhase("write, parted", "the nodes are parted into two halves that do not talk to each other; both write", () => PartAsync(cancel));
        await InPhase("heal", "the halves meet again", () => HealAsync(cancel));
        var spread = new List<SwarmSpread>();
        await InPhase("one change at a time", $"{Probes} changes are followed on their way", async () => spread.AddRange(await ProbeAsync(cancel)));
        SwarmVerdict verdict = null!;
        await InPhase("check", "checking every log", async () => verdict = await CheckAsync(spread, cancel));
        return verdict;
    }

    private static Task StartAsync(IEnumerable<DemoProcess> some, CancellationToken cancel) => InTurns(some, node => node.StartAsync(cancel));

    // Every object has one maker, and is found by the others. The first is everybody's.
    private async Task PlaceAsync(IReadOnlyList<DemoProcess> early, CancellationToken cancel)
    {
        var seedsOf = Enumerable.Range(0, objects).GroupBy(i => early[i % early.Count]).ToDictionary(g => g.Key, g => g.Select(i => $"object {randomSeed} {i}").ToList());
        foreach (var (maker, seeds) in seedsOf)
        {
            var made = await maker.AskAsync<DemoEvent.Hosted>(new DemoOrder.Host(seeds, []), cancel);
            foreach (string id in made.Made)
            {
                var others = early.Where(n => n != maker).OrderBy(_ => _random.Next());
                _objects.Add(new(id, [maker, .. _objects.Count == 0 ? others : others.Take(HostsOfOne - 1)]));
            }
        }
        await Task.WhenAll(early.Select(node => node.AskAsync<DemoEvent.Hosted>(new DemoOrder.Host([], IdsOn(node)), cancel)));
        await UntilAlikeAsync(cancel);
    }

    private async Task JoinLateAsync(int late, CancellationToken cancel)
    {
        var comers = nodes.Skip(nodes.Count - late).ToList();
        await StartAsync(comers, cancel);
        foreach (var comer in comers)
        {
            for (int i = 0; i < _objects.Count; i++)
            {
                if (i == 0 || _random.Next(nodes.Count) < HostsOfOne / 2) _objects[i] = _objects[i] with { Hosts = [.. _objects[i].Hosts, comer] };
            }
        }
        await Task.WhenAll(comers.Select(node => node.AskAsync<DemoEvent.Hosted>(new DemoOrder.Host([], IdsOn(node)), cancel)));
        await UntilAlikeAsync(cancel);
    }

    private async Task ChurnAsync(CancellationToken cancel)
    {
        var victims = nodes.OrderBy(_ => _random.Next()).Take(Math.Max(1, nodes.Count / 5)).ToList();
        var writing = Task.WhenAll(nodes.Except(victims).Select(node => PutAsync(node, "in the crowd", cancel)));
        foreach (var victim in victims)
        {
            _bytesOfEarlierLives[victim] = _bytesOfEarlierLives.GetValueOrDefault(victim) + (await SurveyAsync(victim, cancel)).BytesSent;
            await PutAsync(victim, "before the crash", cancel);
            await victim.KillAsync();
            Kills++;
        }
        await writing;
        await StartAsync(victims, cancel);
        await Task.WhenAll(victims.Select(node => node.AskAsync<DemoEvent.Hosted>(new DemoOrder.Host([], IdsOn(node)), cancel)));
        await UntilAlikeAsync(cancel);
    }

    private async Task PartAsync(CancellationToken cancel)
    {
        await Task.WhenAll(Halves().SelectMany(h => h.Half.Select(node => node.SendAsync(new DemoOrder.Block(KeysOf(h.Other))))));
        await Task.WhenAll(nodes.Select(node => PutAsync(node, "while parted", cancel)));
        foreach (var (half, _) in Halves()) await UntilAlikeAsync(cancel, half);
        if (AreAlike(await SurveyAllAsync(nodes, cancel), nodes)) throw new CommandException(ExitCode.Failed, "the halves were not parted: all nodes are alike");
    }

    private async Task HealAsync(CancellationToken cancel)
    {
        await Task.WhenAll(Halves().SelectMany(h => h.Half.Select(node => node.SendAsync(new DemoOrder.Unblock(KeysOf(h.Other))))));
        await UntilAlikeAsync(cancel);
    }

    private async Task<IReadOnlyList<SwarmSpread>> ProbeAsync(CancellationToken cancel)
    {
        var arrivals = new ConcurrentDictionary<(string Entry, DemoProcess At), (string From, long Ticks)>();
        var byKey = nodes.ToDictionary(n => n.KeyId, StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            node.Heard = what =>
            {
                if (what is DemoEvent.Arrived arrived) foreach (string entry in arrived.Entries) arrivals.TryAdd((entry, node), (arrived.From, arrived.At));
            };
            await node.SendAsync(new DemoOrder.Trace());
        }
        var spread = new List<SwarmSpread>();
        for (int i = 0; i < Probes; i++)
        {
            var placed = _objects[i % 2 == 0 ? 0 : _random.Next(_objects.Count)];
            var writer = placed.Hosts[_random.Next(placed.Hosts.Count)];
            var done = await writer.AskAsync<DemoEvent.Done>(new DemoOrder.Put([placed.Id], 1, $"probe {i}"), cancel);
            string entry = done.Entries[0];
            _acknowledged[entry] = placed.Id;
            var others = placed.Hosts.Where(n => n != writer).ToList();
            await UntilAsync(LookEvery, () => Task.FromResult(others.All(n => arrivals.ContainsKey((entry, n)))), () => $"the change of {writer.Name} did not reach all", cancel);
            foreach (var other in others)
            {
                int hops = 0;
                for (var at = other; at != writer && hops <= nodes.Count; hops++) at = byKey[arrivals[(entry, at)].From];
                spread.Add(new(placed.Hosts.Count, hops, TimeSpan.FromTicks(Math.Max(0, arrivals[(entry, other)].Ticks - done.At))));
            }
        }
        foreach (var node in nodes) node.Heard = null;
        return spread;
    }

    private async Task<SwarmVerdict> CheckAsync(IReadOnlyList<SwarmSpread> spread, CancellationToken cancel)
    {
        await UntilAlikeAsync(cancel);
        var surveys = await SurveyAllAsync(nodes, cancel);
        // A log with all entries has as many as were acknowledged, and the one that made the object: frontiers that agree are not enough.
        var counted = _acknowledged.Values.GroupBy(id => id).ToDictionary(g => g.Key, g => g.Count());
        int missing = 0;
        foreach (var placed in _objects)
        {
            foreach (var host in placed.Hosts) missing += Math.Max(0, counted.GetValueOrDefault(placed.Id) + 1 - surveys[host].Objects.First(o => o.Id == placed.Id).Entries);
        }
        return new(AreAlike(surveys, nodes), missing, _acknowledged.Count, _objects.Sum(o => o.Hosts.Count), surveys.Values.Sum(s => s.Sessions) / 2, spread);
    }

    private async Task PutAsync(DemoProcess node, string mark, CancellationToken cancel)
    {
        foreach (var placed in _objects.Where(o => o.Hosts.Contains(node)).Chunk(16))
        {
            var done = await node.AskAsync<DemoEvent.Done>(new DemoOrder.Put([.. placed.Select(p => p.Id)], WritesEach, $"{node.Name} {mark}"), cancel);
            for (int i = 0; i < done.Entries.Count; i++) _acknowledged[done.Entries[i]] = placed[i / WritesEach].Id;
        }
    }

    private async Task UntilAlikeAsync(CancellationToken cancel, IReadOnlyList<DemoProcess>? among = null)
    {
        among ??= [.. nodes.Where(n => n.Address.Length > 0)];
        IReadOnlyDictionary<DemoProcess, DemoEvent.Surveyed> last = null!;
        await UntilAsync(SurveyEvery, async () => AreAlike(last = await SurveyAllAsync(among, cancel), among), () => $"the nodes do not become alike ({Differing(last, among)})", cancel);
    }

    private string Differing(IReadOnlyDictionary<DemoProcess, DemoEvent.Surveyed> surveys, IReadOnlyList<DemoProcess> among)
    {
        var differing = _objects.Where(o => !AreAlike(surveys, among, [o])).ToList();
        var first = differing[0];
        return $"{differing.Count} objects differ; of {first.Id}: {string.Join(", ", first.Hosts.Where(among.Contains).Select(h => $"{h.Name} has {surveys[h].Objects.FirstOrDefault(x => x.Id == first.Id)?.Entries ?? 0} entries and {surveys[h].Sessions} sessions"))}";
    }

    private bool AreAlike(IReadOnlyDictionary<DemoProcess, DemoEvent.Surveyed> surveys, IReadOnlyList<DemoProcess> among, IEnumerable<Placed>? some = null)
    {
        var frontiers = among.ToDictionary(n => n, n => surveys[n].Objects.ToDictionary(o => o.Id, o => o.Frontier, StringComparer.Ordinal));
        return (some ?? _objects).All(o => o.Hosts.Where(among.Contains).Select(h => frontiers[h].GetValueOrDefault(o.Id)).Distinct().Count() <= 1);
    }

    private static async Task UntilAsync(TimeSpan pause, Func<Task<bool>> holds, Func<string> otherwise, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            if (clock.Elapsed > PhaseMax) throw new CommandException(ExitCode.Failed, $"{otherwise()} within {PhaseMax.TotalSeconds:0} s");
            await Task.Delay(pause, cancel);
        }
    }

    private static async Task<IReadOnlyDictionary<DemoProcess, DemoEvent.Surveyed>> SurveyAllAsync(IReadOnlyList<DemoProcess> some, CancellationToken cancel)
    {
        var surveys = await Task.WhenAll(some.Select(node => SurveyAsync(node, cancel)));
        return some.Zip(surveys).ToDictionary(s => s.First, s => s.Second);
    }

    private static Task<DemoEvent.Surveyed> SurveyAsync(DemoProcess node, CancellationToken cancel) => node.AskAsync<DemoEvent.Surveyed>(new DemoOrder.Survey(), cancel);

    private async Task InPhase(string name, string what, Func<Task> run)
    {
        say(what);
        var clock = Stopwatch.StartNew();
        await run();
        long bytes = (await SurveyAllAsync([.. nodes.Where(n => n.Address.Length > 0)], CancellationToken.None)).Sum(s => s.Value.BytesSent) + _bytesOfEarlierLives.Values.Sum();
        _phases.Add((name, clock.Elapsed, bytes - _bytesBefore));
        _bytesBefore = bytes;
    }

    private IReadOnlyList<string> IdsOn(DemoProcess node) => [.. _objects.Where(o => o.Hosts.Contains(node)).Select(o => o.Id)];

    private (IReadOnlyList<DemoProcess> Half, IReadOnlyList<DemoProcess> Other)[] Halves()
    {
        List<DemoProcess> one = [.. nodes.Where((_, i) => i % 2 == 0)], other = [.. nodes.Where((_, i) => i % 2 == 1)];
        return [(one, other), (other, one)];
    }

    private static IReadOnlyList<string> KeysOf(IEnumerable<DemoProcess> some) => [.. some.Select(n => n.KeyId)];

    // Processes start on all processors at once, and no more of them than help.
    private static async Task InTurns(IEnumerable<DemoProcess> some, Func<DemoProcess, Task> act)
    {
        using var turns = new SemaphoreSlim(2 * Environment.ProcessorCount);
        await Task.WhenAll(some.Select(async node =>
        {
            await turns.WaitAsync();
            try { await act(node); }
            finally { turns.Release(); }
        }));
    }

    private const int HostsOfOne = 6;
    private const int WritesEach = 2;
    private const int Probes = 24;
    private static readonly TimeSpan PhaseMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SurveyEvery = TimeSpan.FromMilliseconds(500);   // each asks every object of every node
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);
}

/// <summary>How one change reached one node.</summary>
/// <param name="Hosts">Nodes that host the object.</param>
/// <param name="Hops">Nodes that passed it on, the writer included.</param>
/// <param name="Took">Time from the acknowledgement of the write to the arrival.</param>
internal sealed record SwarmSpread(int Hosts, int Hops, TimeSpan Took);

/// <summary>How the swarm ended.</summary>
/// <param name="Alike">Whether all hosts of each object have the same log.</param>
/// <param name="Missing">Acknowledged writes that are missing in a log.</param>
/// <param name="Acknowledged">Acknowledged writes.</param>
/// <param name="Replicas">Objects times their hosts.</param>
/// <param name="Sessions">Connections between nodes at the end.</param>
/// <param name="Spread">The way of single changes.</param>
internal sealed record SwarmVerdict(bool Alike, int Missing, int Acknowledged, int Replicas, int Sessions, IReadOnlyList<SwarmSpread> Spread)
{
    public bool Good => Alike && Missing == 0;

    public string Text => Good ? $"all {Replicas} replicas agree with those of the same object; all {Acknowledged} acknowledged writes are in every log"
        : (Alike ? "" : "replicas DIFFER; ") + $"{Missing} acknowledged writes are missing";
}
