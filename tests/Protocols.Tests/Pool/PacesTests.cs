using Hhs.Protocols.Pool;

namespace Hhs.Protocols.Tests.Pool;

/// <summary>What counts time: charges, dials, pings.</summary>
public class PacesTests
{
    [Fact]
    public void Charges_at_the_limit_are_enough_and_one_less_is_not()
    {
        Assert.False(new ChargeMeter(100, 10).Charge(99, default));
        Assert.True(new ChargeMeter(100, 10).Charge(100, default));
    }

    [Fact]
    public void Charges_are_forgiven_as_time_passes_and_never_below_nothing()
    {
        var meter = new ChargeMeter(100, 10);
        meter.Charge(90, At(0));
        Assert.False(meter.Charge(19, At(61)));   // ten are forgiven
        Assert.True(meter.Charge(1, At(62)));
        Assert.False(meter.Charge(0, At(3600)));
        Assert.Equal(0, meter.Points);
        Assert.False(meter.Charge(99, At(3600)));
        Assert.True(meter.Charge(1, At(3600)));
        Assert.True(meter.Charge(0, At(0)));   // a clock that goes back forgives nothing
    }

    [Fact]
    public void Dials_are_begun_in_order_so_many_at_a_time_and_so_many_a_second()
    {
        var queue = new DialQueue<int>(atOnceMax: 2, perSecondMax: 3);
        foreach (int i in new[] { 1, 2, 1, 3, 4, 5 }) queue.Add(i);
        Assert.Equal([1, 2], Take(queue, At(0)));
        Assert.Null(queue.NextAt(At(0)));
        queue.Done();
        queue.Done();
        Assert.Equal([3], Take(queue, At(0.5)));
        Assert.Equal(At(1), queue.NextAt(At(0.5)));
        Assert.True(queue.Remove(4));
        Assert.False(queue.Remove(3));
        Assert.Equal([5], Take(queue, At(1)));
        Assert.Equal(0, queue.Waiting);
    }

    [Fact]
    public void A_silent_peer_is_pinged_and_taken_for_dead_when_it_does_not_answer()
    {
        var alive = new KeepAlive(every: At(20), timeout: At(10));
        alive.Heard(At(0));
        Assert.Equal(KeepAliveStep.Wait, alive.Check(At(19)));
        Assert.Equal(KeepAliveStep.Ping, alive.Check(At(20)));
        Assert.Equal(KeepAliveStep.Wait, alive.Check(At(29)));
        Assert.Equal(KeepAliveStep.Dead, alive.Check(At(30)));
    }

    [Fact]
    public void Any_frame_is_a_sign_of_life_and_only_the_answer_asked_for_is_a_measure()
    {
        var alive = new KeepAlive(At(20), At(10));
        Assert.Equal(KeepAliveStep.Ping, alive.Check(At(20)));
        alive.Heard(At(21));
        alive.Answered(alive.Number + 1, At(21));
        Assert.Null(alive.RoundTrip);
        Assert.Equal(KeepAliveStep.Ping, alive.Check(At(41)));
        alive.Heard(At(41.5));
        alive.Answered(alive.Number, At(41.5));
        Assert.Equal(At(0.5), alive.RoundTrip);
        Assert.Equal(KeepAliveStep.Wait, alive.Check(At(60)));
    }

    private static List<int> Take(DialQueue<int> queue, TimeSpan now)
    {
        var taken = new List<int>();
        while (queue.TryTake(now, out int next)) taken.Add(next);
        return taken;
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
