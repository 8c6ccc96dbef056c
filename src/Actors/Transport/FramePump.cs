using System.Threading.Channels;
using Akka.Actor;
using Hhs.Actors.Telemetry;
using Hhs.Model;

namespace Hhs.Actors.Transport;

/// <summary>The two loops of a connection: frames in, with a window; frames out, with a limit. A transport supplies the bytes.</summary>
/// <remarks>
/// Start, Send, Consumed and Close may be called in any order and from any thread, also when the connection is over: an
/// owner learns of the end later than it happens.
/// </remarks>
internal abstract class FramePump(ConnectionLimits limits) : IFrameConnection
{
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new() { SingleReader = true });
    private readonly CancellationTokenSource _ended = new();   // not disposed, since Close may still come; cancelled, it holds nothing
    private readonly SemaphoreSlim _room = new(0);
    private IActorRef _owner = ActorRefs.Nobody;
    private long _unsent;
    private long _unconsumed;
    private ConnectionClosed? _why;

    public abstract string Remote { get; }

    /// <summary>The next whole frame; null at the end of the connection.</summary>
    /// <exception cref="FrameFaultException">The remote broke the rules of the transport.</exception>
    protected abstract ValueTask<byte[]?> ReadFrameAsync(CancellationToken cancel);

    protected abstract ValueTask WriteFrameAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel);

    /// <summary>What has been written may have been kept back; now it goes out.</summary>
    protected virtual ValueTask FlushAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    /// <summary>Ends the connection; may wait a moment for the remote's part of it.</summary>
    protected abstract ValueTask EndAsync(CancellationToken cancel);

    /// <summary>Both loops are over: lets go of the socket.</summary>
    protected abstract void Released();

    public void Start(IActorRef owner)
    {
        _owner = owner;
        _ = RunAsync();
    }

    public void Send(ReadOnlyMemory<byte> frame)
    {
        if (Interlocked.Add(ref _unsent, frame.Length + FrameCost) <= limits.SendQueueBytesMax)
        {
            _outgoing.Writer.TryWrite(frame);
            return;
        }
        Ending(new("the remote reads too slowly: the send queue is full", RejectCode.OverLimit));
        _ = _ended.CancelAsync();
    }

    public void Consumed(int bytes, int frames = 1)
    {
        long room = bytes + ((long)frames * FrameCost), left = Interlocked.Add(ref _unconsumed, -room);
        if (left <= limits.ReceiveWindowBytes && left + room > limits.ReceiveWindowBytes) _room.Release();
    }

    public void Close(string reason)
    {
        Ending(new(reason));
        _ended.CancelAfter(CloseGrace);   // a remote that does not read must not hold us
    }

    // The first reason is the one that is told.
    private void Ending(ConnectionClosed why)
    {
        Interlocked.CompareExchange(ref _why, why, null);
        _outgoing.Writer.TryComplete();
    }

    private async Task RunAsync()
    {
        var reading = ReadLoopAsync();
        var writing = WriteLoopAsync();
        await Task.WhenAny(reading, writing).ConfigureAwait(false);
        if (writing.IsCompletedSuccessfully && !reading.IsCompleted) _ended.CancelAfter(CloseGrace);
        else await _ended.CancelAsync().ConfigureAwait(false);
        var failure = await FailureOf(reading).ConfigureAwait(false) ?? await FailureOf(writing).ConfigureAwait(false);
        await _ended.CancelAsync().ConfigureAwait(false);
        Ending(failure ?? new("closed by the remote"));
        Released();
        _owner.Tell(_why!);
    }

    private async Task ReadLoopAsync()
    {
        while (await ReadFrameAsync(_ended.Token).ConfigureAwait(false) is { } frame)
        {
            TransportMetrics.Received(frame.Length);
            bool full = Interlocked.Add(ref _unconsumed, frame.Length + FrameCost) > limits.ReceiveWindowBytes;
            _owner.Tell(new FrameReceived(frame));
            // A release can come for a window that was full before; so look again instead of trusting one signal.
            while (full && Interlocked.Read(ref _unconsumed) > limits.ReceiveWindowBytes) await _room.WaitAsync(_ended.Token).ConfigureAwait(false);
        }
    }

    private async Task WriteLoopAsync()
    {
        var reader = _outgoing.Reader;
        while (await reader.WaitToReadAsync(_ended.Token).ConfigureAwait(false))
        {
            int sent = 0, frames = 0;
            while (sent < ReportBytes && reader.TryRead(out var frame))
            {
                await WriteFrameAsync(frame, _ended.Token).ConfigureAwait(false);
                sent += frame.Length;
                frames++;
            }
            await FlushAsync(_ended.Token).ConfigureAwait(false);
            TransportMetrics.Sent(sent);
            Interlocked.Add(ref _unsent, -(sent + ((long)frames * FrameCost)));
            _owner.Tell(new FramesSent(sent));
        }
        await EndAsync(_ended.Token).ConfigureAwait(false);
    }

    private static async Task<ConnectionClosed?> FailureOf(Task loop)
    {
        try
        {
            await loop.ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (FrameFaultException fault)
        {
            return new(fault.Message, fault.Code);
        }
        catch (Exception failure)   // whatever a socket throws ends this connection, and nothing else
        {
            return new(failure.Message);
        }
    }

    // What a frame costs beside its bytes, in queues and mailboxes: else empty frames would be free, and without limit.
    private const int FrameCost = 256;
    private const int ReportBytes = 64 << 10;
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(2);
}

/// <summary>The remote broke the rules of the transport.</summary>
internal sealed class FrameFaultException(RejectCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public RejectCode Code { get; } = code;
}
