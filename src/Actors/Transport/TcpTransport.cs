using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.IO;

namespace Hhs.Actors.Transport;

/// <summary>Plain TCP by Akka.IO, a frame after its length: four bytes, big-endian. Addresses: <c>tcp://host:port</c>.</summary>
/// <remarks>
/// For peers of our own kind without a browser or a proxy between: small frames cost less than over WebSocket, long ones more, since
/// Akka.IO copies what it reads. The port must be named.
/// A remote that stops in the middle of a frame, or that connects and sends none, is closed after the request timeout.
/// </remarks>
/// <param name="system">Runs the connections' actors.</param>
/// <param name="limits">Bounds of each connection.</param>
public sealed class TcpTransport(ActorSystem system, ConnectionLimits limits) : ITransport
{
    /// <inheritdoc/>
    public string Scheme => "tcp";

    /// <inheritdoc/>
    public Task<ITransportListener> ListenAsync(Uri address, Action<IFrameConnection> accepted)
    {
        if (address.Port < 0) throw new TransportException($"cannot listen on {address}: name the port, such as tcp://127.0.0.1:4001");
        var host = ListenAddress.Of(address);
        var listening = new TaskCompletionSource<ITransportListener>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(Props.Create(() => new TcpListenerActor(address, new IPEndPoint(host, address.Port), limits, accepted, listening)));
        return listening.Task;
    }

    /// <inheritdoc/>
    public async Task<IFrameConnection> DialAsync(Uri address, CancellationToken cancel)
    {
        if (address.Port < 0) throw new TransportException($"cannot connect to {address}: name the port, such as tcp://192.0.2.7:4001");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limits.DialTimeout);
        string why = "its name has no address";
        try
        {
            foreach (var host in await System.Net.Dns.GetHostAddressesAsync(address.DnsSafeHost, deadline.Token).ConfigureAwait(false))
            {
                var (connection, refusal) = await DialAsync(new IPEndPoint(host, address.Port), address.Authority, deadline.Token).ConfigureAwait(false);
                if (connection is not null) return connection;
                why = refusal;
            }
        }
        catch (OperationCanceledException)
        {
            why = cancel.IsCancellationRequested ? "the dial was cancelled" : $"no answer in {limits.DialTimeout.TotalSeconds} s";
        }
        catch (SocketException failure)
        {
            why = failure.Message;
        }
        throw new TransportException($"cannot connect to {address}: {why}");
    }

    private async Task<(IFrameConnection? Connection, string Refusal)> DialAsync(IPEndPoint address, string name, CancellationToken cancel)
    {
        var dialled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connection = new TcpFrameConnection(name, limits);
        var actor = system.ActorOf(Props.Create(() => new TcpConnectionActor(connection, address, limits, dialled)));
        connection.Attach(actor);
        try
        {
            return await dialled.Task.WaitAsync(cancel).ConfigureAwait(false) ? (connection, "") : (null, $"nobody answers at {address}");
        }
        catch (OperationCanceledException)
        {
            actor.Tell(PoisonPill.Instance);   // its connection goes with it, also one that comes up right now
            throw;
        }
    }
}

/// <summary>Notices a remote that is gone without a word.</summary>
internal sealed class ProbeIdle(TimeSpan every) : Inet.SocketOption
{
    public override void AfterConnect(Socket s)
    {
        int seconds = Math.Clamp((int)every.TotalSeconds, 1, 32_767);   // the most that Linux takes
        s.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        s.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
        s.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, seconds / Probes));
        s.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
    }

    private const int Probes = 3;
}
