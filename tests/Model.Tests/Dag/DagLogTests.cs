using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Model.Tests.Dag;

public class DagLogTests
{
    private readonly DagLog _log = new();

    [Fact]
    public void An_empty_log_has_the_empty_frontier_and_answers_every_query()
    {
        Assert.Equal(Position.Empty, _log.Frontier);
        Assert.True(_log.TryVersion(Position.Empty, out var empty));
        Assert.Empty(_log.EntriesIn(empty));
        Assert.Empty(_log.Cover(empty, TagFilter.Any));
        Assert.Empty(_log.ConcurrentCover(empty, empty, TagFilter.Any));
        Assert.Empty(_log.TagValues("elmts"));
        var fork = _log.Fork(empty, empty);
        Assert.Empty(fork.ForkA);
        Assert.Empty(fork.Common);
        Assert.True(fork.CommonFrontier.Tips.IsEmpty);
        Assert.Throws<ArgumentException>(() => _log.Meet());
    }

    [Fact]
    public void Two_roots_have_nothing_in_common_and_are_each_others_forks()
    {
        int a = Add(), b = Add();
        var fork = _log.Fork(_log.VersionOf(a), _log.VersionOf(b));
        Assert.True(fork.CommonFrontier.Tips.IsEmpty);
        Assert.Empty(fork.Common);
        Assert.Equal([a], fork.ForkA);
        Assert.Equal([b], fork.ForkB);
    }

    [Fact]
    public void A_version_keeps_its_meaning_while_the_log_grows()
    {
        int root = Add(), a = Add(root);
        var version = _log.FrontierVersion;
        var position = _log.Frontier;
        int b = Add(a), c = Add(root);
        Assert.Equal([root, a], _log.EntriesIn(version));
        Assert.Equal(position, _log.PositionOf(version));
        Assert.False(_log.Includes(version, b));
        Assert.False(_log.Includes(version, c));
        Assert.Equal([b, c], _log.EntriesBetween(version, _log.FrontierVersion));
    }

    [Fact]
    public void The_predicate_is_not_asked_about_entries_below_one_that_passed()
    {
        int last = Add([]);
        for (int i = 0; i < 100; i++) last = Add([last], new Tag("k", "v"));
        var asked = new List<int>();
        var filter = TagFilter.Of(new Tag("k", "v"));
        Assert.Equal([last - 2], _log.Cover(_log.FrontierVersion, filter, e => { asked.Add(e); return e <= last - 2; }));
        Assert.Equal([last, last - 1, last - 2], asked);
    }

    [Fact]
    public void A_cover_is_in_the_order_of_hashes_not_of_arrival()
    {
        int root = Add();
        for (int i = 0; i < 50; i++) Add([root], new Tag("k", "v"));
        var cover = _log.Cover(_log.FrontierVersion, TagFilter.OfKeys("k"));
        Assert.Equal(50, cover.Count);
        string[] texts = [.. cover.Select(e => _log.HashOf(e).ToString())];
        Assert.Equal(texts.Order(StringComparer.Ordinal), texts);
    }

    [Fact]
    public void A_tag_by_text_and_by_hash_is_one_tag()
    {
        var hash = ContentHash.Of([7]);
        int entry = Add([], new Tag("elmts", hash.ToString()), new Tag("elmts", hash));
        Assert.Equal([entry], _log.Cover(_log.FrontierVersion, TagFilter.Of(new Tag("elmts", hash))));
        Assert.Equal([new Tag("elmts", hash)], _log.TagValues("elmts"));
    }

    [Fact]
    public void Writers_that_fork_and_join_for_ever_need_as_many_chains_as_writers()
    {
        int joined = Add();
        for (int round = 0; round < 1000; round++)
        {
            int[] forked = [.. Enumerable.Range(0, 5).Select(_ => Add(joined))];
            joined = Add(forked);
        }
        Assert.Equal(5, _log.ChainsOfGraph.Count);
    }

    [Fact]
    public void Entries_of_a_linear_run_share_their_clock()
    {
        int last = Add(Add(), Add(), Add());
        for (int i = 0; i < 5000; i++) last = Add(last);   // lets the lists grow
        var header = Header([last]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _log.Append(header, []);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64);
    }

    [Fact]
    public void Entries_that_join_two_wide_branches_over_and_over_cost_little_memory_each()
    {
        // A hostile peer's shape: each small entry joins two histories that share almost nothing.
        int root = Add();
        int[] wide = [.. Enumerable.Range(0, 2000).Select(_ => Add(root))];
        int even = Add([.. wide.Where(e => e % 2 == 0)]), odd = Add([.. wide.Where(e => e % 2 == 1)]);
        for (int i = 0; i < 200; i++) Join();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++) Join();
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 200, 0, 6_000);   // about 3 400; 15 500 without the memo

        void Join()
        {
            even = Add(even, Add(root));
            Add(even, odd);
        }
    }

    [Fact]
    public void The_hostile_shapes_stay_quick()
    {
        // 20 000 concurrent entries, all in one frontier, then merged 1000 at a time.
        int root = Add();
        var barrier = new Tag("barrier", "t");
        int[] wide = [.. Enumerable.Range(0, 20_000).Select(_ => Add([root], barrier))];
        Assert.Equal(20_000, _log.Cover(_log.FrontierVersion, TagFilter.Of(barrier)).Count);
        Assert.Equal(19_999, _log.ConcurrentCover(_log.FrontierVersion, _log.VersionOf(wide[0]), TagFilter.Of(barrier)).Count);
        int[] merges = [.. wide.Chunk(1000).Select(some => Add(some))];
        int top = Add(merges);
        Assert.Equal([top], _log.MinimalCover(_log.VersionOf([top, .. wide])).Tips.ToArray());
        var fork = _log.Fork(_log.VersionOf(top), _log.VersionOf(root));
        Assert.Equal(20_000, fork.ForkA.Count);
        Assert.Equal([root], fork.Common);
    }

    private int Add(params int[] prev) => Add(prev, []);

    private int Add(int[] prev, params Tag[] tags) => _log.Append(Header(prev), tags);

    private Header Header(int[] prev) =>
        new(ContentHash.Of(BitConverter.GetBytes(_log.Count)), Position.Of([.. prev.Select(_log.HashOf)]));
}
