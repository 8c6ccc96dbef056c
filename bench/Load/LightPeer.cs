using System.Net.WebSockets;
using System.Threading.Channels;
using Hhs.Actors.Settings;
using Hhs.Model.Dag;
using Hhs.Model.Identity;
using Hhs.Protocols;
using Hhs.Protocols.Mux;
using Hhs.Protocols.Pool;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Tests.Sync;

namespace Hhs.Bench.Load;

/// <summary>A peer with the protocol and nothing else: no actors, no disk. A thousand of them fit into one process.</summary>
internal sealed class LightPeer(Crowd crowd, Uri node, KeyId expected, IReadOnlyList<Entry> objects) : IDisposable
{
    private readonly Channel<byte[]> _outgoing = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();
    private readonly Dictionary<string, (int Number, MemoryReplica Replica, TopicSync Sync)> _topics = [];
    private readonly PriorityQueue<(string Topic, SyncTimer Timer), TimeSpan> _timers = new();
    private readonly Dictionary<(string, SyncTimer), TimeSpan> _armed = [];
    private readonly Lock _lock = new();
    private SecureSocket? _socket;
    private Task _running = Task.CompletedTask;

    /// <summary>Connects, proves who it is, and has all topics accepted.</summary>
    public async Task ConnectAsync(CancellationToken cancel)
    {
        _socket = await SecureSocket.ConnectAsync(node, expected, cancel);
        var sending = SendAllAsync(cancel);
        Send(MuxCodec.Write(new MuxFrame.Hello(NodeInstance.Make(SystemRandom.Instance))));
        foreach (var create in objects) Send(MuxCodec.Write(new MuxFrame.Interest(create.Hash.ToString())));
        while (_topics.Count < objects.Count) OnFrame(await _socket.ReceiveAsync(cancel));
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
        _socket?.Dispose();
        _running.ContinueWith(_ => _socket?.Channel.Dispose(), TaskScheduler.Default);
    }

    private async Task ReceiveAllAsync(CancellationToken cancel)
    {
        try
        {
            while (true) OnFrame(await _socket!.ReceiveAsync(cancel));
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
            await foreach (byte[] frame in _outgoing.Reader.ReadAllAsync(cancel)) await _socket!.SendAsync(frame, cancel);
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
            if (!_socket!.Channel.TryOpenInPlace(frame, out var message, out var why)) throw new InvalidOperationException(why.ToString());
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
        lock (_lock) _outgoing.Writer.TryWrite(_socket!.Channel.Seal(plain));
    }

    private static readonly PeerId Node = new("node");
}
