namespace Hhs.Simulation.Tests.Fetching;

/// <summary>5,000 entries of 1 kB from sources of unequal speed; docs/performance.md has the figures.</summary>
public class FetchTests
{
    [Fact]
    public void More_sources_take_less_time_and_bring_hardly_anything_twice()
    {
        double? before = null;
        foreach (int count in new[] { 1, 2, 4, 8 })
        {
            var run = new FetchRun(1, 5_000, Source.Unequal.Take(count));
            var seconds = run.Fetch();
            Assert.True(seconds is not null && !(seconds > before * 0.95), $"{count} sources: {seconds} s, one fewer step: {before} s");
            before = seconds;
            Assert.InRange(run.Payloads, 5_000, 5_500);
            Assert.Empty(run.Empty.Charges);
        }
        Assert.InRange(before!.Value, 2, 10);   // from one: more than 20
    }

    [Theory]
    [InlineData(nameof(SourceKind.stalls))]
    [InlineData(nameof(SourceKind.lies))]
    [InlineData(nameof(SourceKind.trickles))]
    public void A_bad_source_costs_little_and_is_dropped_and_honest_ones_that_lack_some_are_not(string kind)
    {
        Source[] honest = [new(100, 40), new(60, 90), new(80, 60, Share: 0.5), new(80, 60, Share: 0)];
        var alone = new FetchRun(1, 3_000, honest).Fetch();
        var run = new FetchRun(1, 3_000, [.. honest, new(100, 10, Enum.Parse<SourceKind>(kind))]);
        var seconds = run.Fetch();
        Assert.True(seconds < alone + 5, $"{seconds} s, and {alone} s without it");
        Assert.InRange(run.ChargeOf(run.Sources[^1]), 100, 200);
        Assert.All(run.Sources[..^1], source => Assert.Equal(0, run.ChargeOf(source)));
        Assert.InRange(run.Payloads, 3_000, 3_600);
    }

    [Fact]
    public void A_connection_that_breaks_again_and_again_does_not_start_from_nothing()
    {
        var run = new FetchRun(1, 5_000, [Source.Unequal[0]]);
        var alone = new FetchRun(1, 5_000, [Source.Unequal[0]]).Fetch();
        var link = run.World.Links[0];
        for (int i = 1; i <= 8; i++)
        {
            run.World.After(TimeSpan.FromSeconds(i * 2), link.Break);
            run.World.After(TimeSpan.FromSeconds((i * 2) + 0.2), link.Open);
        }
        var seconds = run.Fetch();
        Assert.True(seconds < alone + 12, $"{seconds} s, and {alone} s unbroken");
        Assert.Empty(run.Empty.Charges);
    }
}
