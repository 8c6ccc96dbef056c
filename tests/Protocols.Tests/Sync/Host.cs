using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Tests.Sync;

/// <summary>One sync machine with a clock and an object around it; the tests play its peers.</summary>
internal sealed class Host
{
    private readonly TopicSync _sync;
    private readonly Dictionary<SyncTimer, TimeSpan> _timers = [];
    private readonly Dictionary<PeerId, List<SyncMessage>> _sent = [];

    public Host(MemoryReplica? replica = null, SyncSettings? settings = null)
    {
        Replica = replica ?? MemoryReplica.Fresh();
        _sync = new(Replica, new SeededRandom(1), settings ?? SyncSettings.Default);
    }

    public MemoryReplica Replica { get; }

    public TopicSync Sync => _sync;

    public TimeSpan Now { get; private set; }

    /// <summary>What the object answers an offered entry: nothing, when it answers null.</summary>
    public Func<Entry, SyncInput?>? Judge { get; set; }

    public List<Entry> Offered { get; } = [];

    public Dictionary<PeerId, int> Charges { get; } = [];

    /// <summary>Whether what is sent is written out at once.</summary>
    public bool Drains { get; set; } = true;

    public PeerId Join(string name, PeerKind kind = PeerKind.Native)
    {
        var peer = new PeerId(name);
        Do(new SyncInput.PeerJoined(peer, kind, Now));
        return peer;
    }

    public void Leave(PeerId peer) => Do(new SyncInput.PeerLeft(peer, Now));

    public void Hear(PeerId peer, SyncMessage message)
    {
        var buffer = new JsonBuffer();
        message.Write(buffer);
        Hear(peer, buffer.Written.ToArray());
    }

    public void Hear(PeerId peer, byte[] message) => Do(new SyncInput.MessageArrived(peer, message, Now));

    /// <summary>Messages sent to the peer since the last call.</summary>
    public List<SyncMessage> Sent(PeerId peer) => _sent.Remove(peer, out var sent) ? sent : [];

    public T Sent<T>(PeerId peer) where T : SyncMessage => Assert.Single(Sent(peer).OfType<T>());

    public int ChargeOf(PeerId peer) => Charges.GetValueOrDefault(peer);

    public Header Write(string what)
    {
        var header = Replica.Write(what);
        Do(new SyncInput.EntriesAdmitted([header.Hash], Now));
        return header;
    }

    /// <summary>Lets time pass, with every timer that runs out on the way.</summary>
    public void Pass(TimeSpan time)
    {
        var end = Now + time;
        while (_timers.Count > 0 && _timers.MinBy(t => t.Value) is var (timer, at) && at <= end)
        {
            _timers.Remove(timer);
            Now = at;
            Do(new SyncInput.TimerFired(timer, Now));
        }
        Now = end;
    }

    public void Do(SyncInput input)
    {
        foreach (var effect in _sync.Advance(input)) CarryOut(effect);
    }

    private void CarryOut(SyncEffect effect)
    {
        switch (effect)
        {
            case SyncEffect.ArmTimer(var timer, var after): _timers[timer] = Now + after; break;
            case SyncEffect.CancelTimer(var timer): _timers.Remove(timer); break;
            case SyncEffect.Misbehaved(var peer, _, var charge): Charges[peer] = ChargeOf(peer) + charge; break;
            case SyncEffect.Send(var peer, var message):
                Assert.True(SyncMessage.TryDecode(message.Span, out var decoded, out var why), why.ToString());
                if (!_sent.TryGetValue(peer, out var sent)) _sent.Add(peer, sent = []);
                sent.Add(decoded);
                if (Drains) Do(new SyncInput.Drained(peer, message.Length, Now));
                break;
            case SyncEffect.Offer(_, var entries):
                foreach (var entry in entries) Answer(entry);
                break;
        }
    }

    private void Answer(Entry entry)
    {
        Offered.Add(entry);
        if (Judge is { } judge)
        {
            if (judge(entry) is { } answer) Do(answer);
            return;
        }
        Admit(entry);
    }

    public void Admit(Entry entry)
    {
        Replica.Add(entry.Header, entry.Payload);
        Do(new SyncInput.EntriesAdmitted([entry.Hash], Now));
    }
}

/// <summary>What a test knows of a peer's copy, to answer a request from by hand.</summary>
internal static class PeerCopy
{
    public static MemoryReplica Linear(int entries)
    {
        var replica = MemoryReplica.Fresh();
        for (int i = 0; i < entries; i++) replica.Write($"entry {i}");
        return replica;
    }

    /// <summary>A host that has just heard from a peer of so many entries beyond the first.</summary>
    public static (Host Host, PeerId Peer, MemoryReplica Copy) Told(int entries, SyncSettings? settings = null, PeerKind kind = PeerKind.Native)
    {
        var host = new Host(settings: settings);
        var peer = host.Join("a", kind);
        host.Sent(peer);
        var copy = PeerCopy.Linear(entries);
        host.Hear(peer, copy.Frontier());
        return (host, peer, copy);
    }

    public static SyncMessage.NewFrontier Frontier(this MemoryReplica replica) => new(replica.Id, replica.Frontier);

    /// <summary>Headers from the tips back, without the create entry, as they were written.</summary>
    public static NamedHeader[] Headers(this MemoryReplica replica) =>
        [.. replica.Entries.Skip(1).Reverse().Select(h => new NamedHeader(h, replica.HeaderAt(replica.TryIndex(h, out int i) ? i : -1)))];

    public static SyncMessage.PayloadMsg Payload(this MemoryReplica replica, string requestId, int sequence, ContentHash hash)
    {
        Assert.True(replica.TryReadPayload(hash, out var json));
        Assert.True(LiteralReader.TryRead(json.Span, out var payload, out _));
        return new(requestId, sequence, hash, payload);
    }

    /// <summary>Answers a walk of all entries but the first, payloads included.</summary>
    public static void Serve(this Host host, PeerId peer, MemoryReplica copy, string requestId)
    {
        host.ServeHeaders(peer, copy, requestId, auto: true);
        host.Hear(peer, new SyncMessage.PayloadResponseMeta(requestId, copy.Count - 1));
        host.ServePayloads(peer, copy, requestId, copy.Entries.Skip(1));
    }

    /// <summary>Answers as an honest peer whatever is asked, until nothing is.</summary>
    public static void Answer(this Host host, PeerId peer, MemoryReplica copy)
    {
        for (var asked = host.Sent(peer); asked.Count > 0; asked = host.Sent(peer))
        {
            var over = asked.OfType<SyncMessage.CancelRequest>().Select(c => c.RequestId).ToHashSet();
            foreach (var message in asked)
            {
                if (message is SyncMessage.HeaderRequest walk && !over.Contains(walk.RequestId)) host.Answer(peer, copy, walk);
                if (message is SyncMessage.PayloadRequest payloads && !over.Contains(payloads.RequestId)) host.Answer(peer, copy, payloads);
            }
        }
    }

    private static void Answer(this Host host, PeerId peer, MemoryReplica copy, SyncMessage.HeaderRequest walk)
    {
        int[] entries = Walks.Above(copy, walk.Start, walk.Limits, [], walk.MaxHeaders);
        bool auto = walk.AutoPayload && entries.Length < walk.MaxHeaders;
        host.Hear(peer, new SyncMessage.HeaderResponseMeta(walk.RequestId, entries.Length, entries.Length < walk.MaxHeaders, auto ? entries.Length : 0));
        if (entries.Length == 0) return;
        host.Hear(peer, new SyncMessage.HeaderBatch(walk.RequestId, 0, [.. entries.Select(copy.HeaderAt).Select(h => new NamedHeader(h.Hash, h))]));
        if (!auto) return;
        host.Hear(peer, new SyncMessage.PayloadResponseMeta(walk.RequestId, entries.Length));
        host.ServePayloads(peer, copy, walk.RequestId, entries.Order().Select(i => copy.HeaderAt(i).Hash));
    }

    public static void Answer(this Host host, PeerId peer, MemoryReplica copy, SyncMessage.PayloadRequest payloads)
    {
        var has = payloads.Hashes.Where(copy.Contains).ToArray();
        host.Hear(peer, new SyncMessage.PayloadResponseMeta(payloads.RequestId, has.Length));
        host.ServePayloads(peer, copy, payloads.RequestId, has);
    }

    public static void ServeHeaders(this Host host, PeerId peer, MemoryReplica copy, string requestId, bool auto)
    {
        host.Hear(peer, new SyncMessage.HeaderResponseMeta(requestId, copy.Count - 1, true, auto ? copy.Count - 1 : 0));
        host.Hear(peer, new SyncMessage.HeaderBatch(requestId, 0, copy.Headers()));
    }

    public static void ServePayloads(this Host host, PeerId peer, MemoryReplica copy, string requestId, IEnumerable<ContentHash> hashes)
    {
        int sequence = 0;
        foreach (var hash in hashes) host.Hear(peer, copy.Payload(requestId, sequence++, hash));
    }
}
