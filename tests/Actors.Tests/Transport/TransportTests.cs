using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Hhs.Actors.Transport;
using Hhs.Tests.Contracts;

namespace Hhs.Actors.Tests.Transport;

public sealed class MemoryTransportTests : TransportContract
{
    protected override (Uri Free, Uri Nobody) Addresses { get; } = (new("mem://here"), new("mem://nowhere"));

    protected override ITransport Create(ConnectionLimits limits) => new MemoryTransport(limits);
}

public sealed class WebSocketTransportTests : TransportContract
{
    protected override (Uri Free, Uri Nobody) Addresses { get; } = (new("ws://127.0.0.1:0"), new("ws://127.0.0.1:1"));

    protected override ITransport Create(ConnectionLimits limits) => new WebSocketTransport(limits);

    [Fact]
    public async Task A_name_that_is_no_address_of_ours_cannot_be_listened_on()
    {
        foreach (string host in new[] { "a-name", "192.0.2.1" })   // an address set aside for documents
            await Assert.ThrowsAsync<TransportException>(() => Create(new()).ListenAsync(new UriBuilder("ws", host, 4000).Uri, _ => { }));
    }

    [Fact]
    public async Task A_dial_that_nobody_answers_ends_in_time()
    {
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        var address = new Uri($"ws://127.0.0.1:{((IPEndPoint)deaf.LocalEndpoint).Port}");
        var failure = await Assert.ThrowsAsync<TransportException>(() =>
            Create(new() { DialTimeout = TimeSpan.FromMilliseconds(200) }).DialAsync(address, CancellationToken.None));
        Assert.Equal($"cannot connect to {address}: no answer in 0.2 s", failure.Message);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_refused_until_one_ends()
    {
        var transport = Create(new() { InboundMax = 2 });
        await using var listener = await transport.ListenAsync(Addresses.Free, connection => connection.Start(ActorRefs.Nobody));
        var first = await transport.DialAsync(listener.Address, CancellationToken.None);
        first.Start(ActorRefs.Nobody);
        var second = await transport.DialAsync(listener.Address, CancellationToken.None);
        second.Start(ActorRefs.Nobody);
        await Assert.ThrowsAsync<TransportException>(() => transport.DialAsync(listener.Address, CancellationToken.None));

        first.Close("room for another");
        IFrameConnection? third = null;
        await Eventually.Holds(
            async () =>
            {
                try { third = await transport.DialAsync(listener.Address, CancellationToken.None); }
                catch (TransportException) { }
                return third is not null;
            },
            "there is room again");
        third!.Start(ActorRefs.Nobody);
        third.Close("done");
        second.Close("done");
    }
}
