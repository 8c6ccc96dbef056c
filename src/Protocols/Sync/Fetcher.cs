using Hhs.Model.Dag;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Sync;

/// <summary>Fetches what peers announce and we lack: headers from one peer at a time, then their payloads from the same peer.</summary>
/// <remarks>
/// What a peer began and did not finish is dropped when it fails or leaves, so that nothing of a liar's stands in the way
/// of the next peer, which is asked for the same tips from the start. Source: wire.md section 6, supplement 8.2 and 8.3.
/// </remarks>
internal sealed class Fetcher(SyncContext context, PendingEntries pending)
{
    private readonly SyncSettings _settings = context.Settings;
    private readonly List<Fetch.Payloads> _payloads = [];
    private Fetch.Headers? _headers;
    private bool _headersDue, _payloadsDue, _deadlinesDue, _paused;

    /// <summary>Whether a request of ours is under way.</summary>
    public bool IsBusy => _headers is not null || _payloads.Count > 0;

    /// <summary>A peer announced something, or something may be asked for again.</summary>
    public void Announced() => _headersDue = _deadlinesDue = true;

    public void HeaderMeta(SyncPeer peer, SyncMessage.HeaderResponseMeta meta)
    {
        if (HeadersOf(peer, meta.RequestId) is not { } fetch) return;
        if (fetch.Announced >= 0) { Fail(peer, "a second header-response-meta"); return; }
        if (meta.HeaderCount > fetch.MaxHeaders || meta.PayloadCount > (meta.Complete ? meta.HeaderCount : 0))
        {
            Fail(peer, "header-response-meta announces more than was asked for");
            return;
        }
        fetch.LastHeard = context.Now;
        fetch.Announced = meta.HeaderCount;
        fetch.Complete = meta.Complete;
        fetch.PayloadsAnnounced = meta.PayloadCount;
        if (meta.HeaderCount == 0) Finish(fetch);
    }

    public void HeaderBatch(SyncPeer peer, SyncMessage.HeaderBatch batch)
    {
        if (HeadersOf(peer, batch.RequestId) is not { } fetch) return;
        if (batch.Sequence != fetch.NextSequence++ || batch.Headers.Count == 0 || fetch.Received + batch.Headers.Count > fetch.Announced)
        {
            Fail(peer, "header-batch out of sequence, empty, or with more than was announced");
            return;
        }
        fetch.LastHeard = context.Now;
        var share = pending.ShareOf(peer.Id);
        foreach (var (hash, header) in batch.Headers)
        {
            if (hash != header.Hash) { Fail(peer, new(RejectCode.HashMismatch, $"a header that is not {hash.Short}"), Charges.HashMismatch); return; }
            if (!fetch.Reachable.TryGetValue(hash, out bool had) || had) { Fail(peer, "a header that the walk does not reach, or a second time"); return; }
            fetch.Reachable[hash] = true;
            foreach (var prev in header.PrevEntryHashes.Hashes) fetch.Reachable.TryAdd(prev, false);
            if (pending.Add(header, share) is not { } entry) continue;
            entry.Requested = true;
            fetch.Added.Add(entry);
        }
        fetch.Received += batch.Headers.Count;
        if (share.Headers > _settings.PendingEntriesPerPeerMax)
        {
            Fail(peer, new(RejectCode.OverLimit, $"more than {_settings.PendingEntriesPerPeerMax} headers that do not lead to our history"), Charges.HashMismatch);
        }
        else if (fetch.Received == fetch.Announced) Finish(fetch);
    }

    public void PayloadMeta(SyncPeer peer, SyncMessage.PayloadResponseMeta meta)
    {
        if (PayloadsOf(peer, meta.RequestId) is not { } fetch) return;
        if (fetch.Announced >= 0 || meta.PayloadCount > fetch.Expected.Count)
        {
            Fail(peer, "payload-response-meta announces more than was asked for, or comes again");
            return;
        }
        fetch.LastHeard = context.Now;
        fetch.Announced = meta.PayloadCount;
        // An original's clock of the walk ticks once more, 100 ms after this, and ends whatever other walk it finds.
        var walkAfter = context.Now + _settings.OriginalWalkGap;
        if (fetch.Auto && peer.Kind == PeerKind.Original && peer.NotBefore < walkAfter) peer.NotBefore = walkAfter;
        if (meta.PayloadCount == 0) Finish(fetch);
    }

    /// <param name="peer">Who sent it.</param>
    /// <param name="message">The payload.</param>
    /// <param name="bytes">Size of the whole message, which stands for the memory the payload takes.</param>
    public void Payload(SyncPeer peer, SyncMessage.PayloadMsg message, int bytes)
    {
        if (PayloadsOf(peer, message.RequestId) is not { } fetch) return;
        if (message.Sequence != fetch.NextSequence++ || fetch.Received >= fetch.Announced || !fetch.Expected.Remove(message.Hash))
        {
            Fail(peer, "payload-msg out of sequence, unasked for, or beyond what was announced");
            return;
        }
        fetch.LastHeard = context.Now;
        fetch.Received++;
        // It may have come from elsewhere by now: that makes this one useless, not wrong.
        if (pending.Find(message.Hash) is { State: PendingState.AwaitingPayload } entry)
        {
            if (!Entry.TryMake(entry.Header!, message.Payload, out var whole, out var why))
            {
                Fail(peer, why, Charges.HashMismatch);
                return;
            }
            if (entry.Missing > 0 && entry.Source.HeldBytes + bytes > _settings.PendingPayloadBytesMax / 4)
            {
                Fail(peer, new(RejectCode.OverLimit, "too many payloads ahead of their predecessors'"), Charges.OverLimit);
                return;
            }
            if (pending.PayloadBytes + bytes > _settings.PendingPayloadBytesMax)
            {
                Pause(entry);
                return;
            }
            pending.AddPayload(entry, whole, bytes, peer.Id);
        }
        if (fetch.Received == fetch.Announced) Finish(fetch);
    }

    /// <summary>Entries were admitted or dropped: there may be room again.</summary>
    public void Relieved()
    {
        if (!_paused || pending.PayloadBytes > _settings.PendingPayloadBytesMax / 2) return;
        _paused = false;
        _payloadsDue = true;
    }

    /// <summary>Gives up requests that have gone silent, and looks again at who may be asked.</summary>
    public void TimePassed()
    {
        if (_headers is { } walk && context.Now >= DeadlineOf(walk)) FellSilent(walk.Peer);
        foreach (var fetch in _payloads.ToArray())
        {
            if (!_payloads.Contains(fetch) || context.Now < DeadlineOf(fetch)) continue;
            if (fetch is { Auto: true, Announced: < 0 }) Ask(fetch);   // promised, and perhaps lost (supplement 0.4)
            else FellSilent(fetch.Peer);
        }
        _headersDue = _payloadsDue = _deadlinesDue = true;
    }

    /// <summary>Charges the peer and starts over with another: it may be asked again after a pause that grows.</summary>
    public void Fail(SyncPeer peer, Reject why, int charge)
    {
        context.Charge(peer, why, charge);
        StartOver(peer);
    }

    // An original loses ends of answers in good faith (supplement 8.2, 8.3): for that it is let be, not charged.
    private void FellSilent(SyncPeer peer)
    {
        if (peer.Kind == PeerKind.Native) context.Charge(peer, Silence, Charges.Silent);
        StartOver(peer);
    }

    private void StartOver(SyncPeer peer)
    {
        Abandon(peer);
        var pause = _settings.BackOffMin * Math.Pow(2, Math.Min(peer.Failures++, 20));
        peer.NotBefore = context.Now + (pause < _settings.BackOffMax ? pause : _settings.BackOffMax);
    }

    /// <summary>Ends all requests to the peer, and drops what it had begun.</summary>
    public void Abandon(SyncPeer peer)
    {
        if (_headers?.Peer == peer) Retire(_headers);
        foreach (var fetch in _payloads.Where(f => f.Peer == peer).ToArray()) Retire(fetch);
        pending.DropFrom(peer.Id);
        _headersDue = _payloadsDue = true;
        Relieved();
    }

    /// <summary>Sends the requests that are due.</summary>
    public void Pump()
    {
        if (_headersDue) AskForHeaders();
        if (_payloadsDue) AskForPayloads();
        if (_deadlinesDue) ArmDeadlines();
    }

    // A message puts a deadline off: the timer then runs out too early, and is armed again.
    private void ArmDeadlines()
    {
        _deadlinesDue = false;
        if (_headers is { } walk) context.WakeAt(new(SyncTimerKind.Fetch), DeadlineOf(walk));
        foreach (var fetch in _payloads) context.WakeAt(new(SyncTimerKind.Fetch), DeadlineOf(fetch));
    }

    private void Fail(SyncPeer peer, string detail) => Fail(peer, new(RejectCode.UnexpectedMessage, detail), Charges.Unexpected);

    private void AskForHeaders()
    {
        int room = _settings.PendingEntriesMax - pending.Count;
        if (_headers is not null || room <= 0) return;   // stays due until that changes
        _headersDue = false;
        foreach (var peer in context.Peers.Values.Where(p => p.Announced is not null && !context.IsShunned(p)).OrderBy(p => p.Charged).ThenBy(p => p.Kind))
        {
            var start = StartFor(peer);
            if (start.Length == 0 || IsStreaming(peer)) continue;
            if (peer.NotBefore > context.Now)
            {
                context.WakeAt(new(SyncTimerKind.Fetch), peer.NotBefore);
                continue;
            }
            // supplement 8.2: an original paces each response, so one walk is to bring all; ours clamps as it likes.
            int max = peer.Kind == PeerKind.Original ? room : Math.Min(room, _settings.HeadersPerResponseMax);
            _headers = new(peer, context.NewRequestId(), context.Now, start, max);
            _deadlinesDue = true;
            // Its own tips too: where we have written since, it knows none of ours, and would walk to the root.
            var limits = peer.Has.Union(context.Replica.Frontier).Take(WireLimits.HashesMax).ToArray();
            context.Send(peer, new SyncMessage.HeaderRequest(_headers.RequestId, context.Replica.Id, start, limits, max, AutoPayload: true));
            return;
        }
    }

    // An original begins the payloads of a walk 100 ms after its headers; a walk asked for meanwhile loses all but its first
    // batches (seen on the wire, and in its provider). It is asked when the payloads have come.
    private bool IsStreaming(SyncPeer peer) => peer.Kind == PeerKind.Original && _payloads.Any(f => f.Auto && f.Peer == peer);

    // First what its own headers lead to, then its unknown tips.
    private ContentHash[] StartFor(SyncPeer peer)
    {
        var start = new List<ContentHash>();
        foreach (var hash in pending.Wanted)
        {
            if (start.Count < StartHashes && pending.IsWantedFrom(hash, peer.Id)) start.Add(hash);
        }
        foreach (var tip in peer.Announced!.Hashes)
        {
            if (start.Count < StartHashes && pending.IsUnknown(tip) && !start.Contains(tip)) start.Add(tip);
        }
        return [.. start];
    }

    private void Finish(Fetch.Headers fetch)
    {
        _headers = null;
        _headersDue = true;
        // A complete walk has shown all that was asked for; one cut short has at least brought news.
        if (fetch.Complete ? fetch.Start.Any(pending.IsUnknown) : fetch.Added.Count == 0)
        {
            fetch.Peer.Announced = null;
            fetch.Peer.Retired.Add(fetch.RequestId);
            Fail(fetch.Peer, new(RejectCode.UnexpectedMessage, "announced what it does not show"), Charges.Unfounded);
            return;
        }
        if (fetch.PayloadsAnnounced > 0)
        {
            var expected = new HashSet<ContentHash>(fetch.Received);
            foreach (var (hash, had) in fetch.Reachable) { if (had) expected.Add(hash); }
            _payloads.Add(new(fetch.Peer, fetch.RequestId, context.Now, auto: true) { Expected = expected });
            _deadlinesDue = true;
            return;
        }
        fetch.Peer.Retired.Add(fetch.RequestId);
        AskLater(fetch.Added);
    }

    private void Finish(Fetch.Payloads fetch)
    {
        _payloads.Remove(fetch);
        fetch.Peer.Retired.Add(fetch.RequestId);
        _payloadsDue = _headersDue = true;
        var lacking = Lacking(fetch);
        if (fetch.Auto) AskLater(lacking);
        else if (lacking.Count > 0) Fail(fetch.Peer, new(RejectCode.UnexpectedMessage, "has headers without their payloads"), Charges.Unfounded);
    }

    private List<PendingEntry> Lacking(Fetch.Payloads fetch)
    {
        var lacking = new List<PendingEntry>();
        foreach (var hash in fetch.Expected)
        {
            if (pending.Find(hash) is { State: PendingState.AwaitingPayload } entry && entry.Source.Peer == fetch.Peer.Id) lacking.Add(entry);
        }
        return lacking;
    }

    private void AskLater(List<PendingEntry> entries)
    {
        foreach (var entry in entries)
        {
            entry.Requested = false;
            entry.Source.Unrequested.Push(entry);
        }
        _payloadsDue = true;
    }

    // Ends a stream of payloads without blame; what it did not bring is asked for explicitly.
    private void Ask(Fetch.Payloads fetch)
    {
        var lacking = Lacking(fetch);
        Retire(fetch);
        AskLater(lacking);
        _headersDue = true;
    }

    private void Pause(PendingEntry dropped)
    {
        _paused = true;
        for (int i = _payloads.Count - 1; i >= 0; i--) Ask(_payloads[i]);   // the first asked for is the deepest: on top again
        AskLater([dropped]);
    }

    private void AskForPayloads()
    {
        if (_paused) return;
        _payloadsDue = false;
        foreach (var peer in context.Peers.Values)
        {
            var unrequested = pending.ShareOf(peer.Id).Unrequested;
            if (unrequested.Count == 0) continue;
            bool original = peer.Kind == PeerKind.Original;
            int slots = (original ? OriginalRequests : NativeRequests) - _payloads.Count(f => f.Peer == peer && !f.Auto);
            while (slots-- > 0 && unrequested.Count > 0) AskForPayloads(peer, unrequested, original ? OriginalHashes : NativeHashes);
        }
    }

    private void AskForPayloads(SyncPeer peer, Stack<PendingEntry> unrequested, int countMax)
    {
        var hashes = new List<ContentHash>(Math.Min(countMax, unrequested.Count));
        while (hashes.Count < countMax && unrequested.TryPop(out var entry))
        {
            if (entry.Requested || !entry.IsLive || entry.State != PendingState.AwaitingPayload) continue;
            entry.Requested = true;
            hashes.Add(entry.Hash);
        }
        if (hashes.Count == 0) return;
        var fetch = new Fetch.Payloads(peer, context.NewRequestId(), context.Now, auto: false) { Expected = [.. hashes.AsEnumerable().Reverse()] };
        _payloads.Add(fetch);
        _deadlinesDue = true;
        context.Send(peer, new SyncMessage.PayloadRequest(fetch.RequestId, context.Replica.Id, hashes));
    }

    private Fetch.Headers? HeadersOf(SyncPeer peer, string requestId)
    {
        if (_headers is { } fetch && fetch.Peer == peer && fetch.RequestId == requestId) return fetch;
        Stray(peer, requestId);
        return null;
    }

    private Fetch.Payloads? PayloadsOf(SyncPeer peer, string requestId)
    {
        foreach (var fetch in _payloads) { if (fetch.Peer == peer && fetch.RequestId == requestId) return fetch; }
        Stray(peer, requestId);
        return null;
    }

    private void Stray(SyncPeer peer, string requestId)
    {
        if (peer.Retired.Contains(requestId)) return;
        if (_headers?.Peer == peer && _headers.RequestId == requestId) Fail(peer, "payloads before the headers were complete");
        else context.Charge(peer, new(RejectCode.UnexpectedMessage, "an answer to nothing that was asked"), Charges.Unexpected);
    }

    private void Retire(Fetch fetch)
    {
        fetch.Peer.Retired.Add(fetch.RequestId);
        if (fetch == _headers) _headers = null;
        else _payloads.Remove((Fetch.Payloads)fetch);
        if (context.Peers.ContainsKey(fetch.Peer.Id)) context.Send(fetch.Peer, new SyncMessage.CancelRequest(fetch.RequestId));
    }

    private TimeSpan DeadlineOf(Fetch fetch)
    {
        if (fetch is Fetch.Payloads { Auto: true, Announced: < 0 }) return fetch.LastHeard + _settings.AutoPayloadGrace;
        bool alternative = context.Peers.Values.Any(p => p != fetch.Peer && p.Announced is not null && p.NotBefore <= context.Now && !context.IsShunned(p));
        return fetch.LastHeard + (alternative ? _settings.StallTimeout : _settings.RequestTimeout);
    }

    private static readonly Reject Silence = new(RejectCode.TimedOut, "a request went unanswered");

    private const int NativeHashes = 1_024;
    private const int NativeRequests = 4;
    private const int OriginalHashes = 64;
    private const int OriginalRequests = 2;
    private const int StartHashes = 1_024;
}
