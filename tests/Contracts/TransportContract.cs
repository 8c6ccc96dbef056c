using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Tests;
using Hhs.Actors.Transport;
using Hhs.Model;

namespace Hhs.Tests.Contracts;

/// <summary>What makes a transport a transport. Inherited by the tests of each; never run bare.</summary>
public abstract class TransportContract : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("transport", ConfigurationFactory.ParseString("akka.loglevel = OFF\nakka.stdout-loglevel = OFF"));
    private readonly Channel<IFrameConnection> _accepted = Channel.CreateUnbounded<IFrameConnection>();
    private readonly List<ITransportListener> _listeners = [];

    protected abstract ITransport Create(ConnectionLimits limits);

    /// <summary>For transports that need one.</summary>
    protected ActorSystem System => _system;

    /// <summary>An address that can be listened on, and one where nobody listens.</summary>
    protected abstract (Uri Free, Uri Nobody) Addresses { get; }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners) await listener.DisposeAsync();
        await _system.Terminate();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Frames_arrive_whole_and_in_order_both_ways()
    {
        var (one, other) = await Pair();
        for (int i = 0; i < 500; i++)
        {
            one.Send(Frame(i, i * 7));
            other.Send(Frame(i, 500 - i));
        }
        for (int i = 0; i < 500; i++)
        {
            Assert.Equal(Frame(i, i * 7), await other.NextAsync());
            Assert.Equal(Frame(i, 500 - i), await one.NextAsync());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(1 << 20)]
    public async Task Frames_of_any_length_up_to_the_limit_arrive(int length)
    {
        var (one, other) = await Pair(new() { FrameBytesMax = 1 << 20 });
        one.Send(Frame(3, length));
        Assert.Equal(Frame(3, length), await other.NextAsync());
    }

    [Fact]
    public async Task A_frame_beyond_the_limit_closes_the_connection_and_says_so()
    {
        var (one, other) = await Pair(new() { FrameBytesMax = 1000 });
        one.Send(new byte[1001]);
        var closed = await other.ClosedAsync();
        Assert.Equal((RejectCode.OverLimit, "a frame of more than 1000 bytes"), (closed.Fault, closed.Reason));
        await one.ClosedAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Closing_sends_what_is_queued_and_is_told_once_to_both(bool dialledSideCloses)
    {
        var (one, other) = await Pair();
        var (closer, left) = dialledSideCloses ? (one, other) : (other, one);
        for (int i = 0; i < 50; i++) closer.Send(Frame(i, 1000));
        closer.Connection.Close("enough");
        for (int i = 0; i < 50; i++) Assert.Equal(Frame(i, 1000), await left.NextAsync());
        Assert.Equal("enough", (await closer.ClosedAsync()).Reason);
        Assert.Null((await left.ClosedAsync()).Fault);
    }

    [Fact]
    public async Task Whatever_is_called_after_the_end_is_harmless_and_not_told()
    {
        var (one, other) = await Pair(new() { SendQueueBytesMax = 1000 });
        one.Connection.Close("enough");
        await other.ClosedAsync();
        await one.ClosedAsync();
        foreach (var end in new[] { one, other })
        {
            for (int i = 0; i < 10; i++) end.Connection.Send(new byte[500]);   // beyond the queue, too
            end.Connection.Consumed(1);
            end.Connection.Close("again");
        }
        await other.HearsNoMore();
        await one.HearsNoMore();
    }

    [Fact]
    public async Task Both_sides_can_close_at_once()
    {
        for (int i = 0; i < 20; i++)
        {
            var (one, other) = await Pair();
            Parallel.Invoke(() => one.Connection.Close("one"), () => other.Connection.Close("other"), () => one.Connection.Close("one"));
            await one.ClosedAsync();
            await other.ClosedAsync();
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(0)]   // an empty frame has its price, too
    public async Task Reading_pauses_while_the_window_is_full_and_goes_on_when_frames_are_consumed(int length)
    {
        const int Frames = 20_000;
        var (one, other) = await Pair(new() { ReceiveWindowBytes = 100_000 }, consume: false);
        for (int i = 0; i < Frames; i++) one.Send(new byte[length]);
        await Eventually.Holds(() => other.Received * (length + 256) > 100_000, "the window is full");
        int most = (100_000 / (length + 256)) + 1;
        for (int consumed = 0; consumed < Frames; consumed++)
        {
            await other.NextAsync();
            Assert.InRange(other.Received, 0, consumed + most);
            other.Connection.Consumed(length);
        }
        Assert.Equal(Frames, other.Received);
    }

    [Fact]
    public async Task A_remote_that_does_not_read_is_disconnected_when_the_send_queue_is_full()
    {
        var (one, other) = await Pair(new() { SendQueueBytesMax = 8 << 20, ReceiveWindowBytes = 1000 }, consume: false);
        for (int i = 0; i < 64; i++) one.Send(new byte[1 << 20]);
        var closed = await one.ClosedAsync();
        Assert.Equal((RejectCode.OverLimit, "the remote reads too slowly: the send queue is full"), (closed.Fault, closed.Reason));
        other.Connection.Consumed(0, 1_000_000);
        await other.ClosedAsync();
    }

    [Fact]
    public async Task What_was_sent_is_reported_to_the_byte()
    {
        var (one, other) = await Pair();
        for (int i = 0; i < 300; i++) one.Send(new byte[i * 10]);
        await Eventually.Holds(() => one.Sent == 300 * 299 / 2 * 10, "all is reported as sent");
        await Eventually.Holds(() => other.Received == 300, "all has arrived");
    }

    [Fact]
    public async Task A_dial_to_nobody_fails_as_a_transport_exception()
    {
        var failure = await Assert.ThrowsAsync<TransportException>(() => Create(new()).DialAsync(Addresses.Nobody, CancellationToken.None));
        Assert.StartsWith($"cannot connect to {Addresses.Nobody}: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dial_that_is_cancelled_fails_as_a_transport_exception()
    {
        var transport = Create(new());
        await using var listener = await transport.ListenAsync(Addresses.Free, _ => { });
        var failure = await Assert.ThrowsAsync<TransportException>(() => transport.DialAsync(listener.Address, new CancellationToken(canceled: true)));
        Assert.Equal($"cannot connect to {listener.Address}: the dial was cancelled", failure.Message);
    }

    [Fact]
    public async Task A_listener_that_is_disposed_ends_the_connections_that_it_accepted_and_frees_its_address()
    {
        var (one, other) = await Pair();
        one.Send(Frame(1, 10));
        await other.NextAsync();
        await _listeners[0].DisposeAsync();
        await _listeners[0].DisposeAsync();   // twice is harmless
        await one.ClosedAsync();
        await other.ClosedAsync();
        await Assert.ThrowsAsync<TransportException>(() => _transport!.DialAsync(_listeners[0].Address, TestContext.Current.CancellationToken));
        await using var again = await _transport!.ListenAsync(_listeners[0].Address, _ => { });
        Assert.Equal(_listeners[0].Address, again.Address);
    }

    [Fact]
    public async Task Closing_does_not_wait_for_a_remote_that_does_not_read()
    {
        var (one, other) = await Pair(new() { ReceiveWindowBytes = 1000 }, consume: false);
        for (int i = 0; i < 32; i++) one.Send(new byte[1 << 20]);   // more than the system's buffers take
        one.Connection.Close("enough");
        Assert.Equal("enough", (await one.ClosedAsync()).Reason);
        other.Connection.Consumed(0, 1_000_000);
        await other.ClosedAsync();
    }

    [Fact]
    public async Task Listening_where_somebody_listens_fails_as_a_transport_exception()
    {
        var transport = Create(new());
        var first = await transport.ListenAsync(Addresses.Free, _ => { });
        await Assert.ThrowsAsync<TransportException>(() => transport.ListenAsync(first.Address, _ => { }));
        await first.DisposeAsync();
        await using var again = await transport.ListenAsync(first.Address, _ => { });
        Assert.Equal(first.Address, again.Address);
    }

    [Fact]
    public async Task Connections_that_come_and_go_leave_nothing_behind()
    {
        var weak = new List<WeakReference>();
        for (int i = 0; i < 100; i++) weak.Add(await ComeAndGo());
        await Eventually.Holds(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return weak.Count(w => w.IsAlive) <= 2;   // the last may still stand in a register or a pool
            },
            "closed connections are collected");
    }

    private async Task<WeakReference> ComeAndGo()
    {
        var (one, other) = await Pair();
        one.Send(Frame(1, 10));
        await other.NextAsync();
        one.Connection.Close("done");
        await one.ClosedAsync();
        await other.ClosedAsync();
        one.Stop();
        other.Stop();
        return new(one.Connection);
    }

    private ITransport? _transport;

    private async Task<(End One, End Other)> Pair(ConnectionLimits? limits = null, bool consume = true)
    {
        if (_transport is null)
        {
            _transport = Create(limits ?? new());
            _listeners.Add(await _transport.ListenAsync(Addresses.Free, connection => _accepted.Writer.TryWrite(connection)));
        }
        var dialled = await _transport.DialAsync(_listeners[0].Address, TestContext.Current.CancellationToken);
        return (new End(dialled, _system, consume), new End(await _accepted.Reader.ReadAsync(TestContext.Current.CancellationToken), _system, consume));
    }

    private static byte[] Frame(int number, int length)
    {
        byte[] frame = new byte[length];
        new Random(number).NextBytes(frame);
        return frame;
    }

    /// <summary>One side of a connection with an owner that keeps what it is told.</summary>
    private sealed class End
    {
        private readonly Channel<byte[]> _frames = Channel.CreateUnbounded<byte[]>();
        private readonly Channel<ConnectionClosed> _closings = Channel.CreateUnbounded<ConnectionClosed>();
        private readonly IActorRef _owner;
        private int _received, _sent;

        public End(IFrameConnection connection, ActorSystem system, bool consume)
        {
            Connection = connection;
            _owner = system.ActorOf(Akka.Actor.Props.Create(() => new Owner(this, consume)));
            connection.Start(_owner);
        }

        public IFrameConnection Connection { get; }

        public int Received => Volatile.Read(ref _received);

        public int Sent => Volatile.Read(ref _sent);

        public void Send(byte[] frame) => Connection.Send(frame);

        public void Stop() => _owner.Tell(PoisonPill.Instance);

        public Task<byte[]> NextAsync() => _frames.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience);

        public Task<ConnectionClosed> ClosedAsync() => _closings.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience);

        public async Task HearsNoMore()
        {
            await _owner.Ask<ActorIdentity>(new Identify(1), Eventually.Patience);
            Assert.Equal(0, _closings.Reader.Count);
        }

        private sealed class Owner : ReceiveActor
        {
            public Owner(End end, bool consume)
            {
                Receive<FrameReceived>(frame =>
                {
                    Interlocked.Increment(ref end._received);
                    end._frames.Writer.TryWrite(frame.Bytes);
                    if (consume) end.Connection.Consumed(frame.Bytes.Length);
                });
                Receive<FramesSent>(sent => Interlocked.Add(ref end._sent, sent.Bytes));
                Receive<ConnectionClosed>(closed => end._closings.Writer.TryWrite(closed));
            }
        }
    }
}
