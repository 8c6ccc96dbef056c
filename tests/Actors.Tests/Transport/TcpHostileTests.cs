using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Transport;
using Hhs.Model;

namespace Hhs.Actors.Tests.Transport;

/// <summary>What a raw socket can do to a TCP listener.</summary>
public sealed class TcpHostileTests : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("hostile", ConfigurationFactory.ParseString("akka.loglevel = WARNING\nakka.stdout-loglevel = OFF\nakka.loggers = []"));
    private readonly Channel<object> _told = Channel.CreateUnbounded<object>();
    private ITransportListener? _listener;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null) await _listener.DisposeAsync();
        await _system.Terminate();
    }

    [Theory]
    [InlineData(1001u)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0x8000_0000u)]
    [InlineData(0xFFFF_FFFFu)]
    [InlineData(0x4745_5420u)]   // "GET "
    public async Task A_length_beyond_the_limit_closes_and_is_the_remotes_fault(uint length)
    {
        using var socket = await Connect(new() { FrameBytesMax = 1000 });
        await Send(socket, Prefix(length));
        Assert.Equal(new ConnectionClosed("a frame of more than 1000 bytes", RejectCode.OverLimit), await Told());
        await IsClosed(socket);
    }

    [Fact]
    public async Task An_announced_length_costs_nothing_until_the_bytes_are_here()
    {
        var limits = new ConnectionLimits { FrameBytesMax = 1 << 30 };
        using var first = await Connect(limits);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using var second = await Connect(limits);
        await Send(second, Prefix(1 << 30));
        await Send(second, new byte[100_000]);
        await Send(first, [.. Prefix(1), 7]);
        Assert.Equal([7], Assert.IsType<FrameReceived>(await Told()).Bytes);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16 << 20);
    }

    [Theory]
    [InlineData(new byte[] { })]              // says nothing
    [InlineData(new byte[] { 0, 0 })]         // half a length
    [InlineData(new byte[] { 0, 0, 0, 9 })]   // a length, and no frame
    [InlineData(new byte[] { 0, 0, 0, 9, 1, 2, 3 })]
    public async Task Silence_and_half_a_frame_are_not_waited_for(byte[] sent)
    {
        using var socket = await Connect(new() { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        await Send(socket, sent);
        Assert.Equal(RejectCode.TimedOut, Assert.IsType<ConnectionClosed>(await Told()).Fault);
        await IsClosed(socket);
    }

    [Fact]
    public async Task A_byte_now_and_then_does_not_buy_time()
    {
        using var socket = await Connect(new() { RequestTimeout = TimeSpan.FromMilliseconds(500) });
        await Send(socket, Prefix(1000));
        var closed = Told();
        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        int sent = 0;
        while (!closed.IsCompleted && sent < 500 && await often.WaitForNextTickAsync(TestContext.Current.CancellationToken))
        {
            try { await Send(socket, [1]); }
            catch (SocketException) { break; }
            sent++;
        }
        Assert.Equal(RejectCode.TimedOut, Assert.IsType<ConnectionClosed>(await closed).Fault);
    }

    [Fact]
    public async Task Between_frames_there_is_no_hurry()
    {
        using var socket = await Connect(new() { RequestTimeout = TimeSpan.FromMilliseconds(200) });
        await Send(socket, [.. Prefix(1), 1]);
        Assert.IsType<FrameReceived>(await Told());
        using var silent = await Connect(null);   // is closed by the time after which the first would be
        Assert.IsType<ConnectionClosed>(await Told());
        await Send(socket, [.. Prefix(1), 2]);
        Assert.Equal([2], Assert.IsType<FrameReceived>(await Told()).Bytes);
    }

    [Fact]
    public async Task An_end_in_the_middle_of_a_frame_is_told_as_such()
    {
        using var socket = await Connect(new());
        await Send(socket, [.. Prefix(9), 1]);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("the connection ended in the middle of a frame", Assert.IsType<ConnectionClosed>(await Told()).Reason);
    }

    [Fact]
    public async Task A_flood_is_read_only_as_far_as_the_window_goes()
    {
        using var socket = await Connect(new() { ReceiveWindowBytes = 100_000 });
        byte[] flood = new byte[4 << 20];   // a million frames of no bytes
        socket.SendTimeout = 500;
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        long sent = 0;
        try
        {
            while (sent < 64 << 20) sent += await socket.SendAsync(flood, enough.Token);
        }
        catch (OperationCanceledException)
        {
            // it does not take more: that is the point
        }
        Assert.InRange(sent, 0, 32 << 20);
        Assert.InRange(_told.Reader.Count, 100_000 / 256, (100_000 / 256) + 1);
    }

    [Fact]
    public async Task Connections_that_are_reset_at_once_leave_their_places_and_no_word_in_the_log()
    {
        var errors = Channel.CreateUnbounded<object>();
        var log = _system.ActorOf(Props.Create(() => new Owner(errors.Writer)));
        foreach (var level in new[] { typeof(Akka.Event.Error), typeof(Akka.Event.Warning) }) _system.EventStream.Subscribe(log, level);
        var limits = new ConnectionLimits { InboundMax = 4, FrameBytesMax = 1000 };
        for (int i = 0; i < 300; i++)
        {
            try
            {
                using var socket = await Connect(limits);
                socket.LingerState = new(true, 0);   // the end is a reset
                if (i % 3 == 1) await Send(socket, Prefix(9));
            }
            catch (SocketException)
            {
                // All places were taken.
            }
        }
        await Eventually.Holds(
            async () =>
            {
                try
                {
                    using var socket = await Connect(limits);
                    await Send(socket, [.. Prefix(4), 1, 2, 3, 4]);
                    _ = await socket.ReceiveAsync(new byte[1], SocketFlags.Peek, new CancellationTokenSource(100).Token);
                }
                catch (Exception refused) when (refused is SocketException or OperationCanceledException)
                {
                    // Refused, or open and without an answer: what was told says which.
                }
                while (_told.Reader.TryRead(out object? told))
                {
                    if (told is FrameReceived) return true;
                }
                return false;
            },
            "there is room for a connection that stays");
        Assert.False(errors.Reader.TryRead(out object? error), $"{error}");
    }

    private async Task<Socket> Connect(ConnectionLimits? limits)
    {
        // The owner never says that it has consumed anything.
        var owner = _system.ActorOf(Props.Create(() => new Owner(_told.Writer)));
        _listener ??= await new TcpTransport(_system, limits!).ListenAsync(new("tcp://127.0.0.1:0"), connection => connection.Start(owner));
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _listener.Address.Port), TestContext.Current.CancellationToken);
        return socket;
    }

    private static byte[] Prefix(uint length)
    {
        byte[] prefix = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(prefix, length);
        return prefix;
    }

    private static async Task Send(Socket socket, byte[] bytes) => await socket.SendAsync(bytes, TestContext.Current.CancellationToken);

    private Task<object> Told() => _told.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

    private static async Task IsClosed(Socket socket)
    {
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken));
        }
        catch (SocketException reset)
        {
            Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
        }
    }

    private sealed class Owner : ReceiveActor
    {
        public Owner(ChannelWriter<object> told) => ReceiveAny(message => told.TryWrite(message));
    }
}
