using System.Net.WebSockets;
using System.Threading.Channels;
using Hhs.Actors.Settings;
using Hhs.Model.Dag;
using Hhs.Model.Identity;
using Hhs.Protocols;
using Hhs.Protocols.Channel;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Mux;
using Hhs.Protocols.Pool;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Tests.Sync;

namespace Hhs.Bench.Load;

/// <summary>A peer with the protocol and nothing else: no actors, no disk. A thousand of them fit into one process.</summary>
internal sealed class LightPeer(Crowd crowd, Uri node, KeyId expected, IReadOnlyList<Entry> objects) : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly Channel<byte[]> _outgoing = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();
    private readonly Dictionary<string, (int Number, MemoryReplica Replica, TopicSync Sync)> _topics = [];
    private readonly PriorityQueue<(string Topic, SyncTimer Timer), TimeSpan> _timers = new();
    private readonly Dictionary<(string, SyncTimer), TimeSpan> _armed = [];
    private readonly Lock _lock = new();
    private SecureChannel? _channel;
    private Task _running = Task.CompletedTask;

    /// <summary>Connects, proves who it is, and has all topics accepted.</summary>
    public async Task ConnectAsync(CancellationToken cancel)
    {
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await _socket.ConnectAsync(node, cancel);
        await ShakeHandsAsync(cancel);
        var sending = SendAllAsync(cancel);
        Send(MuxCodec.Write(new MuxFrame.Hello(NodeInstance.Make(SystemRandom.Instance))));
        foreach (var create in objects) Send(MuxCodec.Write(new MuxFrame.Interest(create.Hash.ToString())));
        while (_topics.Count < objects.Count) OnFrame(await ReceiveAsync(cancel));
        _running = Task.WhenAll(sending, ReceiveAllAsync(cancel));
    }

    /// <summary>How many entries of the object it has.</summary>
    public int Count(int number)
    {
        lock (_lock) return _topics[objects[number].Hash.ToString()].Replica.Count;
    }

    /// <summary>Lets timers that are due fire.</summary>
    public void Tick(TimeSpan now)
    {
        lock (_lock)
        {
            while (_timers.TryPeek(out var next, out var due) && due <= now)
            {
                _timers.Dequeue();
                if (_armed.TryGetValue((next.Topic, next.Timer), out var armed) && armed == due && _armed.Remove((next.Topic, next.Timer)))
                    Advance(next.Topic, new SyncInput.TimerFired(next.Timer, now));
            }
        }
    }

    public void Dispose()
    {
        _outgoing.Writer.TryComplete();
        _socket.Abort();
        _socket.Dispose();
        _running.ContinueWith(_ => _channel?.Dispose(), TaskScheduler.Default);
    }

    private async Task ShakeHandsAsync(CancellationToken cancel)
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
                    case HandshakeEffect.SendFrame(var bytes): await _socket.SendAsync(bytes, WebSocketMessageType.Binary, true, cancel); break;
                }
            }
            if (_channel is not null) return;
            step = handshake.Advance(step.Next, new HandshakeInput.FrameArrived(await ReceiveAsync(cancel)));
        }
    }

    private async Task<byte[]> ReceiveAsync(CancellationToken cancel)
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

    private async Task ReceiveAllAsync(CancellationToken cancel)
    {
        try
        {
            while (true) OnFrame(await ReceiveAsync(cancel));
        }
        catch (Exception end) when (end is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            crowd.Lost(end.Message);
        }
    }

    private async Task SendAllAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (byte[] frame in _outgoing.Reader.ReadAllAsync(cancel)) await _socket.SendAsync(frame, WebSocketMessageType.Binary, true, cancel);
        }
        catch (Exception end) when (end is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The receiving side tells.
        }
    }

    private void OnFrame(byte[] frame)
    {
        lock (_lock)
        {
            if (!_channel!.TryOpenInPlace(frame, out var message, out var why)) throw new InvalidOperationException(why.ToString());
            switch (MuxCodec.Read(message))
            {
                case MuxFrame.Accept(var topic): Join(topic); break;
                case MuxFrame.Ping(var number): Send(MuxCodec.Write(new MuxFrame.Pong(number))); break;
                case MuxFrame.Reject(var topic): throw new InvalidOperationException($"topic {topic} was rejected");
                case MuxFrame.TopicData(var topic, var payload) when _topics.ContainsKey(topic):
                    Advance(topic, new SyncInput.MessageArrived(Node, payload, crowd.Now));
                    break;
            }
        }
    }

    private void Join(string topic)
    {
        int number = objects.ToList().FindIndex(create => create.Hash.ToString() == topic);
        var replica = new MemoryReplica(objects[number].Hash);
        replica.Add(objects[number].Header, objects[number].Payload);
        _topics.Add(topic, (number, replica, new(replica, SystemRandom.Instance, SyncSettings.Default)));
        Advance(topic, new SyncInput.PeerJoined(Node, PeerKind.Native, crowd.Now));
    }

    private void Advance(string topic, SyncInput input)
    {
        var (number, replica, sync) = _topics[topic];
        var inputs = new Queue<SyncInput>([input]);
        while (inputs.TryDequeue(out var next))
        {
            foreach (var effect in sync.Advance(next))
            {
                switch (effect)
                {
                    case SyncEffect.ArmTimer(var timer, var after):
                        _armed[(topic, timer)] = crowd.Now + after;
                        _timers.Enqueue((topic, timer), _armed[(topic, timer)]);
                        break;
                    case SyncEffect.CancelTimer(var timer): _armed.Remove((topic, timer)); break;
                    case SyncEffect.Misbehaved(_, var why, _): throw new InvalidOperationException($"the node misbehaved: {why}");
                    case SyncEffect.Offer(_, var entries):
                        foreach (var entry in entries) replica.Add(entry.Header, entry.Payload);
                        crowd.Admitted(number, entries);
                        inputs.Enqueue(new SyncInput.EntriesAdmitted([.. entries.Select(e => e.Hash)], crowd.Now));
                        break;
                    case SyncEffect.Send(_, var message):
                        Send(MuxCodec.Write(new MuxFrame.TopicData(topic, message)));
                        inputs.Enqueue(new SyncInput.Drained(Node, message.Length, crowd.Now));
                        break;
                }
            }
        }
    }

    private void Send(byte[] plain)
    {
        lock (_lock) _outgoing.Writer.TryWrite(_channel!.Seal(plain));
    }

    private static readonly PeerId Node = new("node");
}
