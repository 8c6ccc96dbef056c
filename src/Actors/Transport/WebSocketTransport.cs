using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Hhs.Actors.Telemetry;
using Hhs.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hhs.Actors.Transport;

/// <summary>WebSocket, one protocol message a binary message: Kestrel accepts, ClientWebSocket dials.</summary>
/// <remarks>
/// Compression is not offered and not selected. Path, query and subprotocol are ignored, text frames are taken as bytes,
/// as the original does. Source: supplement 7.7.
/// </remarks>
/// <param name="limits">Bounds of each connection.</param>
/// <param name="tls">Certificates, for <c>wss://</c>; null for <c>ws://</c>.</param>
public sealed class WebSocketTransport(ConnectionLimits limits, TlsSettings? tls = null) : ITransport
{
    /// <inheritdoc/>
    public string Scheme => tls is null ? "ws" : "wss";

    /// <inheritdoc/>
    public async Task<ITransportListener> ListenAsync(Uri address, Action<IFrameConnection> accepted)
    {
        var certificate = tls is null ? null : new ServerCertificate(tls);
        var (quota, doorstep) = (new AddressQuota(limits), new Doorstep(Doorstep.MaxFor(limits)));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentUpgradedConnections = limits.InboundMax;
            kestrel.Limits.MaxConcurrentConnections = limits.InboundMax + Doorstep.MaxFor(limits) + 16;   // some are on their way out
            kestrel.Limits.RequestHeadersTimeout = limits.RequestTimeout;
            kestrel.Limits.KeepAliveTimeout = limits.RequestTimeout;   // counts from the first moment: a connection may not be held without a word
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(ListenAddress.Of(address), address.Port, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1;
                endpoint.Use(next => connection => AdmitAsync(quota, doorstep, connection, next));
                if (certificate is not null) endpoint.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = limits.RequestTimeout, OnConnection = _ => new(certificate.Current()) });
            });
        });
        var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = limits.KeepAlive, KeepAliveTimeout = limits.KeepAlive });
        app.Run(context => AcceptAsync(context, doorstep, accepted));
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new TransportException($"cannot listen on {address}: {failure.Message} Choose another port or stop the program that uses it.", failure);
        }
        catch (SocketException failure)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new TransportException($"cannot listen on {address}: {failure.Message}. The address must be one of this machine's.", failure);
        }
        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return new Listener(app, new UriBuilder(address) { Port = bound.Port }.Uri);
    }

    /// <inheritdoc/>
    public async Task<IFrameConnection> DialAsync(Uri address, CancellationToken cancel)
    {
        var trust = tls is null ? null : new ServerTrust(address.IdnHost, tls.Ca);
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = limits.KeepAlive;
        socket.Options.KeepAliveTimeout = limits.KeepAlive;
        var http = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        if (trust is not null) http.SslOptions = trust.Options();
        using var invoker = new HttpMessageInvoker(http);   // once upgraded, the connection is the socket's own
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limits.DialTimeout);
        try
        {
            await socket.ConnectAsync(address, invoker, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException)
        {
            socket.Dispose();
            string why = trust?.Refusal ?? (cancel.IsCancellationRequested ? "the dial was cancelled"
                : failure is OperationCanceledException ? $"no answer in {limits.DialTimeout.TotalSeconds} s" : failure.InnerException?.Message ?? failure.Message);
            throw new TransportException($"cannot connect to {address}: {why}", failure);
        }
        return new WebSocketConnection(socket, address.Authority, limits);
    }

    private static async Task AdmitAsync(AddressQuota quota, Doorstep doorstep, ConnectionContext connection, ConnectionDelegate next)
    {
        var remote = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (!quota.TryEnter(remote))
        {
            SyncMetrics.ConnectionRefused("too many from one address");
            connection.Abort();
            return;
        }
        var place = doorstep.Enter(connection);
        connection.Items[Place] = place;
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            doorstep.Leave(place);
            quota.Leave(remote);
            // What never becomes a WebSocket has no session that could count it.
            if (!connection.Items.ContainsKey(Upgraded)) SyncMetrics.ConnectionRefused("no WebSocket request");
        }
    }

    private async Task AcceptAsync(HttpContext context, Doorstep doorstep, Action<IFrameConnection> accepted)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        var items = context.Features.GetRequiredFeature<IConnectionItemsFeature>().Items;
        items[Upgraded] = true;
        doorstep.Leave((LinkedListNode<ConnectionContext>)items[Place]!);
        var connection = new WebSocketConnection(socket, $"{context.Connection.RemoteIpAddress}:{context.Connection.RemotePort}", limits);
        accepted(connection);
        await connection.Ended.ConfigureAwait(false);   // Kestrel keeps the socket only for as long as this request lives
    }

    private static readonly object Place = new(), Upgraded = new();

    private sealed class Listener(WebApplication app, Uri address) : ITransportListener
    {
        private bool _disposed;

        public Uri Address => address;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _disposed, true)) return;
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await app.StopAsync(soon.Token).ConfigureAwait(false);
            await app.DisposeAsync().ConfigureAwait(false);
        }
    }
}
