using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;
using Akka.Remote.Transport;

namespace Hhs.Cluster.Remoting;

/// <summary>The port between nodes under TLS, in place of Akka's: same section of settings (<c>akka.remote.dot-netty.tcp</c>), same frames, scheme <c>akka.ssl.tcp</c>.</summary>
/// <remarks>
/// Akka's own fetches what a stranger's certificate names before anybody is asked, shuts the node down when a node that it calls shows a bad certificate,
/// and offers TLS 1.0. Source: docs/decisions/061-tls-between-nodes.md.
/// </remarks>
internal sealed class TlsTransport : Transport
{
    private readonly NodeCertificate _certificate;
    private readonly ILoggingAdapter _log;
    private readonly Refusals _refusals;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<TlsAssociation, byte> _open = new(ReferenceEqualityComparer.Instance);
    private readonly TimeSpan _patience, _flushWait;
    private Socket? _listening;
    private Address? _local;
    private int _greeting;

    /// <summary>Made by Akka.</summary>
    public TlsTransport(ActorSystem system, Config config)
    {
        (System, Config) = (system, config);
        SchemeIdentifier = Scheme;
        MaximumPayloadBytes = config.GetByteSize("maximum-frame-size", null) ?? throw new ConfigurationException("akka.remote.dot-netty.tcp.maximum-frame-size is missing");
        _patience = config.GetTimeSpan("connection-timeout");
        _flushWait = system.Settings.Config.GetTimeSpan("akka.remote.flush-wait-on-shutdown");
        _log = Logging.GetLogger(system, typeof(TlsTransport));
        _refusals = new(what => _log.Warning("{0}", what), TimeProvider.System);
        _certificate = new(ClusterTlsSettings.FromConfig(system.Settings.Config) ?? throw new ConfigurationException($"{ClusterTlsSettings.Section} names no certificate"));
        var left = _certificate.NotAfter - DateTimeOffset.UtcNow;
        if (left < RenewBefore) _log.Warning("The certificate of {0} expires in {1} hours: no node will let this one in then", ClusterTlsSettings.Section, (int)left.TotalHours);
    }

    public override bool IsResponsibleFor(Address remote) => true;

    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        string host = Config.GetString("hostname", "") is { Length: > 0 } given ? given : IPAddress.Any.ToString();
        var at = await EndPointOfAsync(host, Config.GetInt("port"), _stopping.Token).ConfigureAwait(false);
        _listening = new(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listening.Bind(at);
            _listening.Listen(Config.GetInt("backlog", 4096));
        }
        catch (SocketException failure)
        {
            _listening.Dispose();
            throw new RemoteTransportException($"cannot listen on {at} for the other nodes: {failure.Message}", failure);
        }
        string shown = Config.GetString("public-hostname", "") is { Length: > 0 } name ? name : host;
        int port = Config.GetInt("public-port") is > 0 and var other ? other : ((IPEndPoint)_listening.LocalEndPoint!).Port;
        _local = new(Scheme, System.Name, Bracketed(shown), port);
        // Nobody is let in before there is somebody to be told.
        var listener = new TaskCompletionSource<IAssociationEventListener>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = AcceptAsync(_listening, listener.Task);
        return (_local, listener);
    }

    public override async Task<AssociationHandle> Associate(Address remoteAddress)
    {
        string? refusal = null;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        deadline.CancelAfter(_patience);
        Socket? socket = null;
        try
        {
            var at = await EndPointOfAsync(remoteAddress.Host, remoteAddress.Port ?? throw new InvalidAssociationException($"{remoteAddress} has no port"), deadline.Token).ConfigureAwait(false);
            socket = Tuned(new(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
            await socket.ConnectAsync(at, deadline.Token).ConfigureAwait(false);
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(_certificate.AsClient(remoteAddress.Host, why => refusal = why), deadline.Token).ConfigureAwait(false);
            return Opened(remoteAddress, socket, stream);
        }
        catch (Exception failure) when (failure is not InvalidAssociationException)
        {
            socket?.Dispose();
            string why = refusal ?? (failure is OperationCanceledException ? "no answer in time" : failure.Message);
            if (refusal is not null) _refusals.Say($"{remoteAddress}", refusal);
            throw new InvalidAssociationException($"cannot talk to {remoteAddress}: {why}", failure);
        }
    }

    public override async Task<bool> Shutdown()
    {
        _listening?.Dispose();
        var all = _open.Keys.ToArray();
        foreach (var association in all) association.Leave();
        await Task.WhenAll(all.Select(a => a.Ended)).ConfigureAwait(false);   // each ends by itself once flush-wait is over
        await _stopping.CancelAsync().ConfigureAwait(false);
        return true;
    }

    private async Task AcceptAsync(Socket listening, Task<IAssociationEventListener> whenHeard)
    {
        var listener = await whenHeard.ConfigureAwait(false);
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listening.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException || _stopping.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.OperationAborted)
            {
                return;   // disposed of
            }
            catch (SocketException failure)
            {
                _log.Warning("No connection could be taken: {0}", failure.Message);   // out of descriptors, say
                await Task.Delay(AfterTrouble, CancellationToken.None).ConfigureAwait(false);
                continue;
            }
            // Strangers at the port hold no more than so many connections, each for the time of a greeting.
            if (Interlocked.Increment(ref _greeting) > GreetingMax)
            {
                Interlocked.Decrement(ref _greeting);
                socket.Dispose();
                continue;
            }
            _ = GreetAsync(socket, listener);
        }
    }

    private async Task GreetAsync(Socket socket, IAssociationEventListener listener)
    {
        string? refusal = null, from = null;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        deadline.CancelAfter(_patience);
        try
        {
            var remote = (IPEndPoint)Tuned(socket).RemoteEndPoint!;
            from = $"{remote.Address}";
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsServerAsync(_certificate.AsServer(why => refusal = why), deadline.Token).ConfigureAwait(false);
            listener.Notify(new InboundAssociation(Opened(new(Scheme, System.Name, Bracketed(from), remote.Port), socket, stream)));
        }
        catch (Exception failure)   // whatever a stranger's bytes make TLS say
        {
            socket.Dispose();
            if (!_stopping.IsCancellationRequested) _refusals.Say(from ?? "somebody", refusal ?? (failure is OperationCanceledException ? "it said nothing in time" : $"it does not speak TLS as we do: {failure.Message}"));
        }
        finally
        {
            Interlocked.Decrement(ref _greeting);
        }
    }

    private TlsAssociation Opened(Address remote, Socket socket, SslStream stream)
    {
        var association = new TlsAssociation(_local!, remote, socket, stream, (int)MaximumPayloadBytes, _flushWait, ended => _open.TryRemove(ended, out _));
        _open[association] = 0;
        association.Begin();
        return association;
    }

    private Socket Tuned(Socket socket)
    {
        socket.NoDelay = true;
        if (Config.GetByteSize("send-buffer-size", null) is > 0 and var send) socket.SendBufferSize = (int)send;
        if (Config.GetByteSize("receive-buffer-size", null) is > 0 and var receive) socket.ReceiveBufferSize = (int)receive;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        return socket;
    }

    private static async Task<IPEndPoint> EndPointOfAsync(string host, int port, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host, out var address)) return new(address, port);
        var found = await Dns.GetHostAddressesAsync(host, cancel).ConfigureAwait(false);
        return new(found.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? found[0], port);
    }

    // As Akka's addresses have them.
    private static string Bracketed(string host) => IPAddress.TryParse(host, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]" : host;

    internal const string Scheme = "ssl.tcp";
    internal const int GreetingMax = 128;
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromMilliseconds(200), RenewBefore = TimeSpan.FromDays(14);
}
