using System.Buffers.Binary;

namespace Hhs.Actors.Tests.Hostile;

public sealed class BeforeTheHandshakeTests(HostileFixture fixture) : HostileTest(fixture)
{
    private const string Refused = "hhs.connections.refused no WebSocket request";

    [Theory]
    [InlineData("\u0001\u0002\u0003rubbish\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nBroken header\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]                                    // a browser
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 12\r\nSec-WebSocket-Key: AAAA\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    public async Task What_is_no_WebSocket_request_is_answered_with_an_error_or_closed_and_counted(string request)
    {
        long before = Under.Metrics[Refused];
        using var socket = await RawSocket.ConnectAsync(Under.Address);
        await socket.SendAsync(request);
        string answer = await socket.IsClosedAsync();
        if (answer.StartsWith("HTTP", StringComparison.Ordinal)) Assert.Contains(answer[..12], new[] { "HTTP/1.1 400", "HTTP/1.1 413", "HTTP/1.1 426", "HTTP/1.1 505" });
        await Under.Metrics.Counts(Refused, before);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HT")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")]
    public async Task A_connection_that_asks_for_nothing_is_closed_in_time(string begun)
    {
        long before = Under.Metrics[Refused];
        using var socket = await RawSocket.ConnectAsync(Under.Address);
        await socket.SendAsync(begun);
        await socket.IsClosedAsync();
        await Under.Metrics.Counts(Refused, before);
    }

    [Fact]
    public async Task A_WebSocket_that_stays_silent_is_closed_by_the_deadline()
    {
        long before = Under.Metrics[Faults("TimedOut")];
        await using var peer = await RawPeer.ConnectAsync(Under.Address);
        await peer.IsClosedAsync();
        await Logged("TimedOut: no message 1");
        await Under.Metrics.Counts(Faults("TimedOut"), before);
    }

    [Theory]
    [InlineData(new byte[] { 0xf2, 0x85, 1, 2, 3, 4, 5, 6, 7, 8, 9 })]   // reserved bits
    [InlineData(new byte[] { 0x87, 0x80, 0, 0, 0, 0 })]                 // unknown opcode
    [InlineData(new byte[] { 0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0 })]     // a ping too long for a control frame
    [InlineData(new byte[] { 0x80, 0x80, 0, 0, 0, 0 })]                 // the end of a message that never began
    public async Task A_frame_that_breaks_the_rules_of_WebSocket_closes_the_connection(byte[] frame)
    {
        long before = Under.Metrics[Faults("Malformed")];
        using var socket = await RawSocket.UpgradedAsync(Under.Address);
        await socket.SendAsync(frame);
        await socket.IsClosedAsync();
        await Logged("onnection to 127.0.0.1");
        await Under.Metrics.Counts(Faults("Malformed"), before);
    }

    [Fact]
    public async Task A_frame_that_announces_four_exabytes_costs_nothing_and_is_closed_by_the_deadline()
    {
        long before = Under.Metrics[Faults("TimedOut")];
        using var socket = await RawSocket.UpgradedAsync(Under.Address);
        var header = new byte[14];
        (header[0], header[1]) = (0x82, 0xff);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(2), 1L << 62);
        await socket.SendAsync(header);
        await socket.IsClosedAsync();
        await Under.Metrics.Counts(Faults("TimedOut"), before);
    }

    [Fact]
    public async Task A_frame_beyond_the_limit_closes_the_connection()
    {
        long before = Under.Metrics[Faults("OverLimit")];
        await using var peer = await RawPeer.ConnectAsync(Under.Address);
        await peer.UntilClosedAsync(_ => peer.SendAsync(new byte[9 << 20]), 1);
        await Logged("a frame of more than 8388608 bytes");
        await Under.Metrics.Counts(Faults("OverLimit"), before);
    }

    [Fact]
    public async Task Connections_that_come_and_go_leave_nothing_behind()
    {
        for (int round = 0; round < 10; round++)
        {
            var peers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RawPeer.ConnectAsync(Under.Address)));
            foreach (var peer in peers) await peer.DisposeAsync();
        }
        await Eventually.Holds(async () => (await Under.Target.PeersAsync()).Count == 1, "only the honest peer is left");
    }
}
