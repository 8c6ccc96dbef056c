using Hhs.Model.Hashing;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Mux;

namespace Hhs.Actors.Tests.Hostile;

public sealed class AfterTheHandshakeTests(HostileFixture fixture) : HostileTest(fixture)
{
    [Fact]
    public async Task A_frame_that_does_not_open_closes_the_connection()
    {
        long before = Under.Metrics[Faults("BadCiphertext")];
        await using var peer = await RawPeer.JoinedAsync(Under.Address, Under.Set.Id);
        await peer.SendAsync(new byte[100]);
        await peer.IsClosedAsync();
        await Logged("BadCiphertext: frame");
        await Under.Metrics.Counts(Faults("BadCiphertext"), before);
    }

    [Theory]
    [InlineData(new byte[0], "empty frame")]
    [InlineData(new byte[] { 7, 7 }, "unknown frame type")]
    [InlineData(new byte[] { 1 }, "truncated topic header")]
    [InlineData(new byte[] { 1, 255, 255, 65 }, "truncated topic")]
    [InlineData(new byte[] { 2 }, "empty control frame")]
    [InlineData(new byte[] { 2, 9, 65 }, "unknown control frame")]
    public async Task What_is_no_frame_is_ignored_and_counted(byte[] frame, string reason)
    {
        long before = Under.Metrics[$"hhs.peers.frames_dropped {reason}"];
        await using var peer = await RawPeer.JoinedAsync(Under.Address, Under.Set.Id);
        await peer.SendSealedAsync(frame);
        await Under.Metrics.Counts($"hhs.peers.frames_dropped {reason}", before);
        await IsServed(peer);
    }

    [Fact]
    public async Task A_first_frame_that_is_no_hello_closes_the_connection()
    {
        await using var peer = await RawPeer.ConnectAsync(Under.Address);
        await peer.HandshakeAsync(KeyAgreement.Native);
        await peer.SendMuxAsync(new MuxFrame.Interest(Under.Set.Id.ToString()));
        await peer.IsClosedAsync();
        await Logged("UnexpectedMessage: the first frame is no hello");
    }

    [Fact]
    public async Task A_first_frame_of_an_original_that_is_no_interest_closes_the_connection()
    {
        await using var peer = await RawPeer.AsOriginalAsync(Under.Address);
        await peer.SendTextAsync("{}", Under.Set.Id.ToString());
        await peer.IsClosedAsync();
        await Logged("UnexpectedMessage: the first frame is not an interest");
    }

    [Fact]
    public async Task Interest_in_an_unknown_topic_is_rejected_and_a_peer_that_shares_none_is_closed_as_idle()
    {
        string unknown = ContentHash.Of([1]).ToString();
        await using var peer = await RawPeer.WithChannelAsync(Under.Address);
        await peer.SendMuxAsync(new MuxFrame.Interest(unknown));
        Assert.Equal(new MuxFrame.Reject(unknown), await peer.NextMuxAsync());
        await peer.IsClosedAsync();
        await Logged("TimedOut: idle");
    }

    [Fact]
    public async Task Interest_of_an_original_in_an_unknown_topic_first_is_rejected_and_closes_the_connection()
    {
        string unknown = ContentHash.Of([1]).ToString();
        await using var peer = await RawPeer.AsOriginalAsync(Under.Address);
        await peer.SendMuxAsync(new MuxFrame.Interest(unknown));
        Assert.Equal(new MuxFrame.Reject(unknown), await peer.NextMuxAsync());
        await peer.IsClosedAsync();
        await Logged("Declined: the topic was rejected");
    }

    [Fact]
    public async Task A_flood_of_interests_is_declined_and_forgotten()
    {
        const string Counter = "hhs.peers.frames_dropped interest in a topic that is not here";
        long before = Under.Metrics[Counter];
        await using var peer = await RawPeer.JoinedAsync(Under.Address, Under.Set.Id);
        for (int i = 0; i < 2000; i++) await peer.SendMuxAsync(new MuxFrame.Interest(ContentHash.Of(BitConverter.GetBytes(i)).ToString()));
        await Under.Metrics.Counts(Counter, before + 1999);
        await Logged("has asked for 32 topics that are not here; further ones are forgotten");   // the fixture's DeclinedTopicsMax
        await IsServed(peer);
    }

    [Fact]
    public async Task Interests_in_what_is_no_object_id_close_the_connection()
    {
        long before = Under.Metrics[Faults("Malformed")];
        await using var peer = await RawPeer.JoinedAsync(Under.Address, Under.Set.Id);
        await peer.UntilClosedAsync(i => peer.SendMuxAsync(new MuxFrame.Interest($"{i}".PadLeft(60_000, 'x'))), 200);
        await Logged("Malformed: interest in what is no object's id");
        await Under.Metrics.Counts(Faults("Malformed"), before);
    }

    [Fact]
    public async Task Data_on_unknown_topics_is_ignored_and_counted()
    {
        const string Counter = "hhs.peers.frames_dropped topic not joined";
        long before = Under.Metrics[Counter];
        await using var peer = await RawPeer.JoinedAsync(Under.Address, Under.Set.Id);
        for (int i = 0; i < 1000; i++) await peer.SendTextAsync("{\"type\":\"new-frontier\"}", ContentHash.Of(BitConverter.GetBytes(i)).ToString());
        await Under.Metrics.Counts(Counter, before + 999);
        await IsServed(peer);
    }

    [Fact]
    public async Task Answers_that_nobody_asked_for_change_nothing()
    {
        await using var peer = await RawPeer.JoinedAsync(Under.Address, Under.Set.Id);
        for (int i = 0; i < 100; i++)
        {
            string topic = ContentHash.Of(BitConverter.GetBytes(i)).ToString();
            await peer.SendMuxAsync(new MuxFrame.Accept(topic));
            await peer.SendMuxAsync(new MuxFrame.Reject(topic));
        }
        await IsServed(peer);
    }

    [Fact]
    public async Task A_flood_of_the_smallest_frames_is_read_at_the_pace_of_its_processing()
    {
        await using var peer = await RawPeer.JoinedAsync(Under.Address, Under.Set.Id);
        for (int i = 0; i < 50_000; i++) await peer.SendSealedAsync([]);
        await IsServed(peer);
    }

    private async Task IsServed(RawPeer peer)
    {
        string topic = Under.Set.Id.ToString();
        await peer.SendMuxAsync(new MuxFrame.Interest(topic));
        while (await peer.NextMuxAsync() != new MuxFrame.Accept(topic)) { }
    }
}
