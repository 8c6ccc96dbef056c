using System.Net.WebSockets;
using Hhs.Actors.Settings;
using Hhs.Model.Identity;
using Hhs.Protocols.Channel;
using Hhs.Protocols.Handshake;

namespace Hhs.Bench.Load;

/// <summary>A WebSocket to a node, and the channel that the handshake gave: frames in and out, nothing else.</summary>
internal sealed class SecureSocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private SecureChannel? _channel;

    private SecureSocket() { }

    /// <summary>Seals and opens frames.</summary>
    public SecureChannel Channel => _channel!;

    /// <summary>Connects to the node and proves who we are: somebody new each time.</summary>
    public static async Task<SecureSocket> ConnectAsync(Uri node, KeyId expected, CancellationToken cancel)
    {
        var secure = new SecureSocket();
        secure._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await secure._socket.ConnectAsync(node, cancel);
        await secure.ShakeHandsAsync(expected, cancel);
        return secure;
    }

    /// <summary>Sends a frame as it is.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel) => _socket.SendAsync(frame, WebSocketMessageType.Binary, true, cancel);

    /// <summary>The next frame as it is.</summary>
    public async Task<byte[]> ReceiveAsync(CancellationToken cancel)
    {
        byte[] buffer = new byte[1024];
        for (int length = 0; ;)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(length), cancel);
            if (received.MessageType == WebSocketMessageType.Close) throw new InvalidOperationException($"the node closed the connection: {_socket.CloseStatusDescription}");
            length += received.Count;
            if (received.EndOfMessage) return buffer[..length];
            if (length == buffer.Length) Array.Resize(ref buffer, 2 * length);
        }
    }

    /// <summary>Cuts the connection. Who reads last disposes of the channel.</summary>
    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
    }

    private async Task ShakeHandsAsync(KeyId expected, CancellationToken cancel)
    {
        var handshake = new InitiatorHandshake(HandshakeSettings.For(SecretKey.Generate(SystemRandom.Instance)), SystemRandom.Instance, expected);
        var step = handshake.Start();
        while (true)
        {
            foreach (var effect in step.Effects)
            {
                switch (effect)
                {
                    case HandshakeEffect.CloseTransport(var why): throw new InvalidOperationException($"handshake: {why}");
                    case HandshakeEffect.Establish(_, var keys, _): _channel = new(keys); break;
                    case HandshakeEffect.SendFrame(var bytes): await SendAsync(bytes, cancel); break;
                }
            }
            if (_channel is not null) return;
            step = handshake.Advance(step.Next, new HandshakeInput.FrameArrived(await ReceiveAsync(cancel)));
        }
    }
}
