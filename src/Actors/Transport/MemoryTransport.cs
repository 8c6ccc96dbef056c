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
        if (cancel.IsCancellationRequested) return Task.FromException<IFrameConnection>(new TransportException($"cannot connect to {address}: the dial was cancelled"));
        if (!_listeners.TryGetValue(address.Host, out var listener))
            return Task.FromException<IFrameConnection>(new TransportException($"cannot connect to {address}: nobody listens there"));
        var there = Channel.CreateBounded<byte[]>(FramesInFlight);
        var back = Channel.CreateBounded<byte[]>(FramesInFlight);
        listener.Accept(new Connection("mem:inbound", there.Reader, back.Writer, limits));
        return Task.FromResult<IFrameConnection>(new Connection(address.Host, back.Reader, there.Writer, limits));
    }

    private sealed class Listener(Uri address, Action<IFrameConnection> accepted, Action<Listener> closed) : ITransportListener
    {
        private readonly ConcurrentDictionary<Connection, bool> _open = [];

        public Uri Address => address;

        public void Accept(Connection connection)
        {
            _open.TryAdd(connection, true);
            connection.Over = () => _open.TryRemove(connection, out _);
            accepted(connection);
        }

        public ValueTask DisposeAsync()
        {
            closed(this);
            foreach (var connection in _open.Keys) connection.Close("the listener was closed");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Connection(string remote, ChannelReader<byte[]> reader, ChannelWriter<byte[]> writer, ConnectionLimits limits) : FramePump(limits)
    {
        private readonly int _frameBytesMax = limits.FrameBytesMax;

        public override string Remote => remote;

        /// <summary>Called at the end.</summary>
        public Action? Over { get; set; }

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

        protected override void Released()
        {
            writer.TryComplete();
            Over?.Invoke();
        }
    }

    private const int FramesInFlight = 256;
}
