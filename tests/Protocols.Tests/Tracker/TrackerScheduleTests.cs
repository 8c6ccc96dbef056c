using Hhs.Protocols.Tracker;

namespace Hhs.Protocols.Tests.Tracker;

public sealed class TrackerScheduleTests
{
    private static readonly TrackerPeer Self = new(TrackerRegistryTests.Key(0), ["ws://me.example:1"]);
    private static readonly TrackerClientSettings Settings = new();

    private readonly TrackerSchedule _schedule = new(Self, Settings, new TestRandom(1));
    private TimeSpan _now;
    private TimeSpan? _timer;

    [Fact]
    public void Announces_at_once_and_again_after_a_third_of_what_was_granted()
    {
        var announce = Announce(Carry("b", "a"));
        Assert.Equal([new("a", 180), new("b", 180)], announce.Entries);
        Assert.Equal(Self, announce.Peer);
        Answer(new TrackerResponse.AnnounceAck([180, 600]));
        var again = Announce(NextTimer());
        Assert.InRange(_now.TotalSeconds, 54, 60);
        Assert.Equal("a", Assert.Single(again.Entries).Topic);   // the other one has 600 s
        Answer(new TrackerResponse.AnnounceAck([180]));
    }

    [Theory]
    [InlineData(0, 18, 20)]
    [InlineData(-1e300, 18, 20)]
    [InlineData(1e300, 180, 200)]
    public void A_tracker_that_grants_nonsense_is_not_believed(double ttl, double from, double to)
    {
        Announce(Carry("a"));
        Answer(new TrackerResponse.AnnounceAck([ttl]));
        Announce(NextTimer());
        Assert.InRange(_now.TotalSeconds, from, to);
    }

    [Fact]
    public void What_is_due_soon_goes_along_with_what_is_due_and_a_crowd_in_batches()
    {
        string[] topics = [.. Enumerable.Range(0, 300).Select(i => $"{i:000}")];
        Assert.Equal(256, Announce(Carry(topics)).Entries.Count);
        Assert.Equal(44, Announce(Answer(new TrackerResponse.AnnounceAck([.. Enumerable.Repeat(180.0, 256)]))).Entries.Count);
        Answer(new TrackerResponse.AnnounceAck([.. Enumerable.Repeat(180.0, 44)]));
        Assert.Equal(256, Announce(NextTimer()).Entries.Count);
        Assert.InRange(_now.TotalSeconds, 54, 60);
    }

    [Fact]
    public void Questions_are_gathered_asked_first_and_answered_without_ourselves()
    {
        Announce(Carry("a"));
        Assert.Empty(Do(new TrackerScheduleInput.Find("x", ["ws"], _now)));
        Assert.Empty(Do(new TrackerScheduleInput.Find("y", ["wss"], _now)));
        Answer(new TrackerResponse.AnnounceAck([180]));
        var query = Assert.IsType<TrackerRequest.Query>(Request(NextTimer()));
        Assert.Equal(Settings.GatherFor, _now);
        Assert.Equal(["x", "y"], query.Topics);
        Assert.Equal(["ws", "wss"], query.Schemes);
        var found = Answer(new TrackerResponse.QueryResponse([
            new("x", [Self, new(TrackerRegistryTests.Key(1), ["ws://one.example", "tcp://one.example", "ws://one.example"])]),
            new("not asked for", [new(TrackerRegistryTests.Key(2), ["ws://two.example"])]),
        ])).OfType<TrackerScheduleEffect.Found>().ToList();
        Assert.Equal(["x", "y"], found.Select(f => f.Topic));
        Assert.Equal([new(TrackerRegistryTests.Key(1), "ws://one.example")], found[0].Candidates);
        Assert.Empty(found[1].Candidates);
    }

    /// <summary>A node of very many objects starts: each is asked for and announced, and the tracker is not flooded.</summary>
    [Fact]
    public void Very_many_topics_are_all_asked_for_and_announced_in_turn_and_no_faster_than_a_tracker_takes()
    {
        string[] topics = [.. Enumerable.Range(0, 40_000).Select(i => $"{i:000000}")];
        foreach (string topic in topics) Do(new TrackerScheduleInput.Find(topic, ["ws"], _now));
        foreach (string topic in topics[..5_000]) Do(new TrackerScheduleInput.Find(topic, ["ws"], _now));   // again, as nothing was found: they do not come first
        var step = Carry(topics);
        var (asked, announced, times) = (new List<string>(), new HashSet<string>(), new List<TimeSpan>());
        while (asked.Count < topics.Length || announced.Count < topics.Length)
        {
            var requests = step.OfType<TrackerScheduleEffect.Exchange>().ToList();
            if (requests.Count == 0)
            {
                step = NextTimer();
                continue;
            }
            times.Add(_now);
            switch (Assert.Single(requests).Request)
            {
                case TrackerRequest.Query query:
                    asked.AddRange(query.Topics);
                    step = Answer(new TrackerResponse.QueryResponse([]));
                    break;
                case TrackerRequest.Announce announce:
                    announced.UnionWith(announce.Entries.Select(e => e.Topic));
                    step = Answer(new TrackerResponse.AnnounceAck([.. announce.Entries.Select(_ => 180.0)]));
                    break;
            }
            Assert.InRange(times.Count(t => t > _now - TimeSpan.FromMinutes(1)), 0, Settings.RequestsPerMinuteMax + 30);
        }
        Assert.Equal(topics, asked);
        Assert.InRange(_now.TotalSeconds, 30, 180);   // nothing announced has expired meanwhile
    }

    [Fact]
    public void A_lying_crowd_is_cut_to_a_random_few()
    {
        Do(new TrackerScheduleInput.Find("x", ["ws"], _now));
        NextTimer();
        var crowd = Enumerable.Range(1, 1000).Select(i => new TrackerPeer(TrackerRegistryTests.Key(i), [.. Enumerable.Range(0, 8).Select(a => $"ws://h{a}.example")])).ToList();
        var found = Answer(new TrackerResponse.QueryResponse([new("x", crowd)])).OfType<TrackerScheduleEffect.Found>().Single();
        Assert.Equal(Settings.CandidatesMax, found.Candidates.Count);
        Assert.NotEqual(crowd[0].KeyId, found.Candidates[0].KeyId);
    }

    [Fact]
    public void Leaves_what_is_not_carried_any_more_and_says_goodbye_to_the_rest()
    {
        Announce(Carry("a", "b"));
        Answer(new TrackerResponse.AnnounceAck([180, 180]));
        Assert.Equal(["a"], Assert.IsType<TrackerRequest.Leave>(Request(Carry("b"))).Topics);
        Answer(new TrackerResponse.LeaveAck());
        Assert.Equal(["b"], Assert.IsType<TrackerRequest.Leave>(_schedule.Goodbye()).Topics);
    }

    [Fact]
    public void What_goes_while_its_announcement_is_out_is_left_and_what_comes_back_is_announced_again()
    {
        Announce(Carry("a"));
        Assert.Empty(Carry());
        Assert.Equal(["a"], Assert.IsType<TrackerRequest.Leave>(Request(Answer(new TrackerResponse.AnnounceAck([180])))).Topics);
        Assert.Empty(Carry("a"));
        Assert.Equal("a", Announce(Answer(new TrackerResponse.LeaveAck())).Entries[0].Topic);
    }

    [Fact]
    public void A_tracker_that_does_not_answer_is_tried_again_after_longer_and_longer()
    {
        Announce(Carry("a"));
        var pauses = new List<double>();
        for (int i = 0; i < 15; i++)
        {
            var before = _now;
            Do(new TrackerScheduleInput.Failed(_now));
            Announce(NextTimer());
            pauses.Add((_now - before).TotalSeconds);
        }
        for (int i = 0; i < pauses.Count; i++) Assert.InRange(pauses[i], 0.75 * Math.Min(300, Math.Pow(2, i)), 1.25 * Math.Min(300, Math.Pow(2, i)));
        Assert.Equal(15, _schedule.Failures);
        Answer(new TrackerResponse.AnnounceAck([180]));
        Assert.Equal(0, _schedule.Failures);
    }

    [Fact]
    public void A_question_is_asked_again_when_its_connection_failed()
    {
        Do(new TrackerScheduleInput.Find("x", ["ws"], _now));
        NextTimer();
        Do(new TrackerScheduleInput.Failed(_now));
        Assert.Equal(["x"], Assert.IsType<TrackerRequest.Query>(Request(NextTimer())).Topics);
    }

    [Fact]
    public void An_error_is_told_and_the_same_is_not_said_again_at_once()
    {
        Announce(Carry("a"));
        Assert.Equal("too many topics", Assert.Single(Answer(new TrackerResponse.Error("too many topics")).OfType<TrackerScheduleEffect.Refused>()).Message);
        Announce(NextTimer());
        Assert.InRange(_now.TotalSeconds, 60, 62);
        // Questions do not wait for that.
        Answer(new TrackerResponse.Error("too many topics"));
        Do(new TrackerScheduleInput.Find("x", ["ws"], _now));
        Assert.IsType<TrackerRequest.Query>(Request(NextTimer()));
    }

    [Fact]
    public void An_answer_to_something_else_is_a_failure()
    {
        Announce(Carry("a"));
        Answer(new TrackerResponse.LeaveAck());
        Assert.Equal(1, _schedule.Failures);
        Announce(NextTimer());
        Answer(new TrackerResponse.AnnounceAck([180, 180]));
        Assert.Equal(2, _schedule.Failures);
    }

    [Fact]
    public void Who_has_no_address_announces_nothing_and_still_asks()
    {
        var schedule = new TrackerSchedule(Self with { Addresses = [] }, Settings, new TestRandom(1));
        Assert.Empty(schedule.Advance(new TrackerScheduleInput.Carried(["a"], TimeSpan.Zero)));
        Assert.IsType<TrackerScheduleEffect.ArmTimer>(Assert.Single(schedule.Advance(new TrackerScheduleInput.Find("a", ["ws"], TimeSpan.Zero))));
        Assert.Null(schedule.Goodbye());
    }

    [Fact]
    public void Addresses_that_change_are_announced_at_once_also_when_the_old_ones_are_under_way()
    {
        Announce(Carry("a", "b"));
        Assert.Empty(Do(new TrackerScheduleInput.Addresses(["ws://me.example:1", "ws://me.example:2"], _now)));   // one request is out
        var both = Announce(Answer(new TrackerResponse.AnnounceAck([180, 180])));
        Assert.Equal(["a", "b"], both.Entries.Select(e => e.Topic));
        Assert.Equal(["ws://me.example:1", "ws://me.example:2"], both.Peer.Addresses);
        Answer(new TrackerResponse.AnnounceAck([180, 180]));
        Assert.IsType<TrackerRequest.Leave>(Request(Do(new TrackerScheduleInput.Addresses([], _now))));
        Answer(new TrackerResponse.LeaveAck());
        Assert.Null(_schedule.Goodbye());
        Assert.Equal(2, Announce(Do(new TrackerScheduleInput.Addresses(["ws://me.example:3"], _now))).Entries.Count);
    }

    private IReadOnlyList<TrackerScheduleEffect> Carry(params string[] topics) => Do(new TrackerScheduleInput.Carried(topics, _now));

    private IReadOnlyList<TrackerScheduleEffect> Answer(TrackerResponse response) => Do(new TrackerScheduleInput.Answered(response, _now));

    private IReadOnlyList<TrackerScheduleEffect> NextTimer()
    {
        _now += _timer ?? throw new InvalidOperationException("no timer is armed");
        return Do(new TrackerScheduleInput.TimerFired(_now));
    }

    private IReadOnlyList<TrackerScheduleEffect> Do(TrackerScheduleInput input)
    {
        var effects = _schedule.Advance(input);
        if (effects.OfType<TrackerScheduleEffect.ArmTimer>().LastOrDefault() is { } armed) _timer = armed.After;
        return effects;
    }

    private static TrackerRequest Request(IReadOnlyList<TrackerScheduleEffect> effects) => Assert.Single(effects.OfType<TrackerScheduleEffect.Exchange>()).Request;

    private static TrackerRequest.Announce Announce(IReadOnlyList<TrackerScheduleEffect> effects) => Assert.IsType<TrackerRequest.Announce>(Request(effects));
}
