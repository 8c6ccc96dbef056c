using Hhs.Model.Dag;
using System.Diagnostics;
using Hhs.Model;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Sync;

/// <summary>Keeps one object in step with all peers of its topic: gossips frontiers, fetches what is missing, serves what is asked.</summary>
/// <remarks>
/// One an object and node. No clock, socket or thread in here: inputs in, effects out. Everything that a peer can make it
/// hold is bounded by <see cref="SyncSettings"/>. Source: wire.md section 6, supplement section 8.
/// </remarks>
public sealed class TopicSync
{
    private readonly SyncContext _context;
    private readonly PendingEntries _pending;
    private readonly Fetcher _fetcher;
    private readonly Gossip _gossip;
    private readonly List<(PeerId Id, PeerKind Kind)> _waiting = [];   // peers for which there is no room
    private readonly Rescuer _rescuer;
    private readonly Server _server;
    private readonly GossipTree _tree;

    /// <summary>Makes the machine of one object.</summary>
    public TopicSync(ISyncReplica replica, IRandomSource random, SyncSettings settings)
    {
        _context = new(replica, random, settings);
        _pending = new(replica, settings);
        _tree = new(_context);
        _fetcher = new(_context, _pending, _tree);
        _gossip = new(_context, _tree);
        _server = new(_context);
        _rescuer = new(_context, _gossip, _server);
    }

    /// <summary>Headers held that are not admitted yet.</summary>
    public int PendingEntries => _pending.Count;

    /// <summary>Payload bytes held that are not admitted yet.</summary>
    public int PendingPayloadBytes => _pending.PayloadBytes;

    /// <summary>Number of peers.</summary>
    public int Peers => _context.Peers.Count;

    /// <summary>When something was last admitted, asked for or answered; announcements alone do not count.</summary>
    public TimeSpan LastActive { get; private set; }

    /// <summary>Whether nothing is under way that would be lost with this machine: no fetch, no answer, nothing that waits, nothing announced and not fetched, and no peer told anything but the truth.</summary>
    public bool IsIdle =>
        _pending.Count == 0 && !_fetcher.IsBusy
        && _context.Peers.Values.All(p => p.Responding is null && p.Requests.Count == 0 && p.Rescue.Step == RescueStep.Waiting && (p.Announced is null || _context.IsShunned(p) || !p.Announced.Any(_pending.IsUnknown)));

    /// <summary>How far we have come up with our peers.</summary>
    public SyncProgress ProgressAt(TimeSpan now)
    {
        int heard = 0, unheard = 0, behind = 0;
        bool inParts = _context.Replica.Count >= _context.Settings.NativeStageEntries;
        foreach (var peer in _context.Peers.Values)
        {
            if (_context.IsShunned(peer)) continue;
            if (peer.Announced is not { } announced)
            {
                if (now - peer.JoinedAt < UnheardFor) unheard++;   // then it has nothing to say, or could not show what it announced
                continue;
            }
            heard++;
            if (announced.Any(tip => _pending.IsUnknown(tip))) behind++;
            inParts |= announced.Count == WireLimits.HashesMax;
        }
        return new(heard, unheard, behind, _pending.Count, _fetcher.IsBusy || (inParts && now - LastActive < NextPartWithin));
    }

    /// <summary>Takes one input; answers what is to be done, in order.</summary>
    public IReadOnlyList<SyncEffect> Advance(SyncInput input)
    {
        _context.Now = input.Now;
        switch (input)
        {
            case SyncInput.Drained i: OnDrained(i); break;
            case SyncInput.EntriesAdmitted i: OnAdmitted(i); break;
            case SyncInput.EntryDeferred i: OnDeferred(i); break;
            case SyncInput.EntryRefused i: OnRefused(i); break;
            case SyncInput.MessageArrived i: OnMessage(i); break;
            case SyncInput.PeerJoined i: OnJoined(i); break;
            case SyncInput.PeerLeft i: OnLeft(i); break;
            case SyncInput.RetryDeferred: _pending.RetryDeferred(); break;
            case SyncInput.TimerFired i: OnTimer(i.Timer); break;
            default: throw new UnreachableException(input.GetType().Name);
        }
        if (_pending.HasOffers) Offer();
        _fetcher.Pump();
        return _context.TakeEffects();
    }

    private void OnDrained(SyncInput.Drained input)
    {
        if (!_context.Peers.TryGetValue(input.Peer, out var peer)) return;
        bool allWaited = _context.InFlight >= _context.Settings.InFlightBytesMax;
        peer.InFlight -= input.Bytes;
        _context.InFlight -= input.Bytes;
        _gossip.Drained(peer);
        if (allWaited) _server.PumpAll();
        else _server.Pump(peer);
    }

    private void OnAdmitted(SyncInput.EntriesAdmitted input)
    {
        LastActive = input.Now;
        foreach (var entry in input.Entries)
        {
            if (_pending.Admit(entry) is { } from && _context.Peers.TryGetValue(from, out var peer)) peer.Failures = 0;
        }
        _fetcher.Relieved();
        _gossip.Grew();
        _rescuer.Watch();
    }

    private void OnDeferred(SyncInput.EntryDeferred input)
    {
        _pending.Defer(input.Entry);
        _fetcher.Relieved();
    }

    private void OnRefused(SyncInput.EntryRefused input)
    {
        var from = _pending.Refuse(input.Entry);
        _fetcher.Relieved();
        if (from is { } id && _context.Peers.TryGetValue(id, out var peer)) Charge(peer, input.Why, Charges.InvalidEntry);
    }

    private void OnJoined(SyncInput.PeerJoined input)
    {
        if (_context.Peers.ContainsKey(input.Peer)) return;
        if (_context.Peers.Count < _context.Settings.PeersMax) TakeIn(input.Peer, input.Kind);
        else if (_waiting.Count < _context.Settings.PeersMax && !_waiting.Exists(w => w.Id == input.Peer)) _waiting.Add((input.Peer, input.Kind));
    }

    private void TakeIn(PeerId id, PeerKind kind)
    {
        var peer = new SyncPeer(id, kind, _context.Settings) { JoinedAt = _context.Now };
        _context.Peers.Add(id, peer);
        _gossip.Joined(peer);
    }

    private void OnLeft(SyncInput.PeerLeft input)
    {
        _waiting.RemoveAll(w => w.Id == input.Peer);
        if (!_context.Peers.Remove(input.Peer, out var peer)) return;
        _context.InFlight -= peer.InFlight;
        _context.Cancel(new(SyncTimerKind.Pace, peer.Id));
        _fetcher.Abandon(peer, hasLeft: true);
        _server.PumpAll();
        if (_waiting.Count == 0) return;
        var (next, kind) = _waiting[0];
        _waiting.RemoveAt(0);
        TakeIn(next, kind);
    }

    private void OnTimer(SyncTimer timer)
    {
        _context.Fired(timer);
        switch (timer.Kind)
        {
            case SyncTimerKind.Announce: _gossip.Announce(); break;
            case SyncTimerKind.Fetch: _fetcher.TimePassed(); break;
            case SyncTimerKind.KeepAlive:
                _pending.RetryDeferred();
                _fetcher.ForgetOrphans();
                _fetcher.Announced();
                _gossip.KeepUp();
                Forgive();
                break;
            case SyncTimerKind.Lazy: _gossip.TellLazy(); break;
            case SyncTimerKind.Pace:
                if (timer.Peer is { } id && _context.Peers.TryGetValue(id, out var peer)) _server.Pump(peer);
                break;
            case SyncTimerKind.Part: _gossip.TellNextPart(); break;
            case SyncTimerKind.Rescue: _rescuer.TimePassed(); break;
            default: throw new UnreachableException(timer.Kind.ToString());
        }
    }

    // Lost answers over days must not add up to a liar.
    private void Forgive()
    {
        foreach (var peer in _context.Peers.Values) { if (peer.Charged > 0 && !_context.IsShunned(peer)) peer.Charged--; }
    }

    private void OnMessage(SyncInput.MessageArrived input)
    {
        if (!_context.Peers.TryGetValue(input.Peer, out var peer) || _context.IsShunned(peer)) return;
        if (!SyncMessage.TryDecode(input.Message.Span, out var message, out var why))
        {
            Charge(peer, why, Charges.Malformed);
            return;
        }
        if (message is not (SyncMessage.NewFrontier or SyncMessage.Unknown)) LastActive = input.Now;
        switch (message)
        {
            case SyncMessage.CancelRequest m: _server.CancelRequest(peer, m.RequestId); break;
            case SyncMessage.HeaderBatch m: _fetcher.HeaderBatch(peer, m); break;
            case SyncMessage.HeaderRequest m:
                _tree.AskedBy(peer);
                _rescuer.AskedBy(peer);
                _server.Request(peer, m);
                break;
            case SyncMessage.HeaderResponseMeta m: _fetcher.HeaderMeta(peer, m); break;
            case SyncMessage.InitRequest m: _server.Init(peer, m); break;
            case SyncMessage.InitResponse: break;   // InitFetch's business: several are asked, so late answers are normal
            case SyncMessage.NewFrontier m:
                // One connection can carry several objects' gossip on one topic in the original: others' is not ours.
                if (m.DagId != _context.Replica.Id) break;
                _gossip.Heard(peer, m.Frontier, _fetcher.IsNews(m.Frontier));
                _rescuer.Watch();
                _fetcher.Announced(peer, m.Frontier);
                break;
            case SyncMessage.PayloadMsg m: _fetcher.Payload(peer, m, input.Message.Length); break;
            case SyncMessage.PayloadRequest m: _server.Request(peer, m); break;
            case SyncMessage.PayloadResponseMeta m: _fetcher.PayloadMeta(peer, m); break;
            case SyncMessage.Unknown: break;
            default: throw new UnreachableException(message.GetType().Name);
        }
        if (_context.IsShunned(peer)) Shun(peer);
    }

    private void Charge(SyncPeer peer, Reject why, int charge)
    {
        _context.Charge(peer, why, charge);
        if (_context.IsShunned(peer)) Shun(peer);
    }

    private void Shun(SyncPeer peer)
    {
        peer.Announced = null;
        _fetcher.Abandon(peer, hasLeft: false);
        peer.Requests.Clear();
        peer.Responding = null;
    }

    // Consecutive entries that one peer brought go together, so that the object can store them together.
    private void Offer()
    {
        List<Entry>? run = null;
        PeerId? from = null;
        foreach (var entry in _pending.TakeOffers())
        {
            if (!entry.IsLive || entry.State != PendingState.Offered) continue;   // dropped again in the same step
            if (run is null || entry.PayloadFrom != from)
            {
                run = [];
                from = entry.PayloadFrom;
                _context.Do(new SyncEffect.Offer(from!.Value, run));
            }
            run.Add(entry.Whole!);
        }
    }

    private static readonly TimeSpan UnheardFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NextPartWithin = TimeSpan.FromSeconds(3);
}
