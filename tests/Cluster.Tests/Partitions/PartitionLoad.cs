using System.Diagnostics;
using System.Globalization;
using Hhs.Actors.Node;
using Hhs.Actors.Tests;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests.Partitions;

/// <summary>Writers to every set through the first node and through the third, and a peer on each side; and what must hold of them.</summary>
internal sealed class PartitionLoad : IAsyncDisposable
{
    private static int _loads;
    private readonly PartitionCluster _cluster;
    private readonly List<HhsNode> _peers = [];
    private readonly string _name = $"load {Interlocked.Increment(ref _loads)}";
    private readonly List<SetHandle> _near = [], _far = [];
    private bool _isStopped;

    private PartitionLoad(PartitionCluster cluster)
    {
        _cluster = cluster;
        Majority = [.. cluster.Sets.Select((set, i) => new SideWriter(() => cluster[0], set, $"{_name}, at 0,", Patience))];
        Minority = [.. cluster.Sets.Select((set, i) => new SideWriter(() => cluster[2], set, $"{_name}, at 2,", Patience))];
    }

    public IReadOnlyList<SideWriter> Majority { get; }

    public IReadOnlyList<SideWriter> Minority { get; }

    /// <summary>Starts them; done when every writer has had something acknowledged and both peers follow.</summary>
    public static async Task<PartitionLoad> StartAsync(PartitionCluster cluster)
    {
        var load = new PartitionLoad(cluster);
        // The second's other node is out of its reach until the third is gone.
        cluster.CutOff(1, true, PartitionCluster.Outside);
        load._peers.Add(await cluster.PeerAsync(0));
        load._peers.Add(await cluster.PeerAsync(2, 1));
        foreach (var set in cluster.Sets.Append(cluster.OfPeers))
        {
            load._near.Add(await load._peers[0].OpenSetAsync(set));
            load._far.Add(await load._peers[1].OpenSetAsync(set));
        }
        long started = Stopwatch.GetTimestamp();
        await load.AllAreWrittenAsync(started);
        return load;
    }

    /// <summary>Prints what was measured.</summary>
    public void Say(string what) => TestContext.Current.TestOutputHelper?.WriteLine(what);

    /// <summary>Every set is written to from both sides.</summary>
    public async Task AllAreWrittenAsync(long since)
    {
        try
        {
            await Eventually.Holds(() => Majority.Concat(Minority).All(w => w.CountSince(since) >= 2), "all are written to from both sides");
        }
        catch (Exception)
        {
            foreach (var (i, writer) in Majority.Concat(Minority).Index()) Say($"writer {i}: {writer.CountSince(since)} acknowledged, {writer.Unknown} unknown, {string.Join("; ", writer.Refused.Select(r => r.Error.Trim()).Distinct().Take(3))}");
            for (int i = 0; i < PartitionCluster.Count; i++) Say($"node {i}: {await _cluster[i].MembersUpAsync()} up, {_cluster[i].Errors}");
            throw;
        }
    }

    /// <summary>The first node has writes of every set acknowledged, wherever the set was.</summary>
    public async Task MajorityTakesOverAsync(long since)
    {
        await Eventually.Holds(async () => await _cluster[0].MembersAsync() == 2, "the third is put out");
        Say($"put out after {Seconds(since)} s");
        var before = Majority.Select(w => w.Acknowledged.Count).ToArray();
        await Eventually.Holds(() => Majority.Zip(before).All(w => w.First.Acknowledged.Count > w.Second + 2), "the majority writes to all");
        Say($"all sets written by the majority after {Majority.Max(w => w.LongestWaitEnds(since)).TotalSeconds:0.0} s");
    }

    /// <summary>The third node ends as one does that was put out.</summary>
    public async Task MinorityEndsAsync(long since)
    {
        int code;
        try
        {
            code = await _cluster[2].Ended.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Say(_cluster[2].Errors);
            throw;
        }
        var last = Minority.SelectMany(w => w.Acknowledged).Select(a => a.At).Where(at => at >= since).DefaultIfEmpty(since).Max();
        Say($"the minority ended after {Seconds(since)} s with {code}; its last acknowledgement after {Stopwatch.GetElapsedTime(since, last).TotalSeconds:0.00} s; {Minority.Sum(w => w.Unknown)} unknown, {Minority.Sum(w => w.Refused.Count)} refused");
        foreach (var error in Minority.SelectMany(w => w.Refused).Select(r => r.Error.Trim()).CountBy(e => e)) Say($"{error.Value} x {error.Key}");
        Assert.True(code == 5, $"ended with {code}: {_cluster[2].Errors}");
    }

    /// <summary>All is mended: every node comes back, peers of both sides agree, everything that was acknowledged is there, no log has forked.</summary>
    public async Task HealAsync(long since)
    {
        // The peer of the minority's side converges by another node, before the third is back.
        await StopWritersAsync();
        _cluster.CutOff(1, false, PartitionCluster.Outside);
        await _far[^1].AddAsync($"{_name}: of the far peer");
        await _near[^1].AddAsync($"{_name}: of the near peer");
        foreach (var (near, far) in _near.Zip(_far)) await PeersTests.Same(near, far);
        foreach (var set in _near.SkipLast(1))
        {
            var there = (await set.ContentsAsync()).Elements.Select(e => ((Literal.String)e.Element).Value).ToHashSet(StringComparer.Ordinal);
            foreach (var writer in Majority.Concat(Minority).Where(w => w.Set == set.Id)) Assert.DoesNotContain(writer.Acknowledged, a => !there.Contains(a.Element));
            // One writer after the other: a fork would be two that built on the same entry.
            await foreach (var entry in set.Object.LogAsync(TestContext.Current.CancellationToken)) Assert.InRange(entry.Header.PrevEntryHashes.Count, 0, 1);
            Assert.Single((await set.Object.StatusAsync()).Frontier);
        }
        long mended = Stopwatch.GetTimestamp();
        await _cluster.WholeAsync();
        Say($"{Majority.Sum(w => w.Acknowledged.Count)} writes acknowledged by node 0, {Minority.Sum(w => w.Acknowledged.Count)} by node 2, all there; whole again {Seconds(mended)} s after the repair");
        foreach (var set in _near)
        {
            var frontier = (await set.Object.StatusAsync()).Frontier;
            for (int i = 0; i < PartitionCluster.Count; i++)
            {
                var shown = await ControlSocket.RunAsync(_cluster[i].Folder, Eventually.Patience, "show", set.Id.ToString(), "--json");
                foreach (var hash in frontier) Assert.Contains(hash.ToString(), shown!.Output, StringComparison.Ordinal);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopWritersAsync();
        foreach (var peer in _peers) await peer.DisposeAsync();
    }

    private async Task StopWritersAsync()
    {
        if (_isStopped) return;
        _isStopped = true;
        await Task.WhenAll(Majority.Concat(Minority).Select(w => w.StopAsync()));
    }

    private static string Seconds(long since) => Stopwatch.GetElapsedTime(since).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
}
