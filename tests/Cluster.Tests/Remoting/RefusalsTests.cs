using Hhs.Cluster.Remoting;

namespace Hhs.Cluster.Tests.Remoting;

/// <summary>What is said of those who are turned away, however many there are.</summary>
public sealed class RefusalsTests
{
    [Fact]
    public void The_same_is_said_once_a_minute_with_the_number_of_those_before()
    {
        var (said, clock) = (new List<string>(), new Clock());
        var refusals = new Refusals(said.Add, clock);
        for (int i = 0; i < 1000; i++) refusals.Say("10.0.0.9", "it shows no certificate");
        refusals.Say("10.0.0.9", "it has expired");
        clock.Pass(Refusals.Pause);
        refusals.Say("10.0.0.9", "it shows no certificate");
        Assert.Equal(
            ["10.0.0.9 is not let in: it shows no certificate", "10.0.0.9 is not let in: it has expired (999 more were refused before)", "10.0.0.9 is not let in: it shows no certificate"], said);
    }

    [Fact]
    public void So_many_different_things_are_said_in_a_minute_and_no_more()
    {
        var (said, clock) = (new List<string>(), new Clock());
        var refusals = new Refusals(said.Add, clock);
        for (int i = 0; i < 5000; i++) refusals.Say($"stranger {i}", "it shows no certificate");
        Assert.Equal(Refusals.DifferentMax, said.Count);
        clock.Pass(Refusals.Pause);
        refusals.Say("another", "it shows no certificate");
        Assert.Equal($"another is not let in: it shows no certificate ({5000 - Refusals.DifferentMax} more were refused before)", said[^1]);
    }

    private sealed class Clock : TimeProvider
    {
        private TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public void Pass(TimeSpan time) => _now += time;
    }
}
