using Hhs.Actors.Sleepers;
using Hhs.Model.Hashing;
using Hhs.Protocols;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Sleepers;

public sealed class WakeBudgetTests
{
    private static readonly PeerId A = new("a"), B = new("b");
    private readonly WakeBudget _budget = new(placesMax: 3, waitingMax: 10);

    [Fact]
    public void One_peer_has_so_many_woken_and_the_next_when_one_has_grown()
    {
        Assert.Equal([true, true, true, false, false], Ask(A, WakeCause.Announced, 0, 5));
        Assert.Equal([true, true, true], Ask(B, WakeCause.Announced, 5, 3));   // another's places are its own
        Assert.Empty(Next(TimeSpan.FromHours(1)));
        _budget.Grew(ObjectId(1));
        Assert.Equal([ObjectId(3)], Next(TimeSpan.Zero));
        _budget.Grew(ObjectId(1));   // again: changes nothing
        Assert.Empty(Next(TimeSpan.Zero));
    }

    [Fact]
    public void Whoever_announced_what_never_came_is_named_when_the_object_sleeps_again()
    {
        Ask(A, WakeCause.Announced, 0, 2);
        Ask(A, WakeCause.Joined, 2, 1);
        Ask(B, WakeCause.Asked, 3, 1);
        for (int i = 0; i < 4; i++) _budget.Heard(ObjectId(i), i < 3 ? A : B);
        _budget.Grew(ObjectId(0));
        Assert.Null(_budget.Ended(ObjectId(0)));
        Assert.Equal(A, _budget.Ended(ObjectId(1)));
        Assert.Null(_budget.Ended(ObjectId(1)));
        Assert.Null(_budget.Ended(ObjectId(2)));
        Assert.Null(_budget.Ended(ObjectId(3)));
        Assert.Null(_budget.Ended(ObjectId(99)));
        Assert.Equal([true, true, true, false], Ask(A, WakeCause.Announced, 10, 4));
        Assert.Null(_budget.Ended(ObjectId(10)));   // it slept again before it had heard the peer: nobody's fault
        _budget.Heard(ObjectId(11), B);
        Assert.Null(_budget.Ended(ObjectId(11)));
    }

    [Fact]
    public void Questions_have_places_of_their_own_which_are_free_after_a_moment()
    {
        Assert.Equal([true, true, true, false], Ask(A, WakeCause.Announced, 0, 4));
        Assert.Equal([true, true, true, false, false], Ask(A, WakeCause.Asked, 10, 5));
        Assert.Empty(Next(TimeSpan.FromMilliseconds(200)));
        Assert.Equal([ObjectId(13), ObjectId(14)], Next(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void What_is_not_wanted_any_more_is_passed_over()
    {
        Ask(A, WakeCause.Announced, 0, 6);
        _budget.Grew(ObjectId(0));
        Assert.Equal([(ObjectId(5), WakeCause.Announced)], _budget.Next(TimeSpan.Zero, (id, peer) => peer == A && id == ObjectId(5)));
        Assert.False(_budget.NeedsTime);
    }

    [Fact]
    public void Wishes_are_bounded_and_not_counted_twice_and_go_with_their_peer()
    {
        Ask(A, WakeCause.Announced, 0, 3);
        for (int again = 0; again < 5; again++) Ask(A, WakeCause.Announced, 10, 10);
        Assert.False(_budget.TryAsk(ObjectId(20), A, WakeCause.Announced, TimeSpan.Zero, out _));
        _budget.Forget(A);
        Assert.False(_budget.NeedsTime);
        Assert.Equal([true, true, true, false], Ask(A, WakeCause.Announced, 20, 4));
    }

    private bool[] Ask(PeerId peer, WakeCause cause, int from, int count) =>
        [.. Enumerable.Range(from, count).Select(i => _budget.TryAsk(ObjectId(i), peer, cause, TimeSpan.Zero, out bool now) && now)];

    private IEnumerable<ContentHash> Next(TimeSpan now) => _budget.Next(now, (_, _) => true).Select(n => n.Id);
}
