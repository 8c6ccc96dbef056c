using System.Collections.Concurrent;
using System.Threading.Channels;
using Hhs.Model;

namespace Hhs.Actors.Transport;

/// <summary>Connections inside one process, for tests and host apps that run several nodes. Addresses: <c>mem://name</c>.</summary>
public sealed class MemoryTransport(ConnectionLimits limits) : ITransport
{
    private readonly ConcurrentDictionary<string, Listener> _listeners = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Scheme => "mem";

    /// <inheritdoc/>
    public Task<ITransportListener> ListenAsync(Uri address, Action<IFrameConnection> accepted)
    {
        var listener = new Listener(address, accepted, l => _listeners.TryRemove(new(l.Address.Host, l)));
        return _listeners.TryAdd(address.Host, listener)
            ? Task.FromResult<ITransportListener>(listener)
            : Task.FromException<ITransportListener>(new TransportException($"cannot listen on {address}: the name is in use"));
    }

    /// <inheritdoc/>
    public Task<IFrameConnection> DialAsync(Uri address, CancellationToken cancel)
    {
        if (!_listeners.TryGetValue(address.Host, out var listener))
            return Task.FromException<IFrameConnection>(new TransportException($"cannot connect to {address}: nobody listens there"));
        var there = Channel.CreateBounded<byte[]>(FramesInFlight);
        var back = Channel.CreateBounded<byte[]>(FramesInFlight);
        listener.Accepted(new Connection("mem:inbound", there.Reader, back.Writer, limits));
        return Task.FromResult<IFrameConnection>(new Connection(address.Host, back.Reader, there.Writer, limits));
    }

    private sealed class Listener(Uri address, Action<IFrameConnection> accepted, Action<Listener> closed) : ITransportListener
    {
        public Uri Address => address;
        public Action<IFrameConnection> Accepted => accepted;

        public ValueTask DisposeAsync()
        {
            closed(this);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Connection(string remote, ChannelReader<byte[]> reader, ChannelWriter<byte[]> writer, ConnectionLimits limits) : FramePump(limits)
    {
        private readonly int _frameBytesMax = limits.FrameBytesMax;

        public override string Remote => remote;

        protected override async ValueTask<byte[]?> ReadFrameAsync(CancellationToken cancel)
        {
            if (!await reader.WaitToReadAsync(cancel).ConfigureAwait(false) || !reader.TryRead(out var frame)) return null;
            return frame.Length <= _frameBytesMax ? frame : throw new FrameFaultException(RejectCode.OverLimit, $"a frame of more than {_frameBytesMax} bytes");
        }

        protected override ValueTask WriteFrameAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel) => writer.WriteAsync(frame.ToArray(), cancel);

        protected override ValueTask EndAsync(CancellationToken cancel)
        {
            writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        protected override void Released() => writer.TryComplete();
    }

    private const int FramesInFlight = 256;
}
