using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Swarm;

namespace Hhs.Protocols.Tests.Swarm;

public class TopicSwarmTests
{
    [Fact]
    public void Discovers_when_activated_and_again_while_peers_are_wanting()
    {
        var swarm = Swarm();
        var effects = swarm.Advance(new SwarmInput.Activated(At(0)));
        Assert.Single(effects.OfType<SwarmEffect.Discover>());
        Assert.Equal(TimeSpan.FromSeconds(60), effects.OfType<SwarmEffect.ArmTimer>().Single().After);
        Assert.Single(swarm.Advance(new SwarmInput.TimerFired(At(60))).OfType<SwarmEffect.Discover>());
    }

    [Fact]
    public void Dials_a_few_at_a_time_until_it_has_enough_peers()
    {
        var swarm = Swarm();
        swarm.Advance(new SwarmInput.Activated(At(0)));
        var dials = new Queue<SwarmCandidate>(Dials(swarm.Advance(new SwarmInput.CandidatesFound([.. Enumerable.Range(0, 20).Select(Candidate)], At(0)))));
        Assert.Equal(3, dials.Count);
        int opened = 0;
        while (dials.TryDequeue(out var candidate))
        {
            foreach (var next in Dials(swarm.Advance(new SwarmInput.PeerOpened(new($"p{opened++}"), candidate.KeyId, At(1))))) dials.Enqueue(next);
        }
        Assert.Equal(6, opened);
    }

    [Fact]
    public void Dials_again_after_pauses_that_grow()
    {
        var swarm = Swarm();
        swarm.Advance(new SwarmInput.Activated(At(0)));
        swarm.Advance(new SwarmInput.CandidatesFound([Candidate(1)], At(0)));
        double now = 0;
        foreach (int pause in new[] { 1, 2, 4, 8, 16 })
        {
            Assert.Empty(Dials(swarm.Advance(new SwarmInput.DialFailed(Candidate(1), At(now)))));
            Assert.Empty(Dials(swarm.Advance(new SwarmInput.TimerFired(At(now + pause - 0.1)))));
            Assert.Single(Dials(swarm.Advance(new SwarmInput.TimerFired(At(now += pause)))));
        }
    }

    [Fact]
    public void A_connection_that_is_closed_at_once_counts_as_a_failure_and_one_that_lasted_starts_afresh()
    {
        var swarm = Swarm();
        swarm.Advance(new SwarmInput.Activated(At(0)));
        swarm.Advance(new SwarmInput.CandidatesFound([Candidate(1)], At(0)));
        TimeSpan CloseAfter(double from, double seconds)
        {
            swarm.Advance(new SwarmInput.PeerOpened(new("a"), Candidate(1).KeyId, At(from)));
            var after = swarm.Advance(new SwarmInput.PeerClosed(new("a"), At(from + seconds))).OfType<SwarmEffect.ArmTimer>().Single().After;
            swarm.Advance(new SwarmInput.TimerFired(At(from + seconds) + after));
            return after;
        }
        Assert.Equal(At(1), CloseAfter(0, 0));
        Assert.Equal(At(2), CloseAfter(2, 0));
        Assert.Equal(At(4), CloseAfter(5, 0));
        Assert.Equal(At(1), CloseAfter(10, 100));
    }

    [Fact]
    public void A_dial_that_is_never_answered_fails_after_a_while_and_one_that_is_declined_at_once()
    {
        var swarm = Swarm();
        swarm.Advance(new SwarmInput.Activated(At(0)));
        var effects = swarm.Advance(new SwarmInput.CandidatesFound([Candidate(1)], At(0)));
        Assert.Equal(0, effects.OfType<SwarmEffect.Dial>().Single().Failures);
        Assert.Empty(Dials(swarm.Advance(new SwarmInput.TimerFired(At(59)))));
        Assert.Empty(Dials(swarm.Advance(new SwarmInput.TimerFired(At(60)))));
        Assert.Equal(1, swarm.Advance(new SwarmInput.TimerFired(At(61))).OfType<SwarmEffect.Dial>().Single().Failures);
        Assert.Empty(Dials(swarm.Advance(new SwarmInput.Declined(Candidate(1).KeyId, At(62)))));
        Assert.Equal(2, swarm.Advance(new SwarmInput.TimerFired(At(64))).OfType<SwarmEffect.Dial>().Single().Failures);
    }

    [Fact]
    public void A_peer_that_came_by_itself_is_dialled_no_more_and_again_once_it_is_lost()
    {
        var swarm = Swarm();
        swarm.Advance(new SwarmInput.Activated(At(0)));
        Assert.Single(Dials(swarm.Advance(new SwarmInput.CandidatesFound([Candidate(1)], At(0)))));
        swarm.Advance(new SwarmInput.PeerOpened(new("in"), Candidate(1).KeyId, At(1)));
        swarm.Advance(new SwarmInput.DialFailed(Candidate(1), At(2)));   // our own attempt was given up for the other
        Assert.Empty(Dials(swarm.Advance(new SwarmInput.TimerFired(At(200)))));
        swarm.Advance(new SwarmInput.PeerClosed(new("in"), At(200)));
        Assert.Single(Dials(swarm.Advance(new SwarmInput.TimerFired(At(202)))));
    }

    [Fact]
    public void A_key_that_can_be_reached_again_is_dialled_at_once()
    {
        var swarm = Swarm();
        swarm.Advance(new SwarmInput.Activated(At(0)));
        swarm.Advance(new SwarmInput.CandidatesFound([Candidate(1), Candidate(2)], At(0)));
        foreach (int i in new[] { 1, 2 }) swarm.Advance(new SwarmInput.DialFailed(Candidate(i), At(0)));
        Assert.Equal([Candidate(1)], Dials(swarm.Advance(new SwarmInput.Reachable(Candidate(1).KeyId, At(0.1)))));
    }

    [Fact]
    public void A_swarm_with_enough_peers_tries_others_now_and_then_each_in_its_turn()
    {
        var swarm = Swarm(SwarmSettings.Default with { TargetPeers = 2, DialsMax = 2 });
        swarm.Advance(new SwarmInput.Activated(At(0)));
        swarm.Advance(new SwarmInput.CandidatesFound([.. Enumerable.Range(0, 4).Select(Candidate)], At(0)));
        for (int i = 0; i < 2; i++) swarm.Advance(new SwarmInput.PeerOpened(new($"p{i}"), Candidate(i).KeyId, At(0)));
        Assert.Empty(Dials(swarm.Advance(new SwarmInput.TimerFired(At(9)))));
        Assert.Equal([Candidate(2)], Dials(swarm.Advance(new SwarmInput.TimerFired(At(10)))));
        swarm.Advance(new SwarmInput.DialFailed(Candidate(2), At(10)));
        Assert.Equal([Candidate(3)], Dials(swarm.Advance(new SwarmInput.TimerFired(At(20)))));
        swarm.Advance(new SwarmInput.PeerOpened(new("p3"), Candidate(3).KeyId, At(20)));
        Assert.Equal([Candidate(2)], Dials(swarm.Advance(new SwarmInput.TimerFired(At(40)))));
        Assert.DoesNotContain(swarm.Advance(new SwarmInput.TimerFired(At(60))), e => e is SwarmEffect.Leave);   // there is room
    }

    [Fact]
    public void Who_was_tried_although_there_are_many_is_left_again_after_a_visit()
    {
        var swarm = Swarm(SwarmSettings.Default with { TargetPeers = 1, PeersMax = 1 });
        swarm.Advance(new SwarmInput.Activated(At(0)));
        swarm.Advance(new SwarmInput.CandidatesFound([Candidate(0), Candidate(1)], At(0)));
        swarm.Advance(new SwarmInput.PeerOpened(new("p0"), Candidate(0).KeyId, At(0)));
        Assert.Single(Dials(swarm.Advance(new SwarmInput.TimerFired(At(10)))));
        var effects = swarm.Advance(new SwarmInput.PeerOpened(new("p1"), Candidate(1).KeyId, At(11)));
        Assert.Equal(At(9), effects.OfType<SwarmEffect.ArmTimer>().Single().After);   // the next try
        Assert.Equal(new SwarmEffect.Leave(new("p1")), swarm.Advance(new SwarmInput.TimerFired(At(41))).OfType<SwarmEffect.Leave>().Single());
        Assert.DoesNotContain(swarm.Advance(new SwarmInput.TimerFired(At(42))), e => e is SwarmEffect.Leave);
    }

    [Fact]
    public void Halves_of_a_swarm_that_were_parted_meet_again()
    {
        // Each half has found enough peers of its own. What the others do when they are dialled is left out: one dial across is enough.
        var swarm = Swarm(SwarmSettings.Default with { TargetPeers = 3 });
        swarm.Advance(new SwarmInput.Activated(At(0)));
        swarm.Advance(new SwarmInput.CandidatesFound([.. Enumerable.Range(0, 12).Select(Candidate)], At(0)));
        for (int i = 0; i < 6; i++) swarm.Advance(new SwarmInput.PeerOpened(new($"p{i}"), Candidate(i).KeyId, At(0)));
        bool across = false;
        for (int now = 0; now < 300 && !across; now++) across = Dials(swarm.Advance(new SwarmInput.TimerFired(At(now)))).Any(c => Enumerable.Range(6, 6).Any(i => c == Candidate(i)));
        Assert.True(across);
    }

    [Fact]
    public void Replaces_a_peer_that_it_lost()
    {
        var swarm = Swarm(Minutely with { TargetPeers = 1 });
        swarm.Advance(new SwarmInput.Activated(At(0)));
        swarm.Advance(new SwarmInput.CandidatesFound([Candidate(1), Candidate(2)], At(0)));
        Assert.Empty(Dials(swarm.Advance(new SwarmInput.PeerOpened(new("a"), Candidate(1).KeyId, At(0)))));
        Assert.Equal([Candidate(2)], Dials(swarm.Advance(new SwarmInput.PeerClosed(new("a"), At(5)))));
    }

    [Fact]
    public void Dials_neither_itself_nor_a_key_that_is_connected()
    {
        var swarm = Swarm();
        swarm.Advance(new SwarmInput.Activated(At(0)));
        swarm.Advance(new SwarmInput.PeerOpened(new("in"), Candidate(1).KeyId, At(0)));
        Assert.Empty(Dials(swarm.Advance(new SwarmInput.CandidatesFound([Candidate(1) with { Address = "elsewhere" }, new(Self, "home")], At(0)))));
    }

    [Fact]
    public void An_inactive_swarm_seeks_nobody()
    {
        var swarm = Swarm();
        Assert.Empty(swarm.Advance(new SwarmInput.CandidatesFound([Candidate(1)], At(0))));
        Assert.Single(Dials(swarm.Advance(new SwarmInput.Activated(At(0)))));
        swarm.Advance(new SwarmInput.PeerOpened(new("p"), Candidate(1).KeyId, At(0)));
        swarm.Advance(new SwarmInput.Deactivated(At(1)));
        Assert.Empty(swarm.Advance(new SwarmInput.PeerClosed(new("p"), At(1))));
    }

    [Fact]
    public void Asks_discovery_less_and_less_often_while_it_names_nobody_new()
    {
        var swarm = Swarm(Minutely with { DiscoverMax = TimeSpan.FromSeconds(200) });
        var effects = swarm.Advance(new SwarmInput.Activated(At(0)));
        double now = 0;
        foreach (int pause in new[] { 60, 120, 200, 200 })
        {
            Assert.Equal(At(pause), effects.OfType<SwarmEffect.ArmTimer>().Single().After);
            effects = swarm.Advance(new SwarmInput.TimerFired(At(now += pause)));
            Assert.Single(effects.OfType<SwarmEffect.Discover>());
        }
        swarm.Advance(new SwarmInput.CandidatesFound([Candidate(1)], At(now)));
        swarm.Advance(new SwarmInput.DialFailed(Candidate(1), At(now)));
        Assert.Single(swarm.Advance(new SwarmInput.TimerFired(At(now + 200))).OfType<SwarmEffect.Discover>());
        Assert.Single(swarm.Advance(new SwarmInput.TimerFired(At(now + 320))).OfType<SwarmEffect.Discover>());
    }

    [Fact]
    public void Remembers_no_more_candidates_than_it_may_and_forgets_those_that_fail()
    {
        var swarm = Swarm(Minutely with { CandidatesMax = 2, DialsMax = 1 });
        swarm.Advance(new SwarmInput.Activated(At(0)));
        Assert.Equal([Candidate(0)], Dials(swarm.Advance(new SwarmInput.CandidatesFound([Candidate(0), Candidate(1), Candidate(2)], At(0)))));
        Assert.Equal([Candidate(1)], Dials(swarm.Advance(new SwarmInput.DialFailed(Candidate(0), At(0)))));
        swarm.Advance(new SwarmInput.CandidatesFound([Candidate(3)], At(0)));
        Assert.Equal([Candidate(3)], Dials(swarm.Advance(new SwarmInput.DialFailed(Candidate(1), At(60)))));
    }

    private static TopicSwarm Swarm(SwarmSettings? settings = null) => new(Self, settings ?? Minutely);

    private static IEnumerable<SwarmCandidate> Dials(IEnumerable<SwarmEffect> effects) => effects.OfType<SwarmEffect.Dial>().Select(d => d.Candidate);

    private static SwarmCandidate Candidate(int number) => new(new(ContentHash.Of(BitConverter.GetBytes(number))), $"ws://127.0.0.1:{4000 + number}");

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static readonly SwarmSettings Minutely = SwarmSettings.Default with { DiscoverEvery = TimeSpan.FromSeconds(60), ExploreEvery = TimeSpan.FromHours(1), ExploreMax = TimeSpan.FromHours(1) };

    private static readonly KeyId Self = new(ContentHash.Of("self"u8));
}
