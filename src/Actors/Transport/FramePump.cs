using System.Threading.Channels;
using Akka.Actor;

namespace Hhs.Actors.Transport;

/// <summary>The two loops of a connection: frames in, with a window; frames out, with a limit. A transport supplies the bytes.</summary>
internal abstract class FramePump(ConnectionLimits limits) : IFrameConnection
{
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new() { SingleReader = true });
    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _room = new(0);
    private IActorRef _owner = ActorRefs.Nobody;
    private long _unsent;
    private long _unconsumed;
    private int _closed;

    public abstract string Remote { get; }

    /// <summary>The next whole frame; null at the end of the connection.</summary>
    protected abstract ValueTask<byte[]?> ReadFrameAsync(CancellationToken cancel);

    protected abstract ValueTask WriteFrameAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel);

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
        if (Interlocked.Add(ref _unsent, frame.Length) > limits.SendQueueBytesMax) Abort("the remote reads too slowly: the send queue is full");
        else _outgoing.Writer.TryWrite(frame);
    }

    public void Consumed(int bytes)
    {
        long before = Interlocked.Add(ref _unconsumed, -bytes) + bytes;
        if (before > limits.ReceiveWindowBytes && before - bytes <= limits.ReceiveWindowBytes) _room.Release();
    }

    public void Close(string reason)
    {
        _outgoing.Writer.TryComplete();
        if (Interlocked.CompareExchange(ref _closed, 1, 0) == 0) _reason = reason;
        _ended.CancelAfter(CloseGrace);   // a remote that does not read must not hold us
    }

    private void Abort(string reason)
    {
        if (Interlocked.CompareExchange(ref _closed, 1, 0) == 0) _reason = reason;
        _outgoing.Writer.TryComplete();
        _ended.Cancel();
    }

    private async Task RunAsync()
    {
        var reading = ReadLoopAsync();
        var writing = WriteLoopAsync();
        await Task.WhenAny(reading, writing).ConfigureAwait(false);
        if (writing.IsCompletedSuccessfully && !reading.IsCompleted) _ended.CancelAfter(CloseGrace);
        else await _ended.CancelAsync().ConfigureAwait(false);
        string? failure = await ReasonOf(reading).ConfigureAwait(false) ?? await ReasonOf(writing).ConfigureAwait(false);
        Released();
        _owner.Tell(new ConnectionClosed(_reason ?? failure ?? "closed by the remote"));
        _ended.Dispose();
    }

    private async Task ReadLoopAsync()
    {
        while (await ReadFrameAsync(_ended.Token).ConfigureAwait(false) is { } frame)
        {
            bool full = Interlocked.Add(ref _unconsumed, frame.Length) > limits.ReceiveWindowBytes;
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
            int sent = 0;
            while (sent < ReportBytes && reader.TryRead(out var frame))
            {
                await WriteFrameAsync(frame, _ended.Token).ConfigureAwait(false);
                sent += frame.Length;
            }
            Interlocked.Add(ref _unsent, -sent);
            _owner.Tell(new FramesSent(sent));
        }
        await EndAsync(_ended.Token).ConfigureAwait(false);
    }

    private static async Task<string?> ReasonOf(Task loop)
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
        catch (Exception failure)   // whatever a socket throws ends this connection, and nothing else
        {
            return failure.Message;
        }
    }

    private volatile string? _reason;

    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(2);
    private const int ReportBytes = 64 << 10;
}
