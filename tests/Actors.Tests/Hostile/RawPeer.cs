using System.Net.WebSockets;
using System.Text;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Protocols.Channel;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Mux;
using Hhs.Protocols.Pool;
using Hhs.Protocols.Wire;

namespace Hhs.Actors.Tests.Hostile;

/// <summary>A peer by hand: speaks any prefix of the protocol honestly, and then whatever it likes.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[10 << 20];
    private SecureChannel? _channel;

    private RawPeer() { }

    public SecretKey Identity { get; private init; } = SecretKey.Generate(SystemRandom.Instance);

    public string Topic { get; private set; } = "";

    /// <summary>Handshake messages of ours, in order.</summary>
    public List<byte[]> Sent { get; } = [];

    public static async Task<RawPeer> ConnectAsync(Uri address, SecretKey? identity = null)
    {
        var peer = new RawPeer { Identity = identity ?? SecretKey.Generate(SystemRandom.Instance) };
        await peer._socket.ConnectAsync(address, TestContext.Current.CancellationToken);
        return peer;
    }

    /// <summary>With the handshake done, as a peer of our own kind that has said hello.</summary>
    public static async Task<RawPeer> WithChannelAsync(Uri address)
    {
        var peer = await ConnectAsync(address);
        await peer.HandshakeAsync(KeyAgreement.Native);
        await peer.SendMuxAsync(new MuxFrame.Hello(NodeInstance.Make(SystemRandom.Instance)));
        return peer;
    }

    /// <summary>With the handshake done, as one that can only speak the original's key agreement.</summary>
    public static async Task<RawPeer> AsOriginalAsync(Uri address)
    {
        var peer = await ConnectAsync(address);
        await peer.HandshakeAsync(KeyAgreement.Original);
        return peer;
    }

    public static async Task<RawPeer> JoinedAsync(Uri address, ContentHash topic)
    {
        var peer = await WithChannelAsync(address);
        peer.Topic = topic.ToString();
        await peer.SendMuxAsync(new MuxFrame.Interest(peer.Topic));
        Assert.Equal(new MuxFrame.Accept(peer.Topic), await peer.NextMuxAsync());
        return peer;
    }

    public async Task HandshakeAsync(KeyAgreement agreement)
    {
        var machine = new InitiatorHandshake(new(Identity, [agreement]), SystemRandom.Instance, null);
        var step = machine.Start();
        while (true)
        {
            foreach (var send in step.Effects.OfType<HandshakeEffect.SendFrame>()) await SendAsync(send.Bytes);
            if (step.Effects.OfType<HandshakeEffect.Establish>().SingleOrDefault() is { } established)
            {
                _channel = new(established.Keys);
                return;
            }
            step = machine.Advance(step.Next, new HandshakeInput.FrameArrived(await NextFrameAsync() ?? throw new InvalidOperationException("closed in the handshake")));
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> frame)
    {
        if (_channel is null) Sent.Add(frame.ToArray());
        await _socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: true, TestContext.Current.CancellationToken);
    }

    public Task SendSealedAsync(ReadOnlySpan<byte> message) => SendAsync(_channel!.Seal(message));

    public Task SendMuxAsync(MuxFrame frame) => SendSealedAsync(MuxCodec.Write(frame));

    public Task SendTextAsync(string json, string? topic = null) => SendMuxAsync(new MuxFrame.TopicData(topic ?? Topic, Encoding.UTF8.GetBytes(json)));

    public Task SendSyncAsync(SyncMessage message)
    {
        var buffer = new JsonBuffer();
        message.Write(buffer);
        return SendMuxAsync(new MuxFrame.TopicData(Topic, buffer.Written.ToArray()));
    }

    public Task AnnounceAsync(params ContentHash[] tips) => SendSyncAsync(new SyncMessage.NewFrontier(ContentHash.Parse(Topic), Position.Of(tips)));

    /// <summary>The next frame as it is on the wire; null at the end of the connection.</summary>
    public async Task<byte[]?> NextFrameAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Eventually.Patience);
        try
        {
            int length = 0;
            while (true)
            {
                var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), patience.Token);
                if (part.MessageType == WebSocketMessageType.Close) return null;
                length += part.Count;
                if (part.EndOfMessage) return _buffer[..length];
            }
        }
        catch (WebSocketException)   // the other side has cut the connection
        {
            return null;
        }
    }

    /// <summary>The next frame about a topic; what keeps the connection is passed over.</summary>
    /// <summary>The next message as it was before it was sealed; null at the end of the connection.</summary>
    public async Task<string?> NextTextAsync()
    {
        if (await NextFrameAsync() is not { } frame) return null;
        Assert.True(_channel!.TryOpenInPlace(frame, out var message, out _));
        return Encoding.UTF8.GetString(message.Span);
    }

    public async Task<MuxFrame> NextMuxAsync()
    {
        while (true)
        {
            byte[] frame = await NextFrameAsync() ?? throw new ConnectionGoneException();
            Assert.True(_channel!.TryOpenInPlace(frame, out var message, out _));
            switch (MuxCodec.Read(message))
            {
                case MuxFrame.Hello: break;
                case MuxFrame.Ping(var number): await SendMuxAsync(new MuxFrame.Pong(number)); break;
                case var read: return read;
            }
        }
    }

    /// <summary>The next message of a kind on any topic; others are skipped.</summary>
    public async Task<T> NextAsync<T>() where T : SyncMessage
    {
        while (true)
        {
            if (await NextMuxAsync() is MuxFrame.TopicData(_, var payload) && SyncMessage.TryDecode(payload.Span, out var message, out _) && message is T wanted) return wanted;
        }
    }

    /// <summary>Reads on until the node has closed the connection.</summary>
    public async Task IsClosedAsync(bool answerPings = false)
    {
        while (await NextFrameAsync() is { } frame)
        {
            if (answerPings && _channel!.TryOpenInPlace(frame, out var message, out _) && MuxCodec.Read(message) is MuxFrame.Ping(var number)) await SendMuxAsync(new MuxFrame.Pong(number));
        }
    }

    /// <summary>Goes on with a conversation until the node closes the connection.</summary>
    public async Task UntilClosedAsync(Func<Task> converse)
    {
        try { await converse(); }
        catch (Exception cut) when (cut is WebSocketException or ConnectionGoneException) { return; }
        await IsClosedAsync();
    }

    /// <summary>Misbehaves again and again until the node closes the connection.</summary>
    public async Task UntilClosedAsync(Func<int, Task> misbehave, int timesMax)
    {
        var closed = IsClosedAsync();
        for (int i = 0; i < timesMax && !closed.IsCompleted; i++)
        {
            try { await misbehave(i); }
            catch (WebSocketException) { break; }   // closed meanwhile
        }
        await closed;
    }

    private sealed class ConnectionGoneException() : Exception("the node has closed the connection");

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        _channel?.Dispose();
        return ValueTask.CompletedTask;
    }
}
