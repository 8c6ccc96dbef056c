using System.Collections.Concurrent;
using System.Threading.Channels;

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
        if (!_listeners.TryAdd(address.Host, listener)) throw new TransportException($"cannot listen on {address}: the name is in use");
        return Task.FromResult<ITransportListener>(listener);
    }

    /// <inheritdoc/>
    public Task<IFrameConnection> DialAsync(Uri address, CancellationToken cancel)
    {
        if (!_listeners.TryGetValue(address.Host, out var listener)) throw new TransportException($"cannot connect to {address}: nobody listens there");
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
        public override string Remote => remote;

        protected override async ValueTask<byte[]?> ReadFrameAsync(CancellationToken cancel) =>
            await reader.WaitToReadAsync(cancel).ConfigureAwait(false) && reader.TryRead(out var frame) ? frame : null;

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
