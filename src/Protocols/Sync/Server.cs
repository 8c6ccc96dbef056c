using System.Diagnostics;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Sync;

/// <summary>Answers the requests of peers, one at a time a peer, as fast as each drains what it was sent.</summary>
/// <remarks>Source: supplement 8.2; towards an original, 8.7 and 0.4.</remarks>
internal sealed class Server(SyncContext context)
{
    private readonly ISyncReplica _replica = context.Replica;
    private readonly SyncSettings _settings = context.Settings;

    public void Request(SyncPeer peer, SyncMessage request)
    {
        if (peer.Requests.Count >= _settings.RequestsQueuedMax)
        {
            context.Charge(peer, new(RejectCode.OverLimit, $"more than {_settings.RequestsQueuedMax} requests at a time"), Charges.OverLimit);
            return;
        }
        peer.Requests.Enqueue(request);
        Pump(peer);
    }

    public void CancelRequest(SyncPeer peer, string requestId)
    {
        if (peer.Responding?.RequestId == requestId) peer.Responding = null;
        for (int i = peer.Requests.Count; i > 0; i--)
        {
            var request = peer.Requests.Dequeue();
            if (IdOf(request) != requestId) peer.Requests.Enqueue(request);
        }
        Pump(peer);
    }

    public void Init(SyncPeer peer, SyncMessage.InitRequest request)
    {
        if (request.ObjectId != _replica.Id || IsFull(peer) || !_replica.TryReadPayload(_replica.Id, out var json)) return;
        var buffer = context.Buffer();
        buffer.Add("{\"type\":\"init-response\",\"objectId\":\""u8);
        _replica.Id.FormatTo(buffer.Room(ContentHash.TextLength));
        buffer.Advance(ContentHash.TextLength);
        buffer.Add("\",\"createPayload\":"u8);
        buffer.Add(json.Span);
        buffer.Add((byte)'}');
        context.SendBuffer(peer);
    }

    /// <summary>There is room again, at this peer or (after it left) in general.</summary>
    public void PumpAll()
    {
        foreach (var peer in context.Peers.Values) Pump(peer);
    }

    public void Pump(SyncPeer peer)
    {
        while (!IsFull(peer) && !context.IsShunned(peer) && (peer.Responding is not null || peer.Requests.Count > 0))
        {
            if (peer.PausedUntil > context.Now)
            {
                context.WakeAt(new(SyncTimerKind.Pace, peer.Id), peer.PausedUntil);
                return;
            }
            switch (peer.Responding)
            {
                case null: Begin(peer, peer.Requests.Dequeue()); break;
                case Response.Headers headers: SendBatch(peer, headers); break;
                case Response.Payloads payloads: SendPayload(peer, payloads); break;
                default: throw new UnreachableException(peer.Responding.GetType().Name);
            }
        }
    }

    // What peers that read nothing have filled together must not starve one that reads: each has a small share of its own.
    private bool IsFull(SyncPeer peer) =>
        peer.InFlight >= _settings.InFlightBytesPerPeerMax || (context.InFlight >= _settings.InFlightBytesMax && peer.InFlight >= OwnShareBytes);

    private void Begin(SyncPeer peer, SyncMessage request)
    {
        switch (request)
        {
            case SyncMessage.HeaderRequest headers: BeginHeaders(peer, headers); break;
            case SyncMessage.PayloadRequest payloads: BeginPayloads(peer, payloads); break;
            default: throw new UnreachableException(request.GetType().Name);
        }
    }

    private void BeginHeaders(SyncPeer peer, SyncMessage.HeaderRequest request)
    {
        int max = Math.Min(request.MaxHeaders, _settings.HeadersPerResponseMax);
        // Limits that we lack stop nothing, and would have the walk run to the root each time both sides write (supplement 8.2);
        // what the peer told us before does.
        IEnumerable<ContentHash> had = peer.Has.Except(request.Start);
        var entries = peer.Kind == PeerKind.Original ? Walks.BreadthFirst(_replica, request.Start, [.. request.Limits, .. had], max) : Walks.Above(_replica, request.Start, request.Limits, had, max);
        bool complete = entries.Length < max;   // as the original: an exact fit counts as incomplete (supplement 8.2)
        bool autoPayload = request.AutoPayload && complete && entries.Length > 0;
        context.Send(peer, new SyncMessage.HeaderResponseMeta(request.RequestId, entries.Length, complete, autoPayload ? entries.Length : 0));
        if (entries.Length > 0)
        {
            peer.ServedAt = context.Now;
            peer.Responding = new Response.Headers(request.RequestId, entries, autoPayload);
        }
        // An original that asks for what we lack asks again as soon as it hears so: let it hear the next answer later.
        else if (peer.Kind == PeerKind.Original) peer.PausedUntil = context.Now + _settings.OriginalPause;
    }

    private void BeginPayloads(SyncPeer peer, SyncMessage.PayloadRequest request)
    {
        var entries = new List<int>(request.Hashes.Count);
        foreach (var hash in request.Hashes.Distinct()) { if (_replica.TryIndex(hash, out int index)) entries.Add(index); }
        // An original fails a request whose announced count is not what it asked for, and asks again at once; one that
        // falls short it lets time out (supplement 8.3).
        int announced = peer.Kind == PeerKind.Original ? request.Hashes.Count : entries.Count;
        BeginPayloads(peer, request.RequestId, [.. entries], announced);
    }

    private void BeginPayloads(SyncPeer peer, string requestId, int[] entries, int announced)
    {
        context.Send(peer, new SyncMessage.PayloadResponseMeta(requestId, announced));
        if (entries.Length > 0) peer.ServedAt = context.Now;
        peer.Responding = entries.Length > 0 ? new Response.Payloads(requestId, entries) : null;
    }

    private void SendBatch(SyncPeer peer, Response.Headers response)
    {
        int countMax = peer.Kind == PeerKind.Original ? OriginalBatchHeaders : NativeBatchHeaders;
        var batch = new List<NamedHeader>(Math.Min(countMax, response.Entries.Length - response.Sent));
        int bytes = 0;
        while (response.Sent < response.Entries.Length && batch.Count < countMax && bytes < BatchBytes)
        {
            var header = _replica.HeaderAt(response.Entries[response.Sent++]);
            bytes += HeaderBytes + (header.PrevEntryHashes.Count * PredecessorBytes);
            batch.Add(new(header.Hash, header));
        }
        context.Send(peer, new SyncMessage.HeaderBatch(response.RequestId, response.Sequence++, batch));
        if (response.Sent < response.Entries.Length) return;

        if (!response.AutoPayload)
        {
            peer.Responding = null;
            return;
        }
        // Deepest first; by arrival number, so that each payload can be judged when it comes.
        Array.Sort(response.Entries);
        var payloads = new Response.Payloads(response.RequestId, response.Entries) { Sequence = MetaOwed };
        peer.Responding = payloads;
        if (peer.Kind == PeerKind.Original) peer.LastAuto = payloads;
        // supplement 0.4: an original drops payloads that it reads together with the last batch.
        if (peer.Kind == PeerKind.Original) peer.PausedUntil = context.Now + _settings.OriginalPause;
    }

    private void SendPayload(SyncPeer peer, Response.Payloads response)
    {
        if (response.Sequence == MetaOwed)
        {
            response.Sequence = 0;
            context.Send(peer, new SyncMessage.PayloadResponseMeta(response.RequestId, response.Entries.Length));
        }
        var hash = _replica.HeaderAt(response.Entries[response.Sent++]).Hash;
        if (!_replica.TryReadPayload(hash, out var json))
        {
            // The journal lost or quarantined it: the peer will miss it and look elsewhere.
            context.Do(new SyncEffect.Issue(new(RejectCode.Malformed, $"the payload of {hash.Short} cannot be read")));
            peer.Responding = null;
            return;
        }
        SyncMessage.PayloadMsg.Write(response.RequestId, response.Sequence++, hash, json.Span, context.Buffer());
        context.SendBuffer(peer);
        if (response.Sent == response.Entries.Length) peer.Responding = null;
        else if (peer.Kind == PeerKind.Original && response.Sent % OriginalBurstPayloads == 0) peer.PausedUntil = context.Now + _settings.OriginalPause;
    }

    /// <summary>Sends the payloads of the last walk once more, to an original that makes nothing of them; false if there are none.</summary>
    /// <remarks>
    /// One that was busy reads them together with the headers in spite of our pause, drops them and waits 30 s. The same
    /// again is what it waits for; one that lost only a part finds the sequence wrong, and asks for the rest.
    /// </remarks>
    public bool Repeat(SyncPeer peer)
    {
        if (peer.LastAuto is not { } last || peer.Responding is not null) return false;
        peer.LastAuto = null;
        peer.ServedAt = context.Now;
        peer.Responding = new Response.Payloads(last.RequestId, last.Entries) { Sequence = MetaOwed };
        Pump(peer);
        return true;
    }

    private static string IdOf(SyncMessage request) => request switch
    {
        SyncMessage.HeaderRequest headers => headers.RequestId,
        SyncMessage.PayloadRequest payloads => payloads.RequestId,
        _ => throw new UnreachableException(request.GetType().Name),
    };

    private const int BatchBytes = 256 << 10;
    private const int HeaderBytes = 190;
    private const int MetaOwed = -1;
    private const int NativeBatchHeaders = 256;
    private const int OriginalBatchHeaders = 1_024;   // all that an original asks for: between two batches it may ask for the same again
    private const int OriginalBurstPayloads = 1_024;
    private const int OwnShareBytes = 64 << 10;
    private const int PredecessorBytes = 50;
}
