using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols;
using Hhs.Protocols.Tests.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Simulation.Tests;

/// <summary>A peer that behaves like the TypeScript original, with the habits that a friendly server has to mind.</summary>
/// <remarks>Source: supplement 8.2 to 8.6: small requests, 100 ms ticks, two slots of 64 payloads, a request whose duplicates are not counted.</remarks>
internal sealed class OriginalNode(World world, string name) : INode
{
    private readonly OrderedDictionary<PeerId, Peer> _peers = [];   // the first that joined is asked first
    private readonly Dictionary<ContentHash, Header> _discovered = [];
    private readonly Dictionary<ContentHash, (Header Header, Literal Payload)> _ready = [];
    private readonly HashSet<ContentHash> _requested = [];
    private readonly JsonBuffer _buffer = new();
    private string? _autoRequest;
    private int _requests;

    public string Name => name;

    public PeerKind Kind => PeerKind.Original;

    public MemoryReplica Replica { get; } = MemoryReplica.Fresh();

    /// <summary>Requests that ended in the 30 s timeout: what a friendly server spares it.</summary>
    public int Timeouts { get; private set; }

    public void Write(int count)
    {
        for (int i = 0; i < count; i++) Replica.Write($"{name}-{Replica.Count}-{world.Random.Next()}");
        Broadcast();
    }

    public void Joined(PeerId peer, PeerKind kind, Action<ReadOnlyMemory<byte>> send)
    {
        _peers[peer] = new(peer, send);
        Broadcast();
    }

    public void Left(PeerId peer)
    {
        if (!_peers.Remove(peer, out var gone)) return;
        if (gone.Headers?.Id == _autoRequest) _autoRequest = null;
        gone.Headers = null;
        foreach (var request in gone.Payloads.Values) _requested.ExceptWith(request.Hashes);
        Work();
    }

    public void Drained(PeerId peer, int bytes) { }

    public void Received(PeerId id, ReadOnlyMemory<byte> bytes)
    {
        if (!_peers.TryGetValue(id, out var peer) || !SyncMessage.TryDecode(bytes.Span, out var message, out _)) return;
        switch (message)
        {
            case SyncMessage.NewFrontier m: OnFrontier(peer, m.Frontier); break;
            case SyncMessage.HeaderRequest m: peer.Queue.Add(m); Serve(peer); break;
            case SyncMessage.PayloadRequest m: peer.Queue.Add(m); Serve(peer); break;
            case SyncMessage.HeaderResponseMeta m: OnHeaderMeta(peer, m); break;
            case SyncMessage.HeaderBatch m: OnHeaderBatch(peer, m); break;
            case SyncMessage.PayloadResponseMeta m: OnPayloadMeta(peer, m); break;
            case SyncMessage.PayloadMsg m: OnPayload(peer, m); break;
        }
    }

    private void OnFrontier(Peer peer, Position frontier)
    {
        peer.Announced = frontier;
        foreach (var tip in frontier) { if (_discovered.ContainsKey(tip) || _ready.ContainsKey(tip)) peer.Discovered.Add(tip); }
        Work();
        if (Replica.Frontier.Equals(frontier)) return;
        if (Replica.Frontier.Equals(peer.LastSent) && world.Now - peer.LastSentAt < TimeSpan.FromSeconds(15)) return;
        Tell(peer);
    }

    private void Broadcast()
    {
        foreach (var peer in _peers.Values.ToArray()) Tell(peer);
    }

    private void Tell(Peer peer)
    {
        Send(peer, new SyncMessage.NewFrontier(Replica.Id, Replica.Frontier));
        if (peer.Announced is null) return;   // the very first one does not count
        peer.LastSent = Replica.Frontier;
        peer.LastSentAt = world.Now;
    }

    // --- client ---

    private void Work()
    {
        AskForHeaders();
        AskForPayloads();
        while (Apply()) AskForPayloads();
    }

    private bool IsUnknown(ContentHash hash) => !Replica.Contains(hash) && !_discovered.ContainsKey(hash) && !_ready.ContainsKey(hash);

    private void AskForHeaders()
    {
        var needed = _discovered.Values.SelectMany(h => h.PrevEntryHashes).Concat(_peers.Values.SelectMany(p => p.Announced ?? Position.Empty))
            .Where(h => IsUnknown(h) && !_requested.Contains(h)).ToHashSet();
        foreach (var request in _peers.Values) { if (request.Headers is { } active) needed.ExceptWith(active.Start); }
        foreach (var peer in _peers.Values.ToArray())
        {
            if (needed.Count == 0 || peer.Announced is null || peer.Headers is not null) continue;
            bool auto = _autoRequest is null;
            var walk = new Walk($"{_requests++:x16}", [.. needed], auto);
            needed.Clear();
            peer.Headers = walk;
            if (auto) _autoRequest = walk.Id;
            Send(peer, new SyncMessage.HeaderRequest(walk.Id, Replica.Id, walk.Start, Replica.Frontier, 1024, auto));
            Watch(peer, walk);
        }
    }

    private void OnHeaderMeta(Peer peer, SyncMessage.HeaderResponseMeta meta)
    {
        if (peer.Headers is not { } walk || walk.Id != meta.RequestId) return;
        if (meta.HeaderCount > 1024 || (meta.PayloadCount > 0 && !(walk.Auto && meta.Complete))) { End(peer, walk); return; }
        walk.Expected = meta.HeaderCount;
        walk.Payloads = meta.PayloadCount;
        Watch(peer, walk);
        if (meta.HeaderCount == 0 && meta.Complete) Complete(peer, walk);
    }

    private void OnHeaderBatch(Peer peer, SyncMessage.HeaderBatch batch)
    {
        if (peer.Headers is not { } walk || walk.Id != batch.RequestId) return;
        if (batch.Sequence != walk.Sequence++ || walk.Received.Count + batch.Headers.Count > walk.Expected) { End(peer, walk); return; }
        foreach (var (hash, header) in batch.Headers)
        {
            if (header.Hash != hash) { End(peer, walk); return; }
            walk.Received.Add(hash);
            if (IsUnknown(hash)) _discovered[hash] = header;
        }
        Watch(peer, walk);
        // The database is asked about each header, so the response is complete only a little later: what was read from
        // the socket together with the last batch finds no request to belong to (supplement 0.4).
        if (walk.Received.Count >= walk.Expected) world.After(TimeSpan.FromMilliseconds(5), () => { if (peer.Headers == walk) Complete(peer, walk); });
        else Work();
    }

    private void Complete(Peer peer, Walk walk)
    {
        foreach (var hash in walk.Start) { if (!IsUnknown(hash)) peer.Discovered.Add(hash); }
        if (walk.Auto && walk.Payloads > 0)
        {
            var auto = new Stream(walk.Id, walk.Received) { Expected = walk.Payloads };
            peer.Payloads.Add(walk.Id, auto);
            _requested.UnionWith(walk.Received);
            Watch(peer, auto);
        }
        End(peer, walk);
    }

    private void End(Peer peer, Walk walk)
    {
        peer.Headers = null;
        if (_autoRequest == walk.Id) _autoRequest = null;
        // In the original an answered walk is followed at once; a tick keeps that from looping in no time at all here.
        world.After(TimeSpan.FromMilliseconds(10), Work);
    }

    private void AskForPayloads()
    {
        foreach (var peer in _peers.Values)
        {
            for (int slots = 2 - peer.Payloads.Count; slots > 0; slots--)
            {
                var hashes = Eligible(peer).Take(64).ToArray();
                if (hashes.Length == 0) break;
                var stream = new Stream($"{_requests++:x16}", [.. hashes]);
                peer.Payloads.Add(stream.Id, stream);
                _requested.UnionWith(hashes);
                Send(peer, new SyncMessage.PayloadRequest(stream.Id, Replica.Id, hashes));
                Watch(peer, stream);
            }
        }
    }

    private IEnumerable<ContentHash> Eligible(Peer peer)
    {
        var visited = new HashSet<ContentHash>();
        var walk = new Stack<ContentHash>(peer.Discovered);
        while (walk.TryPop(out var hash))
        {
            if (!visited.Add(hash) || !_discovered.TryGetValue(hash, out var header)) continue;
            foreach (var prev in header.PrevEntryHashes) walk.Push(prev);
            if (!_requested.Contains(hash) && header.PrevEntryHashes.All(p => Replica.Contains(p) || _ready.ContainsKey(p) || _requested.Contains(p))) yield return hash;
        }
    }

    private void OnPayloadMeta(Peer peer, SyncMessage.PayloadResponseMeta meta)
    {
        if (!peer.Payloads.TryGetValue(meta.RequestId, out var stream)) return;
        if (meta.PayloadCount != stream.Hashes.Count) { Fail(peer, stream); return; }
        stream.Expected = meta.PayloadCount;
        Watch(peer, stream);
    }

    private void OnPayload(Peer peer, SyncMessage.PayloadMsg message)
    {
        if (!peer.Payloads.TryGetValue(message.RequestId, out var stream)) return;
        if (message.Sequence != stream.Sequence++ || !stream.Hashes.Contains(message.Hash)) { Fail(peer, stream); return; }
        if (_ready.ContainsKey(message.Hash)) return;   // not counted: the request may never complete (supplement 8.6)
        stream.Received++;
        Watch(peer, stream);
        _requested.Remove(message.Hash);
        if (_discovered.Remove(message.Hash, out var header)) _ready[message.Hash] = (header, message.Payload);
        if (stream.Received >= stream.Expected) peer.Payloads.Remove(stream.Id);
        Work();
    }

    private void Fail(Peer peer, Stream stream)
    {
        peer.Payloads.Remove(stream.Id);
        _requested.ExceptWith(stream.Hashes);
        world.After(TimeSpan.FromMilliseconds(10), Work);
    }

    private bool Apply()
    {
        var appliable = _ready.FirstOrDefault(r => r.Value.Header.PrevEntryHashes.All(Replica.Contains));
        if (appliable.Value.Header is not { } header) return false;
        _ready.Remove(appliable.Key);
        Replica.Add(header, appliable.Value.Payload);
        Broadcast();
        return true;
    }

    private void Watch(Peer peer, Walk walk)
    {
        int version = ++walk.Version;
        world.After(TimeSpan.FromSeconds(30), () =>
        {
            if (peer.Headers != walk || walk.Version != version) return;
            Timeouts++;
            End(peer, walk);
        });
    }

    private void Watch(Peer peer, Stream stream)
    {
        int version = ++stream.Version;
        world.After(TimeSpan.FromSeconds(30), () =>
        {
            if (!peer.Payloads.ContainsValue(stream) || stream.Version != version) return;
            Timeouts++;
            Fail(peer, stream);
        });
    }

    // --- server: one response at a time, a batch or a burst each 100 ms ---

    private void Serve(Peer peer)
    {
        if (peer.Serving || peer.Queue.Count == 0) return;
        var request = peer.Queue[0];
        peer.Queue.RemoveAt(0);
        peer.Serving = true;
        if (request is SyncMessage.HeaderRequest walk) ServeHeaders(peer, walk);
        else if (request is SyncMessage.PayloadRequest payloads) ServePayloads(peer, payloads.RequestId, payloads.Hashes, 0);
    }

    private void ServeHeaders(Peer peer, SyncMessage.HeaderRequest request)
    {
        var visited = new HashSet<ContentHash>();
        var collected = new List<NamedHeader>();
        var queue = new Queue<ContentHash>(request.Start);
        while (collected.Count < request.MaxHeaders && queue.TryDequeue(out var hash))
        {
            if (request.Limits.Contains(hash) || !visited.Add(hash) || !Replica.TryGetHeader(hash, out var header)) continue;
            collected.Add(new(hash, header));
            foreach (var prev in header.PrevEntryHashes) queue.Enqueue(prev);
        }
        bool complete = collected.Count < request.MaxHeaders;
        var auto = request.AutoPayload && complete ? collected.Select(h => h.Hash).Reverse().ToArray() : [];
        Send(peer, new SyncMessage.HeaderResponseMeta(request.RequestId, collected.Count, complete, auto.Length));
        Batch(0);

        void Batch(int sequence)
        {
            if (!_peers.ContainsKey(peer.Id)) return;
            var batch = collected.Skip(sequence * 128).Take(128).ToArray();
            if (batch.Length > 0)
            {
                Send(peer, new SyncMessage.HeaderBatch(request.RequestId, sequence, batch));
                world.After(Tick, () => Batch(sequence + 1));
            }
            else if (auto.Length > 0) ServePayloads(peer, request.RequestId, auto, 0);
            else Next(peer);
        }
    }

    private void ServePayloads(Peer peer, string requestId, IReadOnlyList<ContentHash> hashes, int from)
    {
        if (!_peers.ContainsKey(peer.Id)) return;
        if (from == 0) Send(peer, new SyncMessage.PayloadResponseMeta(requestId, hashes.Count));
        int sent = from;
        for (; sent < hashes.Count && sent < from + 1024; sent++)
        {
            if (!Replica.TryReadPayload(hashes[sent], out var json)) { Next(peer); return; }   // stops in silence
            _buffer.Clear();
            SyncMessage.PayloadMsg.Write(requestId, sent, hashes[sent], json.Span, _buffer);
            peer.Send(_buffer.Written.ToArray());
        }
        if (sent == hashes.Count) Next(peer);
        else world.After(Tick, () => ServePayloads(peer, requestId, hashes, sent));
    }

    private void Next(Peer peer)
    {
        peer.Serving = false;
        Serve(peer);
    }

    private void Send(Peer peer, SyncMessage message)
    {
        _buffer.Clear();
        message.Write(_buffer);
        peer.Send(_buffer.Written.ToArray());
    }

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private sealed class Peer(PeerId id, Action<ReadOnlyMemory<byte>> send)
    {
        public PeerId Id { get; } = id;
        public Action<ReadOnlyMemory<byte>> Send { get; } = send;
        public Position? Announced { get; set; }
        public HashSet<ContentHash> Discovered { get; } = [];
        public Position? LastSent { get; set; }
        public TimeSpan LastSentAt { get; set; }
        public Walk? Headers { get; set; }
        public Dictionary<string, Stream> Payloads { get; } = [];
        public List<SyncMessage> Queue { get; } = [];
        public bool Serving { get; set; }
    }

    private sealed class Walk(string id, ContentHash[] start, bool auto)
    {
        public string Id { get; } = id;
        public ContentHash[] Start { get; } = start;
        public bool Auto { get; } = auto;
        public HashSet<ContentHash> Received { get; } = [];
        public int Expected { get; set; }
        public int Payloads { get; set; }
        public int Sequence { get; set; }
        public int Version { get; set; }
    }

    private sealed class Stream(string id, HashSet<ContentHash> hashes)
    {
        public string Id { get; } = id;
        public HashSet<ContentHash> Hashes { get; } = hashes;
        public int Expected { get; set; } = int.MaxValue;
        public int Received { get; set; }
        public int Sequence { get; set; }
        public int Version { get; set; }
    }
}
