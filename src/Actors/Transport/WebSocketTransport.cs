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
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hhs.Actors.Transport;

/// <summary>WebSocket, one protocol message a binary message: Kestrel accepts, ClientWebSocket dials.</summary>
/// <remarks>
/// Compression is not offered and not selected. Path, query and subprotocol are ignored, text frames are taken as bytes,
/// as the original does. Source: supplement 7.7.
/// </remarks>
public sealed class WebSocketTransport(ConnectionLimits limits) : ITransport
{
    /// <inheritdoc/>
    public string Scheme => "ws";

    /// <inheritdoc/>
    public async Task<ITransportListener> ListenAsync(Uri address, Action<IFrameConnection> accepted)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentUpgradedConnections = limits.InboundMax;
            kestrel.Limits.MaxConcurrentConnections = limits.InboundMax + 16;
            kestrel.Limits.RequestHeadersTimeout = limits.RequestTimeout;
            kestrel.Limits.KeepAliveTimeout = limits.RequestTimeout;   // counts from the first moment: a connection may not be held without a word
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(AddressOf(address), address.Port < 0 ? 80 : address.Port, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1;
                endpoint.Use(CountRefused);
            });
        });
        var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = limits.KeepAlive, KeepAliveTimeout = limits.KeepAlive });
        app.Run(context => AcceptAsync(context, accepted));
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
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = limits.KeepAlive;
        socket.Options.KeepAliveTimeout = limits.KeepAlive;
        socket.Options.Proxy = null;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limits.DialTimeout);
        try
        {
            await socket.ConnectAsync(address, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException)
        {
            socket.Dispose();
            string why = failure is OperationCanceledException ? $"no answer in {limits.DialTimeout.TotalSeconds} s" : failure.InnerException?.Message ?? failure.Message;
            throw new TransportException($"cannot connect to {address}: {why}", failure);
        }
        return new Connection(socket, address.Authority, limits);
    }

    // What never becomes a WebSocket has no session that could count it.
    private static ConnectionDelegate CountRefused(ConnectionDelegate next) => async connection =>
    {
        await next(connection).ConfigureAwait(false);
        if (!connection.Items.ContainsKey(Upgraded)) SyncMetrics.ConnectionRefused("no WebSocket request");
    };

    private async Task AcceptAsync(HttpContext context, Action<IFrameConnection> accepted)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        context.Features.GetRequiredFeature<IConnectionItemsFeature>().Items[Upgraded] = true;
        var connection = new Connection(socket, $"{context.Connection.RemoteIpAddress}:{context.Connection.RemotePort}", limits);
        accepted(connection);
        await connection.Ended.ConfigureAwait(false);   // Kestrel keeps the socket only for as long as this request lives
    }

    private static readonly object Upgraded = new();

    private static IPAddress AddressOf(Uri address)
    {
        if (IPAddress.TryParse(address.DnsSafeHost, out var ip)) return ip;
        if (address.DnsSafeHost == "localhost") return IPAddress.Loopback;
        throw new TransportException($"cannot listen on {address}: give an IP address, such as ws://127.0.0.1:4000");
    }

    private sealed class Listener(WebApplication app, Uri address) : ITransportListener
    {
        public Uri Address => address;

        public async ValueTask DisposeAsync()
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await app.StopAsync(soon.Token).ConfigureAwait(false);
            await app.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class Connection(WebSocket socket, string remote, ConnectionLimits limits) : FramePump(limits)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly int _frameBytesMax = limits.FrameBytesMax;
        private byte[] _buffer = new byte[16 << 10];

        public Task Ended => _ended.Task;

        public override string Remote => remote;

        protected override async ValueTask<byte[]?> ReadFrameAsync(CancellationToken cancel)
        {
            int length = 0;
            while (true)
            {
                if (length == _buffer.Length) Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, _frameBytesMax + 1));
                var part = await ReceiveAsync(length, cancel).ConfigureAwait(false);
                if (part.MessageType == WebSocketMessageType.Close) return null;
                length += part.Count;
                if (length > _frameBytesMax) throw new FrameFaultException(RejectCode.OverLimit, $"a frame of more than {_frameBytesMax} bytes");
                if (!part.EndOfMessage) continue;
                byte[] frame = _buffer.AsSpan(0, length).ToArray();
                if (_buffer.Length > KeptBytes) _buffer = new byte[16 << 10];
                return frame;
            }
        }

        private async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(int at, CancellationToken cancel)
        {
            try
            {
                return await socket.ReceiveAsync(_buffer.AsMemory(at), cancel).ConfigureAwait(false);
            }
            catch (WebSocketException failure) when (failure is { WebSocketErrorCode: WebSocketError.Faulted, InnerException: null })
            {
                throw new FrameFaultException(RejectCode.Malformed, failure.Message, failure);   // else the network broke
            }
        }

        protected override ValueTask WriteFrameAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel) =>
            socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: true, cancel);

        protected override async ValueTask EndAsync(CancellationToken cancel) =>
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel).ConfigureAwait(false);

        protected override void Released()
        {
            socket.Abort();
            socket.Dispose();
            _ended.TrySetResult();
        }

        private const int KeptBytes = 256 << 10;
    }
}
