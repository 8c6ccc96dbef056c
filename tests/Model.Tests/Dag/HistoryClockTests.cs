using FsCheck;
using FsCheck.Fluent;
using Hhs.Model.Dag;

namespace Hhs.Model.Tests.Dag;

public class HistoryClockTests
{
    [Fact]
    public void A_clock_holds_what_was_put_into_it_and_keeps_the_higher_count() => Prop.ForAll(Pairs, pairs =>
    {
        var expected = new Dictionary<int, int>();
        foreach (var (chain, count) in pairs) expected[chain] = Math.Max(count, expected.GetValueOrDefault(chain));
        var clock = ClockOf(pairs);
        Assert.All(expected, e => Assert.Equal(e.Value, clock.Get(e.Key)));
        Assert.Equal(expected.Keys.Order(), HistoryClock.Differences(HistoryClock.Empty, clock).Select(d => d.Chain));
        foreach (int chain in new[] { 0, 1, 15, 16, 17, 255, 256, 4095, 4096, int.MaxValue })
            Assert.Equal(expected.GetValueOrDefault(chain), clock.Get(chain));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Max_is_the_higher_count_of_each_chain_whatever_the_order() => Prop.ForAll(Pairs, Pairs, Pairs, (p, q, r) =>
    {
        HistoryClock a = ClockOf(p), b = ClockOf(q), c = ClockOf(r);
        var max = HistoryClock.Max(a, b);
        foreach (var (chain, _) in p.Concat(q)) Assert.Equal(Math.Max(a.Get(chain), b.Get(chain)), max.Get(chain));
        AssertSame(max, HistoryClock.Max(b, a));
        AssertSame(HistoryClock.Max(max, c), HistoryClock.Max(a, HistoryClock.Max(b, c)));
        AssertSame(ClockOf([.. p, .. q]), max);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Max_is_one_of_its_inputs_when_that_contains_the_other() => Prop.ForAll(Pairs, Pairs, (p, q) =>
    {
        HistoryClock a = ClockOf(p), b = ClockOf([.. p, .. q]);
        Assert.Same(b, HistoryClock.Max(b, a));
        AssertSame(b, HistoryClock.Max(a, b));
        var max = HistoryClock.Max(a, ClockOf(q));
        Assert.Same(max, HistoryClock.Max(max, a));
        Assert.Same(a, HistoryClock.Max(a, a));
        Assert.Same(a, HistoryClock.Max(a, HistoryClock.Empty));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void With_is_the_same_clock_when_the_count_is_not_higher() => Prop.ForAll(Pairs, pairs =>
    {
        var clock = ClockOf(pairs);
        foreach (var (chain, count) in pairs) Assert.Same(clock, clock.With(chain, count));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Differences_are_exactly_the_chains_whose_counts_differ() => Prop.ForAll(Pairs, Pairs, (p, q) =>
    {
        HistoryClock a = ClockOf(p), b = ClockOf(q);
        var expected = p.Concat(q).Select(x => x.Chain).Distinct().Order()
            .Select(chain => new ClockDifference(chain, a.Get(chain), b.Get(chain))).Where(d => d.Left != d.Right);
        Assert.Equal(expected, HistoryClock.Differences(a, b));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void One_changed_chain_among_many_costs_a_few_nodes()
    {
        var clock = HistoryClock.Empty;
        for (int chain = 0; chain < 1 << 16; chain++) clock = clock.With(chain, chain + 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var next = clock.With(12345, 999_999);
        var max = HistoryClock.Max(clock, next);
        var differences = HistoryClock.Differences(clock, max);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal([new ClockDifference(12345, 12346, 999_999)], differences);
        Assert.InRange(allocated, 0, 4096);
    }

    private static void AssertSame(HistoryClock a, HistoryClock b) => Assert.Empty(HistoryClock.Differences(a, b));

    private static HistoryClock ClockOf((int Chain, int Count)[] pairs)
    {
        var clock = HistoryClock.Empty;
        foreach (var (chain, count) in pairs) clock = clock.With(chain, count);
        return clock;
    }

    // Chains near each other and far apart, so that tries of all heights meet.
    private static Arbitrary<(int Chain, int Count)[]> Pairs => (
        from height in Gen.Choose(0, 7)
        from chain in Gen.Choose(0, 40)
        from count in Gen.Choose(1, 5)
        select (Chain: chain << Math.Min(25, height * 4), Count: count)).ArrayOf().ToArbitrary();
}
