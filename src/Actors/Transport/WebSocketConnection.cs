using System.Net.WebSockets;
using Hhs.Model;

namespace Hhs.Actors.Transport;

/// <summary>One WebSocket: a frame is a message.</summary>
internal sealed class WebSocketConnection(WebSocket socket, string remote, ConnectionLimits limits) : FramePump(limits)
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
