using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Remote.Transport;
using Google.Protobuf;
using Hhs.Actors.Tests;
using Hhs.Cluster.Remoting;

namespace Hhs.Cluster.Tests.Remoting;

/// <summary>Frames of one connection: in order and whole, bounded, and none lost by leaving.</summary>
public sealed class TlsAssociationTests : IAsyncDisposable
{
    private static readonly TimeSpan FlushWait = TimeSpan.FromSeconds(20);
    private static readonly Address Somewhere = new("ssl.tcp", "hhs", "127.0.0.1", 1);
    private readonly Certificates _certificates = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<SslStream> _streams = [];

    [Fact(Timeout = 60_000)]
    public async Task What_was_said_before_leaving_arrives_whole_and_in_order()
    {
        var (one, other) = await PairAsync();
        using var heard = new Heard();
        other.ReadHandlerSource.SetResult(heard);
        byte[][] said = [.. Enumerable.Range(0, 300).Select(i => Enumerable.Repeat((byte)i, i % 50 == 0 ? 40_000 : 1 + i).ToArray())];
        foreach (byte[] payload in said) Assert.True(one.Write(ByteString.CopyFrom(payload)));
        one.Leave();
        Assert.False(one.Write(ByteString.CopyFrom(1)));
        await heard.Left.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(said, heard.Payloads);
        await Task.WhenAll(one.Ended, other.Ended).WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_the_other_does_not_take_is_kept_up_to_a_bound_and_no_further()
    {
        var (one, other) = await PairAsync();   // nobody listens there
        var payload = ByteString.CopyFrom(new byte[1024 * 1024]);
        int taken = 0;
        while (taken < 1000 && one.Write(payload)) taken++;
        Assert.InRange(taken, 4, 200);
        using var heard = new Heard();
        other.ReadHandlerSource.SetResult(heard);
        await Eventually.Holds(() => one.Write(payload), "there is room again");
        one.Leave();
        await heard.Left.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(taken + 1, heard.Payloads.Count);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(FrameBytesMax + 1)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task A_frame_that_is_too_long_ends_the_connection(int length)
    {
        var (association, stream) = await HalfAsync();
        using var heard = new Heard();
        association.ReadHandlerSource.SetResult(heard);
        var header = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        await stream.WriteAsync(header, TestContext.Current.CancellationToken);
        await heard.Left.Task.WaitAsync(TestContext.Current.CancellationToken);
        await association.Ended.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Empty(heard.Payloads);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stream in _streams) await stream.DisposeAsync();
        _listener.Dispose();
        _certificates.Dispose();
    }

    private async Task<(TlsAssociation One, TlsAssociation Other)> PairAsync()
    {
        var (called, calling) = await ConnectAsync();
        return (Of(called), Of(calling));
    }

    private async Task<(TlsAssociation Association, SslStream Stream)> HalfAsync()
    {
        var (called, calling) = await ConnectAsync();
        return (Of(called), calling.Stream);
    }

    private static TlsAssociation Of((Socket Socket, SslStream Stream) end)
    {
        var association = new TlsAssociation(Somewhere, Somewhere, end.Socket, end.Stream, FrameBytesMax, FlushWait, _ => { });
        association.Begin();
        return association;
    }

    private async Task<((Socket Socket, SslStream Stream) Called, (Socket Socket, SslStream Stream) Calling)> ConnectAsync()
    {
        var node = new NodeCertificate(_certificates.For("node"));
        _listener.Start();
        var calling = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await calling.ConnectAsync(_listener.LocalEndpoint);
        var called = await _listener.AcceptSocketAsync();
        SslStream atCaller = new(new NetworkStream(calling, ownsSocket: true)), atCalled = new(new NetworkStream(called, ownsSocket: true));
        _streams.AddRange([atCaller, atCalled]);
        await Task.WhenAll(atCalled.AuthenticateAsServerAsync(node.AsServer(Assert.Fail)), atCaller.AuthenticateAsClientAsync(node.AsClient("node", Assert.Fail)));
        return ((called, atCalled), (calling, atCaller));
    }

    private sealed class Heard : IHandleEventListener, IDisposable
    {
        public List<byte[]> Payloads { get; } = [];

        public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Notify(IHandleEvent ev)
        {
            if (ev is InboundPayload payload) Payloads.Add(payload.Payload.ToByteArray());
            else if (ev is Disassociated) Left.TrySetResult();
        }

        public void Dispose() => Left.TrySetCanceled();
    }

    private const int FrameBytesMax = 2 * 1024 * 1024;
}
