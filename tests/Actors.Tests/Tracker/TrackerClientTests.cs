using Hhs.Actors.Journal;
using Hhs.Actors.Settings;
using Hhs.Actors.Tracker;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Swarm;

namespace Hhs.Actors.Tests.Tracker;

/// <summary>Our client and our tracker, over what carries them.</summary>
public sealed class TrackerClientTests : IAsyncLifetime
{
    private static readonly ContentHash Topic = ContentHash.Of([1]), Other = ContentHash.Of([2]);

    private readonly TrackerBench _bench = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("ws://127.0.0.1:0")]
    [InlineData("mem://tracker")]
    public async Task What_one_carries_another_finds_until_it_is_not_carried_any_more(string listen)
    {
        var tracker = await _bench.TrackAsync(listen);
        var one = _bench.Connect(tracker.Pinned);
        var two = _bench.Connect(tracker.Pinned);
        one.Carry(Topic, Other);
        await tracker.Holds(2);
        Assert.Equal([new SwarmCandidate(one.KeyId, "ws://me.example:1")], await two.FindAsync(Topic));
        Assert.Empty(await one.FindAsync(Topic));                       // nobody but itself
        Assert.Empty(await two.FindAsync(ContentHash.Of([3])));         // nobody at all
        one.Carry(Other);
        await tracker.Holds(1);
        Assert.Empty(await two.FindAsync(Topic));
        await one.StopAsync();                                          // says goodbye before it is gone
        Assert.Equal(0, (await tracker.CountsAsync()).Announcements);
    }

    [Fact]
    public async Task Many_questions_at_a_time_are_all_answered_over_few_connections()
    {
        var tracker = await _bench.TrackAsync();
        var one = _bench.Connect(tracker.Pinned);
        ContentHash[] topics = [.. Enumerable.Range(0, 5_000).Select(i => ContentHash.Of(BitConverter.GetBytes(i)))];
        one.Carry(topics[..300]);
        await tracker.Holds(300);
        var two = _bench.Connect(tracker.Pinned, announce: "", settings: new() { TopicsPerRequestMax = 1000 });
        long before = _bench.Metrics["hhs.tracker.requests query"];
        var found = await Task.WhenAll(topics.Select(two.FindAsync));
        Assert.All(found[..300], f => Assert.Equal(one.KeyId, Assert.Single(f).KeyId));
        Assert.All(found[300..], Assert.Empty);
        Assert.InRange(_bench.Metrics["hhs.tracker.requests query"] - before, 2, 20);
    }

    [Fact]
    public async Task An_announcement_survives_a_restart_of_the_tracker_and_expires_when_it_would_have()
    {
        string data = Directory.CreateTempSubdirectory("hhs-tracker").FullName;
        var identity = SecretKey.Generate(SystemRandom.Instance);
        var tracker = await _bench.TrackAsync("mem://restarts", data, identity);
        var one = _bench.Connect(tracker.Pinned);
        one.Carry(Topic);
        await tracker.Holds(1);
        await Assert.ThrowsAsync<JournalException>(() => _bench.TrackAsync("mem://other", data));   // one process at a time
        await tracker.StopAsync();

        _bench.Clock.Pass(TimeSpan.FromSeconds(100));
        tracker = await _bench.TrackAsync("mem://elsewhere", data, identity);   // where the client does not come
        var two = _bench.Connect(tracker.Pinned);
        Assert.Equal(one.KeyId, Assert.Single(await two.FindAsync(Topic)).KeyId);
        _bench.Clock.Pass(TimeSpan.FromSeconds(80));
        Assert.Empty(await two.FindAsync(Topic));
        await tracker.StopAsync();
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Damaged_lines_of_the_snapshot_are_left_out()
    {
        string data = Directory.CreateTempSubdirectory("hhs-tracker").FullName, file = Path.Combine(data, TrackerStore.Name);
        var tracker = await _bench.TrackAsync("mem://one", data);
        _bench.Connect(tracker.Pinned).Carry(Topic, Other);
        await tracker.Holds(2);
        await tracker.StopAsync();
        string[] lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(3, lines.Length);
        await File.WriteAllLinesAsync(file, [lines[0], lines[1][..^9], "{}", lines[2]], TestContext.Current.CancellationToken);
        tracker = await _bench.TrackAsync("mem://two", data);
        Assert.Equal(1, (await tracker.CountsAsync()).Announcements);
        await _bench.Log.Says("lines of");
        await tracker.StopAsync();
        await File.WriteAllTextAsync(file, "something else", TestContext.Current.CancellationToken);
        tracker = await _bench.TrackAsync("mem://three", data);
        Assert.Equal(0, (await tracker.CountsAsync()).Announcements);
        await tracker.StopAsync();
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_client_outlives_its_tracker_and_announces_to_the_next()
    {
        var identity = SecretKey.Generate(SystemRandom.Instance);
        var tracker = await _bench.TrackAsync("mem://away", identity: identity);
        var one = _bench.Connect(tracker.Pinned);
        one.Carry(Topic);
        await tracker.Holds(1);
        await tracker.StopAsync();
        one.Carry(Topic, Other);
        await _bench.Log.Says("nobody listens there");
        var asked = one.FindAsync(Topic);                               // while nobody is there
        tracker = await _bench.TrackAsync("mem://away", identity: identity);
        await tracker.Holds(1);                                         // the new topic; the other is not due yet
        Assert.Empty(await asked);
    }

    [Fact]
    public async Task A_tracker_is_held_to_the_key_that_it_proved_first()
    {
        using var journal = new MemoryJournal();
        var first = await _bench.TrackAsync("mem://trusted");
        var one = _bench.Connect(first.Unpinned, journal: journal);
        one.Carry(Topic);
        await first.Holds(1);
        await _bench.Log.Says("and must be from now on");
        await one.StopAsync();
        await first.StopAsync();

        var impostor = await _bench.TrackAsync("mem://trusted");
        var again = _bench.Connect(impostor.Unpinned, journal: journal);
        again.Carry(Topic);
        await _bench.Log.Says("it proved another key");
        await _bench.Log.Says("which it proved before");
        Assert.Equal(0, (await impostor.CountsAsync()).Announcements);
        Assert.True(_bench.Metrics["hhs.tracker_client.exchanges failed"] > 0);
    }

    [Fact]
    public async Task A_tracker_with_another_key_than_the_pinned_one_is_told_nothing()
    {
        var tracker = await _bench.TrackAsync();
        var one = _bench.Connect(tracker.Pinned with { KeyId = new KeyId(Topic) });
        one.Carry(Topic);
        await _bench.Log.Says("which its address names");
        Assert.Equal(0, (await tracker.CountsAsync()).Announcements);
    }

    [Fact]
    public async Task An_address_without_a_transport_is_named_and_stops_nothing()
    {
        var one = _bench.Connect(new(null, new Uri("http://127.0.0.1:1")));
        one.Carry(Topic);
        await _bench.Log.Says("no transport for 'http://', use one of mem://, ws://");
    }

    [Theory]
    [InlineData("ws://127.0.0.1:4000", null)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=@ws://h:1", null)]
    [InlineData("nonsense", "KEYID@ws://HOST:PORT, or ws://HOST:PORT")]
    [InlineData("short@ws://h:1", "is not a key id")]
    public void Addresses_of_trackers_are_read(string text, string? complaint)
    {
        Assert.Equal(complaint is null, TrackerAddress.TryParse(text, out var address, out string why));
        if (complaint is null) Assert.Equal(text, address.ToString());
        else Assert.Contains(complaint, why, StringComparison.Ordinal);
    }

    [Fact]
    public void Announced_is_what_was_set_or_what_others_can_dial()
    {
        Uri[] listening = [new("ws://0.0.0.0:4000"), new("ws://127.0.0.1:4000/"), new("ws://[::]:4000")];
        Assert.Equal(["ws://127.0.0.1:4000"], AnnouncedAddresses.Of([], listening));
        Assert.Equal(["wss://h:443"], AnnouncedAddresses.Of([new("wss://h:443/")], listening));
    }

    [Theory]
    [InlineData("192.0.2.7:4000", "192.0.2.7", "192.0.2.0/24")]
    [InlineData("::ffff:192.0.2.7:4000", "192.0.2.7", "192.0.2.0/24")]
    [InlineData("2001:db8:1:2:3::7:4000", "2001:db8:1:2::/64", "2001:db8:1::/48")]
    [InlineData("[2001:db8:1:2:3::7]:4000", "2001:db8:1:2::/64", "2001:db8:1::/48")]
    [InlineData("mem:inbound", "mem", "mem")]
    [InlineData("", "", "")]
    public void Sources_are_told_apart_by_host_and_network(string remote, string host, string network) =>
        Assert.Equal(new SourceAddress(host, network), SourceAddress.Of(remote));
}
