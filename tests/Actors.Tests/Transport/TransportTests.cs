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

public sealed class TcpTransportTests : TransportContract
{
    protected override (Uri Free, Uri Nobody) Addresses { get; } = (new("tcp://127.0.0.1:0"), new("tcp://127.0.0.1:1"));

    protected override ITransport Create(ConnectionLimits limits) => new TcpTransport(System, limits);
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

}

public sealed class InboundLimitTests(TestCertificates certificates) : IClassFixture<TestCertificates>, IAsyncDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("limits", Akka.Configuration.ConfigurationFactory.ParseString("akka.loglevel = OFF\nakka.stdout-loglevel = OFF"));

    public async ValueTask DisposeAsync() => await _system.Terminate();

    [Theory]
    [InlineData("ws", false)]
    [InlineData("ws", true)]
    [InlineData("wss", false)]
    [InlineData("wss", true)]
    [InlineData("tcp", false)]
    [InlineData("tcp", true)]
    public async Task Connections_beyond_the_limit_are_refused_until_one_ends(string scheme, bool ofOneAddress)
    {
        var transport = Create(scheme, ofOneAddress ? new() { InboundPerAddressMax = 2, InboundPerAddressCountsLoopback = true } : new() { InboundMax = 2 });
        await using var listener = await transport.ListenAsync(new($"{scheme}://127.0.0.1:0"), connection => connection.Start(ActorRefs.Nobody));
        var first = await transport.DialAsync(listener.Address, CancellationToken.None);
        first.Start(ActorRefs.Nobody);
        var second = await transport.DialAsync(listener.Address, CancellationToken.None);
        second.Start(ActorRefs.Nobody);
        Assert.False(await IsLetIn(transport, listener.Address));

        first.Close("room for another");
        await Eventually.Holds(() => IsLetIn(transport, listener.Address), "there is room again");
        second.Close("done");
    }

    /// <summary>Each of them could wait for ten minutes here; a moment is what those on their way out take.</summary>
    [Theory]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task Connections_that_ask_for_nothing_keep_nobody_out(string scheme)
    {
        var transport = Create(scheme, new() { InboundMax = 2, RequestTimeout = TimeSpan.FromMinutes(10) });
        await using var listener = await transport.ListenAsync(new($"{scheme}://127.0.0.1:0"), connection => connection.Start(ActorRefs.Nobody));
        var silent = new List<TcpClient>();
        for (int i = 0; i < 60; i++)
        {
            silent.Add(new());
            await silent[i].ConnectAsync(IPAddress.Loopback, listener.Address.Port, TestContext.Current.CancellationToken);
        }
        await Eventually.Holds(() => IsLetIn(transport, listener.Address), "somebody who asks is let in");
        await Eventually.Holds(() => IsClosed(silent[0]), "the first of them is closed");
        silent.ForEach(s => s.Dispose());

        static bool IsClosed(TcpClient client)
        {
            try { return client.Client.Poll(0, SelectMode.SelectRead) && client.Client.Receive(new byte[1]) == 0; }
            catch (SocketException) { return true; }
        }
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("tcp")]
    public async Task This_machine_is_not_limited_unless_that_is_asked_for(string scheme)
    {
        var transport = Create(scheme, new() { InboundPerAddressMax = 1 });
        await using var listener = await transport.ListenAsync(new($"{scheme}://127.0.0.1:0"), connection => connection.Start(ActorRefs.Nobody));
        for (int i = 0; i < 3; i++) (await transport.DialAsync(listener.Address, CancellationToken.None)).Start(ActorRefs.Nobody);
        Assert.True(await IsLetIn(transport, listener.Address));
    }

    private ITransport Create(string scheme, ConnectionLimits limits) => scheme switch
    {
        "tcp" => new TcpTransport(_system, limits),
        "wss" => new WebSocketTransport(limits, certificates.Tls),
        _ => new WebSocketTransport(limits),
    };

    // What is refused cannot be dialled, or is closed at once: at the level of TCP a connection is there before anybody is asked.
    private async Task<bool> IsLetIn(ITransport transport, Uri address)
    {
        try
        {
            var connection = await transport.DialAsync(address, CancellationToken.None);
            var ended = new TaskCompletionSource<string>();
            connection.Start(_system.ActorOf(Props.Create(() => new Witness(ended))));
            connection.Send(new byte[1]);
            bool stays = await Task.WhenAny(ended.Task, StillOpenAfter(connection)) != ended.Task;
            connection.Close("done");
            return stays;
        }
        catch (TransportException)
        {
            return false;
        }
    }

    private static async Task StillOpenAfter(IFrameConnection connection)
    {
        using var moment = new PeriodicTimer(TimeSpan.FromMilliseconds(300));
        await moment.WaitForNextTickAsync();
        GC.KeepAlive(connection);
    }

    private sealed class Witness : ReceiveActor
    {
        public Witness(TaskCompletionSource<string> ended) => Receive<ConnectionClosed>(closed => ended.TrySetResult(closed.Reason));
    }
}
