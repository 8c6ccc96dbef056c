using System.Text;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Tracker;

namespace Hhs.Protocols.Tests.Tracker;

public sealed class TrackerRegistryTests
{
    private static readonly TrackerSettings Small = new()
    {
        EntriesMax = 60, PeersPerTopicMax = 20, TopicsPerPeerMax = 8, PeersPerAnswerMax = 10, PeersPerResponseMax = 40,
    };

    [Fact]
    public void The_captured_requests_are_answered_as_the_original_answered_them()
    {
        var registry = new TrackerRegistry(new(), new TestRandom(1));
        var steps = TrackerCodecTests.Captured().ToList();
        int same = 0;
        for (int i = 0; i < steps.Count; i += 2)
        {
            (string request, string answer) = (steps[i].Text, steps[i + 1].Text);
            // The original answers nothing to a type that it does not know, and null to a time that is missing.
            if (answer.Length == 0 || answer.Contains("null", StringComparison.Ordinal)) continue;
            // Two identities speak in turn; who announces another's key is the second of them.
            string key = request.Contains(First, StringComparison.Ordinal) && !request.Contains("\"entries\":[]", StringComparison.Ordinal) ? First : Second;
            if (request.Contains("topicA", StringComparison.Ordinal)) key = First;
            string got = TrackerRequest.TryDecode(Encoding.UTF8.GetBytes(request), out var decoded, out _)
                ? TrackerCodecTests.Write(registry.Answer(new(KeyId.Parse(key), "net"), decoded, Now))
                : "{\"type\":\"error\",\"message\":\"invalid request\"}";
            // It also drops a topic that its own language stumbles over.
            Assert.Equal(answer, got.Replace(",\"__proto__\":[]", "", StringComparison.Ordinal));
            same++;
        }
        Assert.Equal(16, same);
    }

    [Fact]
    public void Times_are_clamped_and_an_announcement_is_gone_at_its_end()
    {
        var registry = new TrackerRegistry(new(), new TestRandom(1));
        Assert.Equal([60, 61.5, 600], Announce(registry, Key(1), "a", TimeSpan.Zero, ("x", -5), ("y", 61.5), ("z", 1e9)));
        Assert.Single(Query(registry, "x", TimeSpan.FromSeconds(59.999)));
        Assert.Empty(Query(registry, "x", TimeSpan.FromSeconds(60)));
        Assert.Single(Query(registry, "y", TimeSpan.FromSeconds(60)));
        Assert.Equal(1, registry.Sweep(TimeSpan.FromSeconds(60)));
        Assert.Equal(2, registry.Sweep(TimeSpan.FromSeconds(600)));
        Assert.Equal(0, registry.Count);
    }

    [Fact]
    public void Nobody_announces_or_leaves_for_another()
    {
        var registry = new TrackerRegistry(new(), new TestRandom(1));
        Announce(registry, Key(1), "a", TimeSpan.Zero, ("t", 180));
        var stolen = registry.Answer(new(Key(2), "b"), new TrackerRequest.Announce([new("t", 180)], new(Key(1), ["ws://evil.example"])), TimeSpan.Zero);
        Assert.Equal(new TrackerResponse.Error("peer keyId does not match authenticated identity"), stolen);
        registry.Answer(new(Key(2), "b"), new TrackerRequest.Leave(["t"]), TimeSpan.Zero);
        Assert.Equal(["ws://h:1"], Assert.Single(Query(registry, "t", TimeSpan.Zero)).Addresses);
        registry.Answer(new(Key(1), "elsewhere"), new TrackerRequest.Leave(["t", "unknown"]), TimeSpan.Zero);
        Assert.Equal(0, registry.Count);
    }

    [Fact]
    public void A_later_announcement_takes_the_place_of_the_former_and_one_without_addresses_ends_it()
    {
        var registry = new TrackerRegistry(new(), new TestRandom(1));
        Announce(registry, Key(1), "a", TimeSpan.Zero, ("t", 60));
        registry.Answer(new(Key(1), "b"), new TrackerRequest.Announce([new("t", 600)], new(Key(1), ["wss://new.example"])), TimeSpan.FromSeconds(30));
        Assert.Equal(["wss://new.example"], Assert.Single(Query(registry, "t", TimeSpan.FromSeconds(629))).Addresses);
        Assert.Empty(Query(registry, "t", TimeSpan.FromSeconds(100), "ws"));
        registry.Answer(new(Key(1), "b"), new TrackerRequest.Announce([new("t", 600)], new(Key(1), [])), TimeSpan.FromSeconds(31));
        Assert.Equal(0, registry.Count);
    }

    [Fact]
    public void A_flood_of_keys_pushes_out_nobody_who_has_less_than_a_fair_share()
    {
        var registry = new TrackerRegistry(Small, new TestRandom(2));
        // Three in one network, and five alone in theirs.
        for (int i = 0; i < 3; i++) Announce(registry, Key(i), "campus", TimeSpan.Zero, ("t", 600));
        for (int i = 3; i < 8; i++) Announce(registry, Key(i), $"home {i}", TimeSpan.Zero, ("t", 600));
        // Ten thousand keys from two networks.
        for (int i = 100; i < 10_100; i++) Announce(registry, Key(i), $"flood {i % 2}", TimeSpan.FromMilliseconds(i), ("t", 600));
        Assert.Equal(Small.PeersPerTopicMax, registry.Count);
        Assert.True(registry.TurnedAway > 9_000);
        // A newcomer from elsewhere still finds room; the flood's share shrinks for it.
        Announce(registry, Key(8), "home 8", TimeSpan.FromSeconds(11), ("t", 600));
        var held = registry.Registrations(TimeSpan.FromSeconds(12)).Select(r => r.Peer.KeyId).ToHashSet();
        for (int i = 0; i < 9; i++) Assert.Contains(Key(i), held);
        Assert.Equal(1, registry.Displaced);
    }

    [Fact]
    public void A_flooder_with_many_networks_keeps_its_share_and_no_more()
    {
        var registry = new TrackerRegistry(Small, new TestRandom(3));
        for (int i = 0; i < 12; i++) Announce(registry, Key(i), "campus", TimeSpan.Zero, ("t", 600));
        for (int i = 100; i < 5_000; i++) Announce(registry, Key(i), $"flood {i % 3}", TimeSpan.Zero, ("t", 600));
        // 20 places for 4 networks: the crowded honest one is cut to its share of 5, and the oldest of it stay.
        var held = registry.Registrations(TimeSpan.Zero).Select(r => r.Peer.KeyId).ToHashSet();
        for (int i = 0; i < 5; i++) Assert.Contains(Key(i), held);
    }

    [Fact]
    public void A_full_registry_is_shared_out_between_networks_too()
    {
        var registry = new TrackerRegistry(Small, new TestRandom(4));
        Announce(registry, Key(1), "home", TimeSpan.Zero, ("mine", 600));
        for (int i = 100; i < 2_000; i++) Announce(registry, Key(i), "flood", TimeSpan.Zero, ($"noise {i}", 600));
        Assert.Equal(Small.EntriesMax, registry.Count);
        Assert.Single(Query(registry, "mine", TimeSpan.Zero));
        Announce(registry, Key(2), "other", TimeSpan.Zero, ("theirs", 600));
        Assert.Single(Query(registry, "theirs", TimeSpan.Zero));
        Assert.Equal(Small.EntriesMax, registry.Count);
    }

    [Fact]
    public void One_key_has_so_many_topics_and_no_more()
    {
        var registry = new TrackerRegistry(Small, new TestRandom(5));
        Announce(registry, Key(1), "a", TimeSpan.Zero, [.. Enumerable.Range(0, 8).Select(i => ($"t{i}", 60.0))]);
        var refused = registry.Answer(new(Key(1), "a"), new TrackerRequest.Announce([new("t0", 60), new("t8", 60)], new(Key(1), ["ws://h:1"])), TimeSpan.FromSeconds(1));
        Assert.Contains("too many topics", Assert.IsType<TrackerResponse.Error>(refused).Message, StringComparison.Ordinal);
        Assert.Equal(8, registry.Count);
        Announce(registry, Key(1), "a", TimeSpan.FromSeconds(1), ("t0", 60), ("t7", 60));   // those that it has
        Announce(registry, Key(1), "a", TimeSpan.FromSeconds(60), ("t8", 60));              // six have expired since
        Assert.Equal(3, registry.Count);
    }

    [Fact]
    public void An_answer_is_bounded_and_takes_from_every_network()
    {
        var registry = new TrackerRegistry(new TrackerSettings { PeersPerAnswerMax = 4, PeersPerResponseMax = 6 }, new TestRandom(6));
        for (int i = 0; i < 100; i++) Announce(registry, Key(i), "flood", TimeSpan.Zero, ("t", 600), ("u", 600));
        Announce(registry, Key(200), "home", TimeSpan.Zero, ("t", 600));
        var first = Query(registry, "t", TimeSpan.Zero);
        Assert.Equal(4, first.Count);
        Assert.Contains(first, p => p.KeyId == Key(200));
        Assert.NotEqual(first.Select(p => p.KeyId), Query(registry, "t", TimeSpan.Zero).Select(p => p.KeyId));
        var both = Assert.IsType<TrackerResponse.QueryResponse>(registry.Answer(new(Key(9), "x"), new TrackerRequest.Query(["t", "u", "none", "t"], []), TimeSpan.Zero));
        Assert.Equal(["t", "u", "none"], both.Results.Select(r => r.Topic));
        Assert.Equal([2, 2, 0], both.Results.Select(r => r.Peers.Count));
    }

    [Fact]
    public void An_answer_stays_below_its_bytes()
    {
        var registry = new TrackerRegistry(new TrackerSettings { ResponseBytesMax = 5_000 }, new TestRandom(7));
        string[] addresses = [.. Enumerable.Range(0, 8).Select(i => $"ws://{new string('h', 250)}{i}")];
        for (int i = 0; i < 30; i++) registry.Answer(new(Key(i), $"{i}"), new TrackerRequest.Announce([new("t", 600)], new(Key(i), addresses)), TimeSpan.Zero);
        var answer = registry.Answer(new(Key(99), "x"), new TrackerRequest.Query(["t", "t2"], []), TimeSpan.Zero);
        Assert.Equal(2, Assert.IsType<TrackerResponse.QueryResponse>(answer).Results[0].Peers.Count);
        Assert.True(TrackerCodecTests.Write(answer).Length < 5_100);
    }

    [Fact]
    public void What_is_kept_over_a_restart_is_what_was_there_and_has_not_expired()
    {
        var before = new TrackerRegistry(Small, new TestRandom(8));
        Announce(before, Key(1), "a", TimeSpan.Zero, ("t", 60), ("u", 600));
        var kept = before.Registrations(TimeSpan.FromSeconds(60));
        Assert.Equal("u", Assert.Single(kept).Topic);
        var after = new TrackerRegistry(Small, new TestRandom(8));
        Assert.True(after.Restore(kept[0], TimeSpan.FromSeconds(60)));
        Assert.False(after.Restore(kept[0], TimeSpan.FromSeconds(600)));
        // A clock that was wrong, or a changed file, gives nothing more than the longest time.
        Assert.True(after.Restore(kept[0] with { Topic = "v", Expires = TimeSpan.FromDays(100) }, TimeSpan.Zero));
        Assert.Single(Query(after, "v", TimeSpan.FromSeconds(599)));
        Assert.Empty(Query(after, "v", TimeSpan.FromSeconds(600)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_happens_no_bound_is_passed_and_nothing_expired_is_named(int seed)
    {
        var random = new Random(seed);
        var registry = new TrackerRegistry(Small, new TestRandom(seed));
        var ends = new Dictionary<(string, KeyId), TimeSpan>();   // the latest end that anybody was promised
        var now = TimeSpan.Zero;
        for (int i = 0; i < 5_000; i++)
        {
            now += TimeSpan.FromSeconds(random.NextDouble() * 5);
            var key = Key(random.Next(60));
            string network = $"{random.Next(6)}";
            string[] topics = [.. Enumerable.Range(0, random.Next(4)).Select(_ => $"{random.Next(12)}")];
            switch (random.Next(5))
            {
                case 0 or 1:
                    var entries = topics.Select(t => new AnnouncedTopic(t, random.Next(1000))).ToList();
                    if (registry.Answer(new(key, network), new TrackerRequest.Announce(entries, new(key, ["ws://h:1"])), now) is TrackerResponse.AnnounceAck ack)
                    {
                        for (int e = 0; e < entries.Count; e++) ends[(entries[e].Topic, key)] = now + TimeSpan.FromSeconds(ack.Ttls[e]);
                    }
                    break;
                case 2:
                    registry.Answer(new(key, network), new TrackerRequest.Leave(topics), now);
                    foreach (string topic in topics) ends.Remove((topic, key));
                    break;
                case 3: registry.Sweep(now); break;
                default:
                    var answer = (TrackerResponse.QueryResponse)registry.Answer(new(key, network), new TrackerRequest.Query(topics, []), now);
                    foreach (var (topic, peers) in answer.Results)
                    {
                        Assert.True(peers.Count <= Small.PeersPerAnswerMax);
                        Assert.Equal(peers.Count, peers.Select(p => p.KeyId).Distinct().Count());
                        foreach (var peer in peers) Assert.True(ends.TryGetValue((topic, peer.KeyId), out var end) && end > now, $"step {i} of seed {seed}");
                    }
                    break;
            }
            var held = registry.Registrations(TimeSpan.MinValue);
            Assert.Equal(registry.Count, held.Count);
            Assert.True(held.Count <= Small.EntriesMax, $"step {i} of seed {seed}");
            Assert.All(held.CountBy(r => r.Topic), t => Assert.True(t.Value <= Small.PeersPerTopicMax, $"step {i} of seed {seed}"));
            Assert.All(held.CountBy(r => r.Peer.KeyId), k => Assert.True(k.Value <= Small.TopicsPerPeerMax, $"step {i} of seed {seed}"));
        }
        Assert.True(registry.Displaced > 0 && registry.TurnedAway > 0);
        registry.Sweep(now + Small.TtlMax);
        Assert.Equal(0, registry.Count);
    }

    [Fact]
    public void Requests_are_counted_by_source_and_window()
    {
        var quota = new RequestQuota<string>(3, TimeSpan.FromSeconds(60));
        Assert.Equal([true, true, true, false, false], Enumerable.Range(0, 5).Select(i => quota.TryTake("a", TimeSpan.FromSeconds(i))));
        Assert.True(quota.TryTake("b", TimeSpan.FromSeconds(5)));
        Assert.False(quota.TryTake("a", TimeSpan.FromSeconds(59)));
        Assert.True(quota.TryTake("a", TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void More_sources_than_can_be_counted_pass_uncounted()
    {
        var quota = new RequestQuota<int>(1, TimeSpan.FromSeconds(60));
        for (int i = 0; i < RequestQuota<int>.SourcesMax; i++) Assert.True(quota.TryTake(i, TimeSpan.Zero));
        Assert.False(quota.TryTake(5, TimeSpan.Zero));
        Assert.True(quota.TryTake(-1, TimeSpan.Zero));
        Assert.True(quota.TryTake(-1, TimeSpan.Zero));
    }

    internal static KeyId Key(int number) => new(ContentHash.Of(BitConverter.GetBytes(number)));

    private static IReadOnlyList<double> Announce(TrackerRegistry registry, KeyId key, string network, TimeSpan now, params (string Topic, double Ttl)[] entries) =>
        Assert.IsType<TrackerResponse.AnnounceAck>(registry.Answer(
            new(key, network), new TrackerRequest.Announce([.. entries.Select(e => new AnnouncedTopic(e.Topic, e.Ttl))], new(key, ["ws://h:1"])), now)).Ttls;

    private static IReadOnlyList<TrackerPeer> Query(TrackerRegistry registry, string topic, TimeSpan now, params string[] schemes) =>
        Assert.Single(Assert.IsType<TrackerResponse.QueryResponse>(registry.Answer(new(Key(-1), "asker"), new TrackerRequest.Query([topic], schemes), now)).Results).Peers;

    private const string First = "2mh/82TJpRmfNqP66ojlGeiyarijFT9eMGa+nmw4gJ4=", Second = "pTKgpl7MPlTUUEfWvWZ6QKmm4ngmx+fEbLbe+ozYqLg=";
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(1);
}
