using System.Buffers.Binary;
using System.Diagnostics;
using System.Threading.Channels;
using Akka.Actor;
using Akka.IO;
using Hhs.Model;

namespace Hhs.Actors.Transport;

/// <summary>Frames over the bytes of a TCP connection: each after its length, four bytes, big-endian.</summary>
internal sealed class TcpFrameConnection(string remote, ConnectionLimits limits) : FramePump(limits)
{
    private readonly int _frameBytesMax = limits.FrameBytesMax;
    private readonly TimeSpan _patience = limits.RequestTimeout;
    private readonly Channel<ByteString> _pieces = Channel.CreateUnbounded<ByteString>(new() { SingleReader = true });   // one at most: each is asked for
    private IActorRef _actor = ActorRefs.Nobody;

    // Of what is being read: the piece that arrived last, and how much of it has been used.
    private byte[] _piece = [];
    private int _used;

    // Of what is being written: frames that go out together.
    private byte[] _batch = new byte[BatchKept];
    private int _batched;
    private readonly Channel<bool> _written = Channel.CreateUnbounded<bool>(new() { SingleReader = true });

    public override string Remote => remote;

    /// <summary>The actor that carries the bytes; to be told before anything else is done.</summary>
    public void Attach(IActorRef actor) => _actor = actor;

    /// <summary>A piece that was asked for is here.</summary>
    public void Arrived(ByteString piece) => _pieces.Writer.TryWrite(piece);

    /// <summary>What was to be written is with the system.</summary>
    public void Written() => _written.Writer.TryWrite(true);

    /// <summary>No more is read or written; null when the remote ended in order. The first word counts.</summary>
    public void Ended(Exception? why)
    {
        _pieces.Writer.TryComplete(why);
        _written.Writer.TryComplete(why);
    }

    protected override async ValueTask<byte[]?> ReadFrameAsync(CancellationToken cancel)
    {
        if (_used == _piece.Length && !await NextPieceAsync(Timeout.InfiniteTimeSpan, cancel).ConfigureAwait(false)) return null;
        byte[] prefix = await ReadAsync(PrefixBytes, cancel).ConfigureAwait(false);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(prefix);
        if (length > _frameBytesMax) throw new FrameFaultException(RejectCode.OverLimit, $"a frame of more than {_frameBytesMax} bytes");
        return await ReadAsync((int)length, cancel).ConfigureAwait(false);
    }

    // What is announced costs nothing until it is here: the buffer grows with what has arrived. A remote that dawdles may take
    // the request timeout for each part of a frame, so that a long frame has time on a slow line, and none has for ever.
    private async ValueTask<byte[]> ReadAsync(int length, CancellationToken cancel)
    {
        byte[] bytes = new byte[Math.Min(length, Math.Max(PartBytes, _piece.Length - _used))];
        int have = 0, partEnd = PartBytes;
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            int take = Math.Min(length - have, _piece.Length - _used);
            if (have + take > bytes.Length) Array.Resize(ref bytes, (int)Math.Min(length, Math.Max(2L * bytes.Length, have + take)));
            _piece.AsSpan(_used, take).CopyTo(bytes.AsSpan(have));
            _used += take;
            have += take;
            if (have == length) return bytes;
            if (have >= partEnd) (partEnd, began) = (have + PartBytes, Stopwatch.GetTimestamp());
            var left = _patience - Stopwatch.GetElapsedTime(began);
            if (!await NextPieceAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancel).ConfigureAwait(false)) throw new IOException("the connection ended in the middle of a frame");
        }
    }

    private async ValueTask<bool> NextPieceAsync(TimeSpan patience, CancellationToken cancel)
    {
        _actor.Tell(TcpConnectionActor.Pull.Instance);
        try
        {
            if (!await _pieces.Reader.WaitToReadAsync(cancel).AsTask().WaitAsync(patience, cancel).ConfigureAwait(false) || !_pieces.Reader.TryRead(out var piece)) return false;
            (_piece, _used) = (piece.ToArray(), 0);
            return true;
        }
        catch (TimeoutException late)
        {
            throw new FrameFaultException(RejectCode.TimedOut, $"half a frame, and no more of it in {_patience.TotalSeconds} s", late);
        }
    }

    protected override ValueTask WriteFrameAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        int end = _batched + PrefixBytes + frame.Length;
        if (end > _batch.Length) Array.Resize(ref _batch, Math.Max(end, 2 * _batch.Length));
        BinaryPrimitives.WriteUInt32BigEndian(_batch.AsSpan(_batched), (uint)frame.Length);
        frame.Span.CopyTo(_batch.AsSpan(_batched + PrefixBytes));
        _batched = end;
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask FlushAsync(CancellationToken cancel)
    {
        _actor.Tell(new TcpConnectionActor.Put(ByteString.FromBytes(_batch, 0, _batched)));
        if (!await _written.Reader.WaitToReadAsync(cancel).ConfigureAwait(false) || !_written.Reader.TryRead(out _)) throw new IOException("closed by the remote");
        _batched = 0;
        if (_batch.Length > BatchKept) _batch = new byte[BatchKept];
    }

    protected override ValueTask EndAsync(CancellationToken cancel)
    {
        _actor.Tell(TcpConnectionActor.EndWriting.Instance);
        return ValueTask.CompletedTask;
    }

    protected override void Released() => _actor.Tell(TcpConnectionActor.Release.Instance);

    private const int PrefixBytes = 4;
    private const int PartBytes = 64 << 10;
    private const int BatchKept = 16 << 10;
}
