using Hhs.Model.Dag;

namespace Hhs.Model.Tests.Dag;

/// <summary>Every query against the naive graph, over many random graphs of six shapes. A failure names its seed.</summary>
public class RandomGraphTests
{
    [Theory]
    [MemberData(nameof(Blocks))]
    public void Frontier_and_minimal_covers_are_those_of_the_naive_graph(int block) => Each(block, graph =>
    {
        Assert.Equal(graph.Naive.Frontier(), graph.Log.Frontier.Select(h => graph.Log.TryIndex(h, out int e) ? e : -1));
        for (int i = 0; i < 4; i++)
        {
            int[] position = graph.Position();
            var cover = graph.Log.MinimalCover(graph.Log.VersionOf(position));
            Assert.Equal(graph.Naive.MinimalCover(position), graph.Naive.Sorted(cover.Tips.ToArray()));
            Assert.Empty(HistoryClock.Differences(cover.Clock, graph.Log.VersionOf(position).Clock));
        }
    });

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Histories_and_what_is_between_them_are_those_of_the_naive_graph(int block) => Each(block, graph =>
    {
        int[] a = graph.Position(), b = graph.Position();
        var inA = graph.Naive.History(a);
        var inB = graph.Naive.History(b);
        DagVersion versionA = graph.Log.VersionOf(a), versionB = graph.Log.VersionOf(b);
        Assert.Equal(inA.Order(), graph.Log.EntriesIn(versionA));
        Assert.Equal(inB.Except(inA).Order(), graph.Log.EntriesBetween(versionA, versionB));
        Assert.Equal(inA.IsSupersetOf(inB), graph.Log.Includes(versionA, versionB));
        for (int entry = 0; entry < graph.Log.Count; entry++)
        {
            Assert.Equal(inA.Contains(entry), graph.Log.Includes(versionA, entry));
            int other = graph.Entry();
            Assert.Equal(graph.Naive.History([other]).Contains(entry), graph.Log.Precedes(entry, other));
        }
    });

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Fork_positions_and_meets_are_those_of_the_naive_graph(int block) => Each(block, graph =>
    {
        for (int i = 0; i < 4; i++)
        {
            int[] a = graph.Position(), b = graph.Chance(8) ? a : graph.Position();
            var expected = graph.Naive.Fork(a, b);
            var fork = graph.Log.Fork(graph.Log.VersionOf(a), graph.Log.VersionOf(b));
            Assert.Equal(expected.CommonFrontier, graph.Naive.Sorted(fork.CommonFrontier.Tips.ToArray()));
            Assert.Equal(expected.Common, fork.Common);
            Assert.Equal(expected.ForkA, fork.ForkA);
            Assert.Equal(expected.ForkB, fork.ForkB);

            int[][] three = [a, b, graph.Position()];
            var meet = graph.Log.Meet([.. three.Select(p => graph.Log.VersionOf(p))]);
            Assert.Equal(graph.Naive.Meet(three), graph.Naive.Sorted(meet.Tips.ToArray()));
        }
    });

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Covers_are_what_the_walk_of_the_specification_finds(int block) => Each(block, graph =>
    {
        for (int i = 0; i < 6; i++)
        {
            int[] from = graph.Position();
            var filter = graph.Filter();
            var predicate = graph.Predicate();
            Assert.Equal(graph.Naive.Cover(from, filter, predicate), graph.Log.Cover(graph.Log.VersionOf(from), filter, predicate));
            Assert.Equal(graph.Naive.Cover(from, filter, _ => true), graph.Log.Cover(graph.Log.VersionOf(from), filter));
        }
    });

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Concurrent_covers_are_what_the_walk_of_the_specification_finds(int block) => Each(block, graph =>
    {
        for (int i = 0; i < 6; i++)
        {
            int[] from = graph.Position(), to = graph.Position();
            var filter = graph.Filter();
            var predicate = graph.Predicate();
            Assert.Equal(
                graph.Naive.ConcurrentCover(from, to, filter, predicate),
                graph.Log.ConcurrentCover(graph.Log.VersionOf(from), graph.Log.VersionOf(to), filter, predicate));
        }
    });

    [Theory]
    [MemberData(nameof(Blocks))]
    public void What_was_appended_comes_back(int block) => Each(block, graph =>
    {
        for (int entry = 0; entry < graph.Log.Count; entry++)
        {
            Assert.Equal(graph.Tags[entry], graph.Log.TagsOf(entry));
            var header = graph.Log.HeaderOf(entry);
            Assert.Equal(graph.Log.HashOf(entry), new Header(header.PayloadHash, header.PrevEntryHashes).Hash);
            Assert.True(graph.Log.TryIndex(header.Hash, out int found));
            Assert.Equal(entry, found);
        }
        foreach (string key in new[] { "elmts", "barrier", "ref", "never" })
            Assert.Equal(graph.Tags.SelectMany(t => t).Where(t => t.Key == key).Distinct(), graph.Log.TagValues(key));
    });

    public static TheoryData<int> Blocks => [.. Enumerable.Range(0, 8)];

    private static void Each(int block, Action<RandomGraph> check)
    {
        for (int i = 0; i < SeedsPerBlock; i++)
        {
            int seed = (block * SeedsPerBlock) + i;
            try
            {
                check(new RandomGraph(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    private const int SeedsPerBlock = 400;
}
