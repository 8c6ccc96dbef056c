using System.Buffers;
using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace Hhs.Cluster.Remoting;

/// <summary>One connection with another node, which has shown who it is: frames in and out.</summary>
/// <remarks>
/// Shape of a frame: length (4 bytes, little-endian), payload; as Akka's own transport writes it. What waits to be sent is bounded: beyond, <see cref="Write"/> says no and Akka
/// says it again later. Who leaves sends what waits and then listens until the other has closed too, or for so long: a connection that is torn off would lose it.
/// </remarks>
internal sealed class TlsAssociation : AssociationHandle
{
    private readonly Socket _socket;
    private readonly SslStream _stream;
    private readonly int _frameBytesMax;
    private readonly TimeSpan _flushWait;
    private readonly Action<TlsAssociation> _ended;
    private readonly Channel<ByteString> _outbound = Channel.CreateUnbounded<ByteString>(new() { SingleReader = true });   // bounded by bytes
    private readonly CancellationTokenSource _torn = new();
    private readonly TaskCompletionSource _whenEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _waitingBytes;
    private int _leaving, _closed;

    public TlsAssociation(Address local, Address remote, Socket socket, SslStream stream, int frameBytesMax, TimeSpan flushWait, Action<TlsAssociation> ended)
        : base(local, remote) => (_socket, _stream, _frameBytesMax, _flushWait, _ended) = (socket, stream, frameBytesMax, flushWait, ended);

    /// <summary>Completes when the connection is closed.</summary>
    public Task Ended => _whenEnded.Task;

    /// <summary>Starts to send, and to read as soon as somebody listens.</summary>
    public void Begin()
    {
        _ = WriteAsync();
        _ = ReadAsync();
    }

    public override bool Write(ByteString payload)
    {
        if (Interlocked.Read(ref _waitingBytes) > WaitingBytesMax) return false;
        Interlocked.Add(ref _waitingBytes, payload.Length);
        return _outbound.Writer.TryWrite(payload);
    }

    [Obsolete("Akka calls it; it is obsolete there.")]
    public override void Disassociate() => Leave();

    /// <summary>Sends what waits, then closes.</summary>
    public void Leave()
    {
        if (Interlocked.Exchange(ref _leaving, 1) != 0) return;
        _outbound.Writer.TryComplete();
        _torn.CancelAfter(_flushWait);
    }

    private async Task ReadAsync()
    {
        IHandleEventListener? listener = null;
        try
        {
            listener = await ReadHandlerSource.Task.WaitAsync(_torn.Token).ConfigureAwait(false);
            var header = new byte[HeaderBytes];
            while (true)
            {
                await _stream.ReadExactlyAsync(header, _torn.Token).ConfigureAwait(false);
                int length = BinaryPrimitives.ReadInt32LittleEndian(header);
                if (length < 0 || length > _frameBytesMax) throw new InvalidDataException($"a frame of {length} bytes");
                var payload = new byte[length];
                await _stream.ReadExactlyAsync(payload, _torn.Token).ConfigureAwait(false);
                if (length > 0 && Volatile.Read(ref _leaving) == 0) listener.Notify(new InboundPayload(UnsafeByteOperations.UnsafeWrap(payload)));
            }
        }
        catch (Exception)   // whatever it is, the connection is over
        {
            Close();
            listener?.Notify(new Disassociated(DisassociateInfo.Unknown));
        }
    }

    private async Task WriteAsync()
    {
        var batch = new ArrayBufferWriter<byte>(BatchBytes);
        try
        {
            while (await _outbound.Reader.WaitToReadAsync(_torn.Token).ConfigureAwait(false))
            {
                while (batch.WrittenCount < BatchBytes && _outbound.Reader.TryRead(out var payload)) Put(payload, batch);
                await _stream.WriteAsync(batch.WrittenMemory, _torn.Token).ConfigureAwait(false);
                if (batch.Capacity > BatchBytesKept) batch = new(BatchBytes);
                else batch.ResetWrittenCount();
            }
            await _stream.ShutdownAsync().WaitAsync(_torn.Token).ConfigureAwait(false);
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception)
        {
            Close();
        }
    }

    private void Put(ByteString payload, ArrayBufferWriter<byte> batch)
    {
        BinaryPrimitives.WriteInt32LittleEndian(batch.GetSpan(HeaderBytes), payload.Length);
        batch.Advance(HeaderBytes);
        batch.Write(payload.Span);
        Interlocked.Add(ref _waitingBytes, -payload.Length);
    }

    private void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        Volatile.Write(ref _leaving, 1);
        _outbound.Writer.TryComplete();
        _torn.Cancel();
        _stream.Dispose();   // and the socket with it
        _ended(this);
        _whenEnded.TrySetResult();
    }

    private const int HeaderBytes = 4, BatchBytes = 64 * 1024, BatchBytesKept = 1024 * 1024;
    private const long WaitingBytesMax = 4 * 1024 * 1024;
}
