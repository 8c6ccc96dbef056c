using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Sync;

/// <summary>Asks for payloads, the deepest first, each of one of the peers that have it; of a fast one for more, and again of another if one is late.</summary>
internal sealed class PayloadFetcher(SyncContext context, PendingEntries pending)
{
    private readonly SyncSettings _settings = context.Settings;
    private readonly List<Fetch.Payloads> _fetches = [];

    /// <summary>Something may be asked for.</summary>
    public bool IsDue { get; set; }

    /// <summary>Too much is held: nothing is asked for until the object has caught up.</summary>
    public bool IsPaused { get; set; }

    public IReadOnlyList<Fetch.Payloads> Fetches => _fetches;

    public Fetch.Payloads? Find(SyncPeer peer, string requestId) => _fetches.Find(f => f.Peer == peer && f.RequestId == requestId);

    /// <summary>Awaits the payloads that come along with a walk.</summary>
    public void Await(Fetch.Headers walk)
    {
        var expected = new HashSet<ContentHash>(walk.Received);
        foreach (var (hash, had) in walk.Reachable) { if (had) expected.Add(hash); }
        _fetches.Add(new(walk.Peer, walk.RequestId, context.Now, auto: true) { Expected = expected });
    }

    public void Remove(Fetch.Payloads fetch)
    {
        _fetches.Remove(fetch);
        IsDue = true;
    }

    /// <summary>What the request was to bring, and nobody has brought.</summary>
    public List<PendingEntry> Lacking(Fetch.Payloads fetch)
    {
        var lacking = new List<PendingEntry>();
        foreach (var hash in fetch.Expected)
        {
            if (pending.Find(hash) is { State: PendingState.AwaitingPayload } entry && !_fetches.Exists(f => f != fetch && f.Expected.Contains(hash))) lacking.Add(entry);
        }
        return lacking;
    }

    /// <summary>The entries, in the order of a walk, are to be asked for: before all others that are due.</summary>
    public void AskLater(List<PendingEntry> entries)
    {
        foreach (var entry in entries)
        {
            entry.Requested = false;
            entry.Source.Unrequested.Push(entry);
        }
        IsDue = true;
    }

    /// <summary>Whether somebody else could be asked for what the request has not brought.</summary>
    public bool HasAlternative(Fetch.Payloads fetch)
    {
        ulong others = 0;
        foreach (var peer in context.Peers.Values) { if (peer != fetch.Peer && IsAskable(peer)) others |= pending.BitOf(peer.Id); }
        return fetch.Expected.Take(LookPast).Any(hash => pending.Find(hash) is { State: PendingState.AwaitingPayload } entry && (entry.Holders & others) != 0);
    }

    /// <summary>Sends the requests that are due, but to a peer that is busy with a walk; whether there were any.</summary>
    public bool Ask(Func<SyncPeer, bool> isBusy)
    {
        if (IsPaused) return false;   // stays due
        IsDue = false;
        bool asked = false;
        var shares = pending.Shares.Where(s => s.Unrequested.Count > 0).ToList();
        if (shares.Count == 0) return false;
        foreach (var peer in context.Peers.Values.OrderBy(p => p.Kind).ThenByDescending(p => p.Speed.PerSecond))
        {
            if (context.IsShunned(peer) || isBusy(peer)) continue;
            if (peer.NotBefore > context.Now)
            {
                context.WakeAt(new(SyncTimerKind.Fetch), peer.NotBefore);
                continue;
            }
            bool original = peer.Kind == PeerKind.Original;
            int slots = (original ? OriginalRequests : peer.Speed.Requests) - _fetches.Count(f => f.Peer == peer && !f.Auto);
            for (; slots > 0 && Ask(peer, shares, original ? OriginalHashes : peer.Speed.RequestEntries); slots--) asked = true;
        }
        return asked;
    }

    private bool IsAskable(SyncPeer peer) => !context.IsShunned(peer) && peer.NotBefore <= context.Now;

    private bool Ask(SyncPeer peer, List<PeerShare> shares, int countMax)
    {
        // Its own headers' payloads first: they need not be looked for.
        foreach (var share in shares.Where(s => s.Peer == peer.Id).Concat(shares.Where(s => s.Peer != peer.Id)))
        {
            var hashes = Take(share, pending.BitOf(peer.Id), countMax);
            if (hashes.Count == 0) continue;
            var fetch = new Fetch.Payloads(peer, context.NewRequestId(), context.Now, auto: false) { Expected = [.. hashes.AsEnumerable().Reverse()] };
            _fetches.Add(fetch);
            context.Send(peer, new SyncMessage.PayloadRequest(fetch.RequestId, context.Replica.Id, hashes));
            return true;
        }
        return false;
    }

    private List<ContentHash> Take(PeerShare share, ulong holder, int countMax)
    {
        var hashes = new List<ContentHash>();
        var notHeld = new Stack<PendingEntry>();
        while (hashes.Count < countMax && notHeld.Count < LookPast && share.Unrequested.TryPop(out var entry))
        {
            if (entry.Requested || !entry.IsLive || entry.State != PendingState.AwaitingPayload) continue;
            // What is far ahead of its predecessors only fills the room that they need.
            bool isAhead = hashes.Count == 0 && entry.Missing > 0 && pending.HeldBytes > _settings.PendingPayloadBytesMax / 8;
            if (isAhead || (entry.Holders & holder) == 0)
            {
                notHeld.Push(entry);
                if (isAhead) break;
                continue;
            }
            entry.Requested = true;
            hashes.Add(entry.Hash);
        }
        while (notHeld.TryPop(out var back)) share.Unrequested.Push(back);
        return hashes;
    }

    private const int LookPast = 256;
    private const int OriginalHashes = 64;
    private const int OriginalRequests = 2;
}
