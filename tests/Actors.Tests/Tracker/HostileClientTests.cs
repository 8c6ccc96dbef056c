using Hhs.Actors.Settings;
using Hhs.Actors.Tests.Hostile;
using Hhs.Actors.Tracker;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Handshake;

namespace Hhs.Actors.Tests.Tracker;

/// <summary>What a client can do to a tracker: each test ends by showing that an honest one is still served.</summary>
public sealed class HostileClientTests : IAsyncLifetime
{
    private static readonly ContentHash Topic = ContentHash.Of([1]);

    private readonly TrackerBench _bench = new();
    private RunningTracker _tracker = null!;

    public async ValueTask InitializeAsync() => _tracker = await _bench.TrackAsync(settings: new()
    {
        HandshakeTimeout = TimeSpan.FromSeconds(3), ConnectionsPerAddressMax = 20,
        Registry = new() { RequestsPerKeyMax = 5, RequestsPerAddressMax = 100, TopicsPerPeerMax = 10 },
    });

    public async ValueTask DisposeAsync()
    {
        await Eventually.Holds(async () => (await _tracker.CountsAsync()).Connections == 0, "all connections are over");
        _bench.Clock.Pass(TimeSpan.FromSeconds(60));   // the next window of requests
        var honest = _bench.Connect(_tracker.Pinned);
        int before = (await _tracker.CountsAsync()).Announcements;
        honest.Carry(Topic);
        await _tracker.Holds(before + 1);
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task Announcing_another_key_is_an_error_and_stores_nothing()
    {
        var victim = SecretKey.Generate(SystemRandom.Instance);
        Assert.Equal("{\"type\":\"error\",\"message\":\"peer keyId does not match authenticated identity\"}", await AskAsync(Announce(victim.KeyId, "t")));
        Assert.Equal(0, (await _tracker.CountsAsync()).Announcements);
    }

    [Fact]
    public async Task Leaving_for_another_key_changes_nothing()
    {
        var victim = SecretKey.Generate(SystemRandom.Instance);
        Assert.Equal("{\"type\":\"announce_ack\",\"ttls\":[60]}", await AskAsync(Announce(victim.KeyId, "t"), victim));
        Assert.Equal("{\"type\":\"leave_ack\"}", await AskAsync("{\"type\":\"leave\",\"topics\":[\"t\"]}"));
        Assert.Equal(1, (await _tracker.CountsAsync()).Announcements);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"type\":\"nope\"}")]
    [InlineData("{\"type\":\"announce\"}")]
    [InlineData("{\"type\":\"query\",\"topics\":[{}]}")]
    public async Task What_is_no_request_is_answered_by_an_error(string text) =>
        Assert.Equal("{\"type\":\"error\",\"message\":\"invalid request\"}", await AskAsync(text));

    [Fact]
    public async Task A_request_that_is_too_long_is_answered_by_an_error() =>
        Assert.Equal("{\"type\":\"error\",\"message\":\"invalid request\"}", await AskAsync(new string('[', 300_000)));

    [Fact]
    public async Task One_request_a_connection_is_answered_and_then_it_is_closed()
    {
        await using var peer = await SecuredAsync();
        await peer.SendSealedAsync("{\"type\":\"leave\",\"topics\":[]}"u8);
        await peer.SendSealedAsync("{\"type\":\"query\",\"topics\":[]}"u8);
        Assert.Equal("{\"type\":\"leave_ack\"}", await peer.NextTextAsync());
        Assert.Null(await peer.NextTextAsync());
    }

    [Fact]
    public async Task One_key_asks_so_often_and_no_more()
    {
        var key = SecretKey.Generate(SystemRandom.Instance);
        var answers = new List<string?>();
        for (int i = 0; i < 6; i++) answers.Add(await AskAsync("{\"type\":\"query\",\"topics\":[]}", key));
        Assert.Equal([.. Enumerable.Repeat("{\"type\":\"query_response\",\"results\":{}}", 5), "{\"type\":\"error\",\"message\":\"too many requests\"}"], answers);
    }

    [Fact]
    public async Task One_key_announces_so_many_topics_and_no_more()
    {
        var key = SecretKey.Generate(SystemRandom.Instance);
        Assert.Contains("too many topics", await AskAsync(Announce(key.KeyId, [.. Enumerable.Range(0, 11).Select(i => $"t{i}")]), key), StringComparison.Ordinal);
        Assert.Equal(0, (await _tracker.CountsAsync()).Announcements);
    }

    [Fact]
    public async Task An_address_connects_so_often_in_a_window_and_no_more()
    {
        const string Counter = "hhs.tracker.connections_refused too many requests of one address";
        long before = _bench.Metrics[Counter];
        for (int i = 0; i < 100; i++) Assert.NotNull(await AskAsync("{\"type\":\"query\",\"topics\":[]}"));
        await using var oneTooMany = await RawPeer.ConnectAsync(_tracker.Address);
        await oneTooMany.IsClosedAsync();
        await _bench.Metrics.Counts(Counter, before);
    }

    [Fact]
    public async Task Half_open_handshakes_and_silence_are_closed_in_time_and_bounded_meanwhile()
    {
        const string Counter = "hhs.tracker.connections_refused too many connections of one address";
        long before = _bench.Metrics[Counter];
        var silent = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? RawPeer.ConnectAsync(_tracker.Address) : SecuredAsync()));
        await Eventually.Holds(async () => (await _tracker.CountsAsync()).Connections == 20, "20 connections");
        await using (var oneTooMany = await RawPeer.ConnectAsync(_tracker.Address)) await oneTooMany.IsClosedAsync();
        await _bench.Metrics.Counts(Counter, before);
        foreach (var peer in silent) await peer.IsClosedAsync();
        await _bench.Log.Says("TimedOut: no message 1");
        await _bench.Log.Says("TimedOut: no message after the handshake");
        foreach (var peer in silent) await peer.DisposeAsync();
    }

    /// <summary>Its address has places enough: as if silent ones came from many.</summary>
    [Fact]
    public async Task Who_holds_all_places_without_a_request_loses_them_to_who_makes_one()
    {
        var tracker = await _bench.TrackAsync(settings: new() { ConnectionsMax = 10, ConnectionsPerAddressMax = 100 });
        var silent = new List<RawPeer>();
        for (int i = 0; i < 30; i++)
        {
            silent.Add(await RawPeer.ConnectAsync(tracker.Address));
            if (i % 2 == 0) await silent[i].HandshakeAsync(KeyAgreement.Original);   // one that holds on after it
        }
        for (int i = 0; i < 5; i++)
        {
            await using var honest = await RawPeer.ConnectAsync(tracker.Address);
            await honest.HandshakeAsync(KeyAgreement.Original);
            await honest.SendSealedAsync("{\"type\":\"leave\",\"topics\":[]}"u8);
            Assert.Equal("{\"type\":\"leave_ack\"}", await honest.NextTextAsync());
        }
        await _bench.Log.Says("others wait for this one");
        await silent[0].IsClosedAsync();
        foreach (var peer in silent) await peer.DisposeAsync();
        await tracker.StopAsync();
    }

    [Fact]
    public async Task A_handshake_that_was_recorded_opens_nothing()
    {
        await using var victim = await SecuredAsync();
        await using var replay = await RawPeer.ConnectAsync(_tracker.Address);
        await replay.UntilClosedAsync(async () =>
        {
            await replay.SendAsync(victim.Sent[0]);
            await replay.NextFrameAsync();
            await replay.SendAsync(victim.Sent[1]);   // the tracker's key of this connection is another
        });
        await victim.SendSealedAsync("{\"type\":\"leave\",\"topics\":[]}"u8);
        Assert.Equal("{\"type\":\"leave_ack\"}", await victim.NextTextAsync());
    }

    [Fact]
    public async Task Noise_before_during_and_after_the_handshake_closes_that_connection()
    {
        await using (var before = await RawPeer.ConnectAsync(_tracker.Address)) await before.UntilClosedAsync(() => before.SendAsync(new byte[200]));
        await using (var during = await RawPeer.ConnectAsync(_tracker.Address))
        {
            await using var other = await SecuredAsync();
            await during.UntilClosedAsync(async () =>
            {
                await during.SendAsync(other.Sent[0]);
                await during.NextFrameAsync();
                await during.SendAsync(new byte[300]);
            });
        }
        await using var after = await SecuredAsync();
        await after.UntilClosedAsync(() => after.SendAsync(new byte[100]));
    }

    private async Task<RawPeer> SecuredAsync(SecretKey? identity = null)
    {
        var peer = await RawPeer.ConnectAsync(_tracker.Address, identity);
        await peer.HandshakeAsync(KeyAgreement.Original);
        return peer;
    }

    private async Task<string?> AskAsync(string text, SecretKey? identity = null)
    {
        await using var peer = await SecuredAsync(identity);
        await peer.SendSealedAsync(System.Text.Encoding.UTF8.GetBytes(text));
        string? answer = await peer.NextTextAsync();
        Assert.Null(await peer.NextTextAsync());
        return answer;
    }

    private static string Announce(KeyId key, params string[] topics) =>
        $"{{\"type\":\"announce\",\"entries\":[{string.Join(',', topics.Select(t => $"{{\"topic\":\"{t}\",\"ttl\":1}}"))}],\"peer\":{{\"keyId\":\"{key}\",\"addresses\":[\"ws://h:1\"]}}}}";
}
