using System.Diagnostics;
using System.Net;
using Hhs.Actors.Node;
using Hhs.Actors.Tests;

namespace Hhs.Cluster.Tests.Partitions;

/// <summary>Both sides of a cut live and are written to. What either acknowledged is never lost, and no log forks.</summary>
/// <remarks>The third node is the minority. Times that are printed are for the hasty settings of <see cref="PartitionCluster"/>.</remarks>
public sealed class PartitionTests(PartitionCluster cluster) : IClassFixture<PartitionCluster>
{
    [Fact(Timeout = 120_000)]
    public async Task A_minority_that_reaches_neither_the_others_nor_the_database_acknowledges_nothing_and_ends()
    {
        await cluster.WholeAsync();
        await using var load = await PartitionLoad.StartAsync(cluster);

        long cut = Stopwatch.GetTimestamp();
        cluster.CutOff(2, true, [.. Others, PartitionCluster.Database]);

        await Task.WhenAll(load.MinorityEndsAsync(cut), load.MajorityTakesOverAsync(cut));
        // What was under way when it was cut.
        Assert.DoesNotContain(load.Minority.SelectMany(w => w.Acknowledged), a => Stopwatch.GetElapsedTime(cut, a.At) > TimeSpan.FromSeconds(1));
        Assert.True(Stopwatch.GetElapsedTime(cut) < TimeSpan.FromSeconds(25), "what a node waits for that was put out does not keep it");
        await load.HealAsync(cut);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_minority_that_thinks_itself_well_and_reaches_the_database_is_refused_by_it()
    {
        await cluster.WholeAsync(slow: 2);
        await using var load = await PartitionLoad.StartAsync(cluster);

        long cut = Stopwatch.GetTimestamp();
        cluster.CutOff(2, true, Others);

        await load.MajorityTakesOverAsync(cut);
        Assert.False(cluster[2].Ended.IsCompleted, "the minority still runs");
        await Eventually.Holds(async () => await cluster[2].MetricAsync("hhs_journal_fenced") > 0, "the database has refused the old writer");
        load.Say($"{await cluster[2].MetricAsync("hhs_journal_fenced")} commits of the minority refused, {load.Minority.Sum(w => w.CountSince(cut))} writes acknowledged there since the cut");
        foreach (int node in (int[])[0, 1]) load.Say($"{await cluster[node].MetricAsync("hhs_journal_fenced")} commits of node {node} refused");
        cluster.CutOff(2, false, Others);
        await load.MinorityEndsAsync(cut);
        await load.HealAsync(cut);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_node_that_hears_and_is_not_heard_ends()
    {
        await cluster.WholeAsync();
        await using var load = await PartitionLoad.StartAsync(cluster);

        long cut = Stopwatch.GetTimestamp();
        foreach (var other in Others) cluster.CutOneWay(PartitionCluster.AddressOf(2), other, true);

        await Task.WhenAll(load.MinorityEndsAsync(cut), load.MajorityTakesOverAsync(cut));
        await load.HealAsync(cut);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_link_that_flaps_faster_than_the_detector_puts_nobody_out()
    {
        await cluster.WholeAsync();
        await using var load = await PartitionLoad.StartAsync(cluster);
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < 3; i++)
        {
            cluster.CutOff(2, true, Others);
            await Task.Delay(ShorterThanTheDetector, TestContext.Current.CancellationToken);   // the fault itself
            cluster.CutOff(2, false, Others);
            long mended = Stopwatch.GetTimestamp();
            await load.AllAreWrittenAsync(mended);
        }
        for (int i = 0; i < PartitionCluster.Count; i++) Assert.False(cluster[i].Ended.IsCompleted, $"node {i} runs");
        load.Say($"three cuts of 0.7 s: {load.Majority.Concat(load.Minority).Sum(w => w.Unknown)} writes with unknown outcome, {load.Majority.Concat(load.Minority).Sum(w => w.CountSince(began))} acknowledged");
        await load.HealAsync(began);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_database_that_is_away_costs_no_node_its_place()
    {
        await cluster.WholeAsync();
        await using var load = await PartitionLoad.StartAsync(cluster);
        long away = Stopwatch.GetTimestamp();
        for (int i = 0; i < PartitionCluster.Count; i++) cluster.CutOff(i, true, PartitionCluster.Database);
        // Reading the store blocks threads; the nodes are to hear one another nevertheless.
        var reading = Enumerable.Range(0, 12 * PartitionCluster.Count).Select(i => ControlSocket.RunAsync(cluster[i % PartitionCluster.Count].Folder, Eventually.Patience, "list", "--json"));
        var read = Task.WhenAll(reading);
        await Task.Delay(TwiceTheDetector, TestContext.Current.CancellationToken);   // the fault itself
        for (int i = 0; i < PartitionCluster.Count; i++) cluster.CutOff(i, false, PartitionCluster.Database);
        long back = Stopwatch.GetTimestamp();
        await load.AllAreWrittenAsync(back);
        var late = Enumerable.Range(0, PartitionCluster.Count).Max(i => cluster[i].LatestHeartbeat);
        load.Say($"away for 6 s: all sets are written again {Stopwatch.GetElapsedTime(back).TotalSeconds:0.0} s later; heartbeats were apart {late.TotalSeconds:0.0} s at most");
        Assert.True(late < PartitionCluster.HeartbeatPause, $"heartbeats were {late} apart");
        await read;
        for (int i = 0; i < PartitionCluster.Count; i++) Assert.False(cluster[i].Ended.IsCompleted, $"node {i} runs");
        await load.HealAsync(away);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_node_that_was_paused_acknowledges_nothing_that_is_not_in_the_log_and_ends()
    {
        await cluster.WholeAsync();
        await using var load = await PartitionLoad.StartAsync(cluster);

        long paused = Stopwatch.GetTimestamp();
        cluster[2].Pause();
        await load.MajorityTakesOverAsync(paused);
        long woke = Stopwatch.GetTimestamp();
        cluster[2].Wake();

        await load.MinorityEndsAsync(woke);
        load.Say($"{load.Minority.Sum(w => w.CountSince(woke))} writes acknowledged by the paused node after it woke");
        await load.HealAsync(paused);
    }

    private static IPAddress[] Others => [PartitionCluster.AddressOf(0), PartitionCluster.AddressOf(1)];

    private static readonly TimeSpan ShorterThanTheDetector = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan TwiceTheDetector = TimeSpan.FromSeconds(6);
}
