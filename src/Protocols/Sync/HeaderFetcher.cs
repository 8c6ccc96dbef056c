using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Sync;

/// <summary>Asks for walks: the headers that lead from what peers announce back to what is here.</summary>
/// <remarks>
/// One of ours is asked for a few headers first, with their payloads: most often that is all. Several such walks are under way at a
/// time, each at another peer. If one ends before it meets our history, the rest is asked for in long walks, one at a time, each of
/// the fastest peer, and without payloads, which all who have them are asked for. What may be an original is asked for one
/// long walk at once. Source: wire.md section 6, supplement 8.2 and 8.3.
/// </remarks>
internal sealed class HeaderFetcher(SyncContext context, PendingEntries pending, GossipTree tree)
{
    private readonly SyncSettings _settings = context.Settings;
    private readonly List<Fetch.Headers> _walks = [];

    /// <summary>Something may be asked for.</summary>
    public bool IsDue { get; set; }

    public IReadOnlyList<Fetch.Headers> Walks => _walks;

    /// <summary>Whether any of the tips is neither here nor asked for.</summary>
    public bool IsNews(Position tips)
    {
        foreach (var tip in tips.Hashes) { if (pending.IsUnknown(tip) && !IsAskedFor(tip)) return true; }
        return false;
    }

    public Fetch.Headers? Find(SyncPeer peer, string requestId) => _walks.Find(w => w.Peer == peer && w.RequestId == requestId);

    /// <summary>Takes in the opening of an answer; what is wrong with it, or null.</summary>
    public string? Meta(Fetch.Headers walk, SyncMessage.HeaderResponseMeta meta)
    {
        if (walk.Announced >= 0) return "a second header-response-meta";
        if (meta.HeaderCount > walk.MaxHeaders || meta.PayloadCount > (meta.Complete ? meta.HeaderCount : 0)) return "header-response-meta announces more than was asked for";
        walk.LastHeard = context.Now;
        walk.Announced = meta.HeaderCount;
        walk.Complete = meta.Complete;
        walk.PayloadsAnnounced = meta.PayloadCount;
        return null;
    }

    /// <summary>Takes in headers; what is wrong with them and how bad, or null.</summary>
    public (Reject Why, int Charge)? Batch(Fetch.Headers walk, SyncMessage.HeaderBatch batch)
    {
        if (batch.Sequence != walk.NextSequence++ || batch.Headers.Count == 0 || walk.Received + batch.Headers.Count > walk.Announced)
        {
            return (Unexpected("header-batch out of sequence, empty, or with more than was announced"), Charges.Unexpected);
        }
        walk.LastHeard = context.Now;
        var share = pending.ShareOf(walk.Peer.Id);
        foreach (var (hash, header) in batch.Headers)
        {
            if (hash != header.Hash) return (new(RejectCode.HashMismatch, $"a header that is not {hash.Short}"), Charges.HashMismatch);
            if (!walk.Reachable.TryGetValue(hash, out bool had) || had) return (Unexpected("a header that the walk does not reach, or a second time"), Charges.Unexpected);
            walk.Reachable[hash] = true;
            foreach (var prev in header.PrevEntryHashes.Hashes) walk.Reachable.TryAdd(prev, false);
            if (pending.Add(header, share) is not { } entry)
            {
                pending.MarkHeld(hash, walk.Peer.Id);
                continue;
            }
            entry.Requested = true;
            walk.Added.Add(entry);
        }
        walk.Received += batch.Headers.Count;
        if (share.Headers <= _settings.PendingEntriesPerPeerMax) return null;
        return (new(RejectCode.OverLimit, $"more than {_settings.PendingEntriesPerPeerMax} headers that do not lead to our history"), Charges.HashMismatch);
    }

    /// <summary>A walk has brought all that it will; whether it has shown what was announced.</summary>
    public bool Finish(Fetch.Headers walk)
    {
        _walks.Remove(walk);
        IsDue = true;
        // Others may have announced what has only now become known.
        if (walk.Added.Count > 0)
        {
            foreach (var peer in context.Peers.Values)
            {
                if (peer.Announced is not { } announced) continue;
                foreach (var tip in announced.Hashes) pending.MarkHeld(tip, peer.Id);
            }
        }
        // A complete walk has shown all that was asked for; one cut short has at least brought news.
        return walk.Complete ? !walk.Start.Any(pending.IsUnknown) : walk.Received > 0;
    }

    public void Remove(Fetch.Headers walk)
    {
        _walks.Remove(walk);
        IsDue = true;
    }

    /// <summary>Asks for the walks that are due; whether one was asked for.</summary>
    public bool Ask(Func<SyncPeer, bool> isBusy)
    {
        int room = _settings.PendingEntriesMax - pending.Count;
        if (_walks.Count >= WalksMax || room <= 0 || _walks.Exists(w => w.IsLong)) return false;   // stays due until that changes
        IsDue = false;
        bool asked = false;
        foreach (var peer in context.Peers.Values.Where(IsAskable).OrderBy(p => p.Charged).ThenBy(p => p.Kind).ThenByDescending(p => p.Speed.PerSecond))
        {
            if (_walks.Exists(w => w.Peer == peer) || isBusy(peer)) continue;
            var start = StartFor(peer, out bool goesOn);
            if (start.Length == 0) continue;
            var notBefore = peer.NotBefore > peer.NoWalkBefore ? peer.NotBefore : peer.NoWalkBefore;
            if (notBefore > context.Now)
            {
                context.WakeAt(new(SyncTimerKind.Fetch), notBefore);
                continue;
            }
            bool isLong = goesOn || peer.Kind == PeerKind.Original;
            if (isLong && _walks.Count > 0) return asked;   // when those under way are over
            Ask(peer, start, isLong, room);
            asked = true;
            if (isLong || _walks.Count == WalksMax) break;
        }
        return asked;
    }

    private bool IsAskable(SyncPeer peer) => peer.Announced is not null && !context.IsShunned(peer) && pending.BitOf(peer.Id) != 0;

    private bool IsAskedFor(ContentHash hash) => _walks.Exists(w => w.Reachable.ContainsKey(hash));

    private void Ask(SyncPeer peer, ContentHash[] start, bool isLong, int room)
    {
        // supplement 8.2: an original paces each response, so one walk is to bring all; ours clamps as it likes.
        int max = peer.Kind == PeerKind.Original ? room : Math.Min(room, Math.Min(isLong ? peer.Speed.WalkHeaders : FirstHeaders, _settings.HeadersPerResponseMax));
        var walk = new Fetch.Headers(peer, context.NewRequestId(), context.Now, start, max) { IsLong = isLong };
        _walks.Add(walk);
        tree.Asking(peer);
        // Its own tips too: where we have written since, it knows none of ours, and would walk to the root.
        var limits = peer.Has.Union(context.Replica.Frontier).Concat(peer.Kind == PeerKind.Native ? Sample(peer) : []).Take(WireLimits.HashesMax).ToArray();
        bool autoPayload = !isLong || peer.Kind == PeerKind.Original;
        context.Send(peer, new SyncMessage.HeaderRequest(walk.RequestId, context.Replica.Id, start, limits, max, autoPayload));
    }

    // Where many write at once the peer may know none of our tips yet: older entries of ours tell it what we have. One of ours
    // leaves out the history of its limits; an original would walk round them, so it is not told more than it needs.
    private IEnumerable<ContentHash> Sample(SyncPeer peer)
    {
        if (context.Replica.Frontier.All(peer.Has.Contains)) yield break;
        for (int back = 1; back < Math.Min(context.Replica.Count, SampleBack); back *= 2) yield return context.Replica.HeaderAt(context.Replica.Count - 1 - back).Hash;
    }

    // First what known headers lead to, then its unknown tips.
    private ContentHash[] StartFor(SyncPeer peer, out bool goesOn)
    {
        var start = new List<ContentHash>();
        foreach (var hash in pending.Wanted)
        {
            if (start.Count < StartHashes && pending.IsHeldBy(hash, peer.Id) && !IsAskedFor(hash)) start.Add(hash);
        }
        goesOn = start.Count > 0;
        foreach (var tip in peer.Announced!.Hashes)
        {
            if (start.Count < StartHashes && pending.IsUnknown(tip) && !IsAskedFor(tip) && !start.Contains(tip)) start.Add(tip);
        }
        return [.. start];
    }

    private static Reject Unexpected(string detail) => new(RejectCode.UnexpectedMessage, detail);

    private const int FirstHeaders = 256;
    private const int SampleBack = 1_024;
    private const int StartHashes = 1_024;
    private const int WalksMax = 4;
}
