using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Sync;

/// <summary>Fetches what peers announce and we lack: headers from one, then their payloads from all that have them.</summary>
/// <remarks>
/// Judges what comes, and who sent it. A peer that answers wrongly is charged, one that is late loses what it was asked for to another that
/// has it, and one that is late time and again without bringing anything is dropped. What it began and nobody else has goes with
/// it, so that nothing of a liar's stands in anybody's way; headers of one whose connection broke wait for it to come back.
/// Source: wire.md section 6, supplement 8.2 and 8.3.
/// </remarks>
internal sealed class Fetcher(SyncContext context, PendingEntries pending, GossipTree tree)
{
    private readonly SyncSettings _settings = context.Settings;
    private readonly HeaderFetcher _headers = new(context, pending, tree);
    private readonly PayloadFetcher _payloads = new(context, pending);
    private bool _deadlinesDue;

    /// <summary>Whether a request of ours is under way.</summary>
    public bool IsBusy => _headers.Walks.Count > 0 || _payloads.Fetches.Count > 0;

    /// <summary>A peer announced something, or something may be asked for again.</summary>
    public void Announced() => _headers.IsDue = _payloads.IsDue = _deadlinesDue = true;

    /// <summary>A peer announced its frontier.</summary>
    public void Announced(SyncPeer peer, Position tips)
    {
        foreach (var tip in tips.Hashes) pending.MarkHeld(tip, peer.Id);
        Announced();
    }

    /// <summary>Whether any of the tips is neither here nor asked for.</summary>
    public bool IsNews(Position tips) => _headers.IsNews(tips);

    public void HeaderMeta(SyncPeer peer, SyncMessage.HeaderResponseMeta meta)
    {
        if (_headers.Find(peer, meta.RequestId) is not { } walk) Stray(peer, meta.RequestId);
        else if (_headers.Meta(walk, meta) is { } wrong) Fail(peer, wrong);
        else if (meta.HeaderCount == 0) Finish(walk);
    }

    public void HeaderBatch(SyncPeer peer, SyncMessage.HeaderBatch batch)
    {
        if (_headers.Find(peer, batch.RequestId) is not { } walk) Stray(peer, batch.RequestId);
        else if (_headers.Batch(walk, batch) is var (why, charge)) Fail(peer, why, charge);
        else if (walk.Received == walk.Announced) Finish(walk);
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
        if (fetch.Auto && peer.Kind == PeerKind.Original) peer.NoWalkBefore = context.Now + _settings.OriginalWalkGap;
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
                _payloads.AskLater([entry]);
                Fail(peer, why, Charges.HashMismatch);
                return;
            }
            if (entry.Missing > 0 && pending.HeldBytes + bytes > _settings.PendingPayloadBytesMax / 4)
            {
                _payloads.AskLater([entry]);   // perhaps others lag behind that have its predecessors
                if (fetch.Auto && entry.Source.HeldBytes + bytes > _settings.PendingPayloadBytesMax / 4)
                {
                    Fail(peer, new(RejectCode.OverLimit, "too many payloads ahead of their predecessors'"), Charges.OverLimit);
                    return;
                }
            }
            else if (pending.PayloadBytes + bytes > _settings.PendingPayloadBytesMax)
            {
                Pause(entry);
                return;
            }
            else pending.AddPayload(entry, whole, bytes, peer.Id);
        }
        if (fetch.Received == fetch.Announced) Finish(fetch);
    }

    /// <summary>Entries were admitted or dropped: there may be room again.</summary>
    public void Relieved()
    {
        if (_payloads.IsPaused && pending.PayloadBytes > _settings.PendingPayloadBytesMax / 2) return;
        _payloads.IsPaused = false;
        _payloads.IsDue = true;
    }

    /// <summary>Gives up requests that have gone silent, and looks again at who may be asked.</summary>
    public void TimePassed()
    {
        foreach (var walk in _headers.Walks.ToArray()) { if (_headers.Walks.Contains(walk) && context.Now >= DeadlineOf(walk)) FellSilent(walk.Peer); }
        foreach (var fetch in _payloads.Fetches.ToArray())
        {
            if (!_payloads.Fetches.Contains(fetch) || context.Now < DeadlineOf(fetch)) continue;
            if (fetch is { Auto: true, Announced: < 0 }) Ask(fetch);   // promised, and perhaps lost (supplement 0.4)
            else if (_payloads.HasAlternative(fetch)) IsLate(fetch);
            else FellSilent(fetch.Peer);
        }
        Announced();
    }

    /// <summary>What peers that left long ago had begun is let go.</summary>
    public void ForgetOrphans() => pending.ForgetOrphans(context.Now - _settings.KeepAliveEvery);

    /// <summary>Charges the peer and starts over with another: it may be asked again after a pause that grows.</summary>
    public void Fail(SyncPeer peer, Reject why, int charge)
    {
        context.Charge(peer, why, charge);
        Abandon(peer, hasLeft: false);
        BackOff(peer);
    }

    /// <summary>Ends all requests to the peer. What it had begun is dropped, or kept for a while if its connection broke.</summary>
    public void Abandon(SyncPeer peer, bool hasLeft)
    {
        foreach (var fetch in _payloads.Fetches.Where(f => f.Peer == peer).ToArray()) Ask(fetch);
        foreach (var walk in _headers.Walks.Where(w => w.Peer == peer).ToArray())
        {
            Retire(walk);
            _headers.Remove(walk);
            _payloads.AskLater(walk.Added);   // after the others, as they lie deeper
        }
        pending.Orphan(peer.Id, context.Now, hasLeft);
        if (!hasLeft && peer.Announced is { } announced) foreach (var tip in announced.Hashes) pending.MarkHeld(tip, peer.Id);
        Announced();
        Relieved();
    }

    /// <summary>Sends the requests that are due.</summary>
    public void Pump()
    {
        if (_headers.IsDue && _headers.Ask(IsStreaming)) _deadlinesDue = true;
        if (_payloads.IsDue && _payloads.Ask(peer => _headers.Walks.Any(w => w.IsLong && w.Peer == peer))) _deadlinesDue = true;
        if (_deadlinesDue) ArmDeadlines();
    }

    // A message puts a deadline off: the timer then runs out too early, and is armed again.
    private void ArmDeadlines()
    {
        _deadlinesDue = false;
        foreach (var walk in _headers.Walks) context.WakeAt(new(SyncTimerKind.Fetch), DeadlineOf(walk));
        foreach (var fetch in _payloads.Fetches) context.WakeAt(new(SyncTimerKind.Fetch), DeadlineOf(fetch));
    }

    private void Fail(SyncPeer peer, string detail) => Fail(peer, new(RejectCode.UnexpectedMessage, detail), Charges.Unexpected);

    // An original loses ends of answers in good faith (supplement 8.2, 8.3): for that it is let be, not charged.
    private void FellSilent(SyncPeer peer)
    {
        if (peer.Kind == PeerKind.Native) context.Charge(peer, Silence, Charges.Silent);
        Abandon(peer, hasLeft: false);
        BackOff(peer);
    }

    // Others have what it was asked for. It is charged only if it brought next to nothing, and dropped if that happens again and again.
    private void IsLate(Fetch.Payloads late)
    {
        var peer = late.Peer;
        peer.Speed.TooLate(late.Received, late.SentAt, context.Now);
        // Answers come in order, so what it is stuck at is the first of what is left: perhaps it has lost that one.
        if (late.Expected.Count > 0 && pending.Find(late.Expected.Last()) is { } stuck) stuck.Holders &= ~pending.BitOf(peer.Id);
        foreach (var fetch in _payloads.Fetches.Where(f => f.Peer == peer).ToArray()) Ask(fetch);
        if (peer.Kind == PeerKind.Original || peer.Speed.Strikes > 0) BackOff(peer);
        if (peer.Kind == PeerKind.Original || peer.Speed.Strikes == 0) return;
        context.Charge(peer, TooSlow, peer.Speed.Strikes < StrikesMax ? Charges.Silent : Charges.Useless);
    }

    private void BackOff(SyncPeer peer)
    {
        var pause = _settings.BackOffMin * Math.Pow(2, Math.Min(peer.Failures++, 20));
        peer.NotBefore = context.Now + (pause < _settings.BackOffMax ? pause : _settings.BackOffMax);
    }

    // An original begins the payloads of a walk 100 ms after its headers; a walk asked for meanwhile loses all but its first
    // batches (seen on the wire, and in its provider). It is asked when the payloads have come.
    private bool IsStreaming(SyncPeer peer) => peer.Kind == PeerKind.Original && _payloads.Fetches.Any(f => f.Auto && f.Peer == peer);

    private void Finish(Fetch.Headers walk)
    {
        _payloads.IsDue = true;
        if (!_headers.Finish(walk))
        {
            walk.Peer.Announced = null;
            walk.Peer.Retired.Add(walk.RequestId);
            Fail(walk.Peer, new(RejectCode.UnexpectedMessage, "announced what it does not show"), Charges.Unfounded);
            return;
        }
        if (walk.PayloadsAnnounced > 0)
        {
            _payloads.Await(walk);
            _deadlinesDue = true;
            return;
        }
        walk.Peer.Retired.Add(walk.RequestId);
        _payloads.AskLater(walk.Added);
    }

    private void Finish(Fetch.Payloads fetch)
    {
        var peer = fetch.Peer;
        _payloads.Remove(fetch);
        peer.Retired.Add(fetch.RequestId);
        _headers.IsDue = true;
        var lacking = _payloads.Lacking(fetch);
        if (fetch.Received > 0) peer.Speed.Done(fetch.Received, fetch.SentAt, context.Now);
        _payloads.AskLater(lacking);
        if (fetch.Auto || lacking.Count == 0) return;
        // It may have lost some: whoever else has them is asked. It is blamed for what nobody has.
        ulong bit = pending.BitOf(peer.Id);
        foreach (var entry in lacking) entry.Holders &= ~bit;
        if (lacking.Exists(e => e.Holders == 0)) Fail(peer, new(RejectCode.UnexpectedMessage, "has headers without their payloads"), Charges.Unfounded);
    }

    // Ends a request for payloads without blame; what it did not bring is asked for again.
    private void Ask(Fetch.Payloads fetch)
    {
        var lacking = _payloads.Lacking(fetch);
        Retire(fetch);
        _payloads.Remove(fetch);
        _payloads.AskLater(lacking);
        _headers.IsDue = true;
    }

    private void Pause(PendingEntry dropped)
    {
        _payloads.IsPaused = true;
        for (int i = _payloads.Fetches.Count - 1; i >= 0; i--) Ask(_payloads.Fetches[i]);   // the first asked for is the deepest: on top again
        _payloads.AskLater([dropped]);
    }

    private Fetch.Payloads? PayloadsOf(SyncPeer peer, string requestId)
    {
        var fetch = _payloads.Find(peer, requestId);
        if (fetch is null) Stray(peer, requestId);
        return fetch;
    }

    private void Stray(SyncPeer peer, string requestId)
    {
        if (peer.Retired.Contains(requestId)) return;
        if (_headers.Find(peer, requestId) is not null)
        {
            Fail(peer, "payloads before the headers were complete");
            return;
        }
        bool mayBeInherited = context.Now - peer.JoinedAt < _settings.RequestTimeout && (peer.Inherited.Count < InheritedMax || peer.Inherited.Contains(requestId));
        if (mayBeInherited) peer.Inherited.Add(requestId);
        else context.Charge(peer, new(RejectCode.UnexpectedMessage, "an answer to nothing that was asked"), Charges.Unexpected);
    }

    private void Retire(Fetch fetch)
    {
        fetch.Peer.Retired.Add(fetch.RequestId);
        if (context.Peers.ContainsKey(fetch.Peer.Id)) context.Send(fetch.Peer, new SyncMessage.CancelRequest(fetch.RequestId));
    }

    // A walk may take its time if it brings something: others wait for its end.
    private TimeSpan DeadlineOf(Fetch.Headers walk)
    {
        var others = context.Peers.Values.Where(p => p != walk.Peer && p.Announced is not null && p.NotBefore <= context.Now && !context.IsShunned(p)).ToArray();
        if (others.Length == 0) return walk.LastHeard + _settings.RequestTimeout;
        bool isKnownElsewhere = walk.Peer.Kind == PeerKind.Native && others.Any(p => walk.Start.Take(StartLooked).Any(hash => p.Announced!.Contains(hash) || pending.IsHeldBy(hash, p.Id)));
        var bySilence = walk.LastHeard + (isKnownElsewhere ? _settings.Patience : _settings.StallTimeout);
        var byPace = walk.SentAt + _settings.StallTimeout + (HeaderTime * walk.Received);
        return byPace < bySilence ? byPace : bySilence;
    }

    private TimeSpan DeadlineOf(Fetch.Payloads fetch)
    {
        if (fetch is { Auto: true, Announced: < 0 }) return fetch.LastHeard + _settings.AutoPayloadGrace;
        if (!_payloads.HasAlternative(fetch)) return fetch.LastHeard + _settings.RequestTimeout;
        return fetch.Peer.Kind == PeerKind.Original ? fetch.LastHeard + _settings.StallTimeout : fetch.Peer.Speed.Since(fetch.SentAt) + _settings.Patience;
    }

    private static readonly TimeSpan HeaderTime = TimeSpan.FromMilliseconds(10);
    private static readonly Reject Silence = new(RejectCode.TimedOut, "a request went unanswered");
    private static readonly Reject TooSlow = new(RejectCode.TimedOut, "next to nothing came of what it was asked for, and others have it");

    private const int StartLooked = 64;
    private const int InheritedMax = 8;   // a few more than one object asks of one peer at a time
    private const int StrikesMax = 3;
}
