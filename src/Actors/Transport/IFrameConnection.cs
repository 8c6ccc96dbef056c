using Akka.Actor;
using Hhs.Model;

namespace Hhs.Actors.Transport;

/// <summary>An ordered, reliable, message-preserving duplex to one remote: what a peer session runs on.</summary>
/// <remarks>
/// Bounded in both directions: reading stops while more than a window of received bytes has not been reported by
/// <see cref="Consumed"/>; a connection whose unsent bytes pass the limit is closed. Source: wire.md section 2.
/// </remarks>
public interface IFrameConnection
{
    /// <summary>The remote's address for logs, such as <c>127.0.0.1:4000</c>.</summary>
    string Remote { get; }

    /// <summary>Begins to read. The owner is told <see cref="FrameReceived"/>, <see cref="FramesSent"/>, and once <see cref="ConnectionClosed"/>.</summary>
    void Start(IActorRef owner);

    /// <summary>Queues a frame for sending; the memory is the connection's until it has been sent. Never blocks.</summary>
    void Send(ReadOnlyMemory<byte> frame);

    /// <summary>Reports received frames as processed, which makes room for reading more. Callable from any thread.</summary>
    /// <param name="bytes">Their length together.</param>
    /// <param name="frames">How many they are: each counts for more than its bytes.</param>
    void Consumed(int bytes, int frames = 1);

    /// <summary>Closes after what is queued has been sent, or at once when the remote does not read. Callable more than once.</summary>
    void Close(string reason);
}

/// <summary>A whole frame has arrived.</summary>
public sealed record FrameReceived(byte[] Bytes);

/// <summary>So many bytes of queued frames have left.</summary>
public sealed record FramesSent(int Bytes);

/// <summary>The connection is over.</summary>
/// <param name="Reason">What ended it, for a log.</param>
/// <param name="Fault">What the remote did wrong; null where nobody did, or nobody can say.</param>
public sealed record ConnectionClosed(string Reason, RejectCode? Fault = null);

/// <summary>Opens and accepts connections of one address scheme.</summary>
public interface ITransport
{
    /// <summary>The scheme of the addresses that it serves, such as <c>ws</c>.</summary>
    string Scheme { get; }

    /// <summary>Listens until disposed; each connection that arrives is handed over, not yet started.</summary>
    /// <exception cref="TransportException">The address is in use, or not ours.</exception>
    Task<ITransportListener> ListenAsync(Uri address, Action<IFrameConnection> accepted);

    /// <summary>Opens a connection.</summary>
    /// <exception cref="TransportException">Nobody answers there, or the dial was cancelled.</exception>
    Task<IFrameConnection> DialAsync(Uri address, CancellationToken cancel);
}

/// <summary>A listener; disposing it frees the address and ends the connections that it accepted. Disposable more than once.</summary>
public interface ITransportListener : IAsyncDisposable
{
    /// <summary>The address listened on, with the port that was really bound.</summary>
    Uri Address { get; }
}

/// <summary>A transport could not listen or connect; the message says why and what to do.</summary>
public sealed class TransportException(string message, Exception? inner = null) : Exception(message, inner);
