using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Protocols.Sync;

/// <summary>The part of the graph that is known by its headers and not admitted yet: what waits, and for what.</summary>
/// <remarks>
/// A predecessor of which no header has come is an entry too: one that is wanted. What is ready goes out by
/// <see cref="PendingOffers"/>, who has what is with <see cref="PendingHolders"/>; nothing is ever scanned while entries come in.
/// </remarks>
internal sealed class PendingEntries(ISyncReplica replica, SyncSettings settings)
{
    private readonly Dictionary<ContentHash, PendingEntry> _entries = [];
    private readonly HashSet<ContentHash> _wanted = [];
    private readonly BoundedSet<ContentHash> _refused = new(settings.RefusedEntriesMax);
    private readonly Dictionary<PeerId, PeerShare> _shares = [];
    private readonly List<PeerShare> _orphans = [];   // the oldest first
    private readonly DeferredEntries _deferred = new(settings);
    private readonly PendingOffers _offers = new();
    private PendingHolders? _holders;

    /// <summary>Number of headers held.</summary>
    public int Count { get; private set; }

    /// <summary>Size of the payloads held.</summary>
    public int PayloadBytes { get; private set; }

    /// <summary>Size of those payloads held that are not with the object.</summary>
    public int HeldBytes => _offers.HeldBytes;

    /// <summary>Everything that peers have made us hold, those that are here first, then those that left last.</summary>
    public IEnumerable<PeerShare> Shares => _shares.Values.Concat(_orphans.AsEnumerable().Reverse());

    /// <summary>Predecessors without a header.</summary>
    public IReadOnlyCollection<ContentHash> Wanted => _wanted;

    public bool HasOffers => _offers.Any;

    /// <summary>Entries that became ready since the last call, predecessors first.</summary>
    public List<PendingEntry> TakeOffers() => _offers.Take();

    public bool IsRefused(ContentHash hash) => _refused.Contains(hash);

    /// <summary>The entry if its header is held.</summary>
    public PendingEntry? Find(ContentHash hash) => _entries.TryGetValue(hash, out var entry) && entry.Header is not null ? entry : null;

    /// <summary>Whether the hash has to be asked for: not admitted, not held, not known to be bad.</summary>
    public bool IsUnknown(ContentHash hash) => !replica.Contains(hash) && !IsRefused(hash) && Find(hash) is null;

    /// <summary>Whether the peer has this entry, as it has one that stands on it.</summary>
    public bool IsHeldBy(ContentHash hash, PeerId peer) => Holders.Has(peer, hash);

    /// <summary>The peer's bit in <see cref="PendingEntry.Holders"/>.</summary>
    public ulong BitOf(PeerId peer) => Holders.BitOf(peer);

    /// <summary>The peer has the entry, and so everything that it stands on.</summary>
    public void MarkHeld(ContentHash hash, PeerId peer) => Holders.Mark(hash, peer);

    /// <summary>Of the payloads that an entry waits for the first to ask for; null if that is under way, or cannot be asked for yet.</summary>
    public PendingEntry? LowestBelow(PendingEntry entry)
    {
        while (Below(entry) is { } below) entry = below;
        return entry is { State: PendingState.AwaitingPayload, Requested: false } ? entry : null;
    }

    private PendingEntry? Below(PendingEntry entry)
    {
        if (entry.Header is null) return null;
        foreach (var prev in entry.Header.PrevEntryHashes.Hashes) { if (_entries.TryGetValue(prev, out var below) && below.State != PendingState.Offered) return below; }
        return null;
    }

    /// <summary>What the peer has made us hold.</summary>
    public PeerShare ShareOf(PeerId peer)
    {
        if (!_shares.TryGetValue(peer, out var share)) _shares.Add(peer, share = new(peer));
        return share;
    }

    /// <summary>Takes in a header that hashes to its name; the entry if it was news, or null.</summary>
    public PendingEntry? Add(Header header, PeerShare source)
    {
        var hash = header.Hash;
        if (!IsUnknown(hash)) return null;
        foreach (var prev in header.PrevEntryHashes.Hashes)
        {
            if (!IsRefused(prev)) continue;
            _refused.Add(hash);
            if (_entries.TryGetValue(hash, out var wanted)) Drop(wanted, remember: true);
            return null;
        }

        var entry = GetOrAdd(hash);
        _wanted.Remove(hash);
        entry.Header = header;
        entry.Source = source;
        entry.State = PendingState.AwaitingPayload;
        Count++;
        source.Headers++;
        foreach (var prev in header.PrevEntryHashes.Hashes)
        {
            if (replica.Contains(prev)) continue;
            var predecessor = GetOrAdd(prev);
            if (predecessor.Header is null) _wanted.Add(prev);
            predecessor.Dependents.Add(entry);
            if (predecessor.State != PendingState.Offered) entry.Missing++;
        }
        // By way of its dependents it may have been marked already, and what it stands on not.
        ulong holders = entry.Holders | BitOf(source.Peer);
        entry.Holders = 0;
        Holders.Mark(entry, holders);
        return entry;
    }

    /// <summary>Takes in an entry whose payload was awaited.</summary>
    public void AddPayload(PendingEntry entry, Entry whole, int bytes, PeerId from)
    {
        entry.Whole = whole;
        entry.PayloadBytes = bytes;
        entry.PayloadFrom = from;
        entry.State = PendingState.Held;
        PayloadBytes += bytes;
        _offers.Hold(entry, bytes);
        if (entry.Missing == 0) _offers.Offer(entry);
    }

    /// <summary>The replica contains the entry now. Answers who brought it, if it was pending.</summary>
    public PeerId? Admit(ContentHash hash)
    {
        if (!_entries.Remove(hash, out var entry)) return null;
        bool wasOffered = entry.State == PendingState.Offered;
        Forget(entry);
        if (!wasOffered) _offers.Wake(entry);
        return entry.PayloadFrom;
    }

    /// <summary>The object refused the entry: it and all that depends on it go, and are remembered. Answers who brought it.</summary>
    public PeerId? Refuse(ContentHash hash)
    {
        _refused.Add(hash);
        if (!_entries.TryGetValue(hash, out var entry)) return null;
        Drop(entry, remember: true);
        return entry.PayloadFrom;
    }

    /// <summary>The object put the entry off. What was offered on top of it waits again; too many of them are let go.</summary>
    public void Defer(ContentHash hash)
    {
        if (Find(hash) is not { State: PendingState.Offered } entry) return;
        _offers.Withdraw(entry);
        entry.State = PendingState.Deferred;
        if (!_deferred.TryAdd(entry)) Drop(entry, remember: false);
    }

    /// <summary>Offers again what was put off.</summary>
    public void RetryDeferred()
    {
        foreach (var entry in _deferred.TakeAll())
        {
            entry.State = PendingState.Held;
            if (entry.Missing == 0) _offers.Offer(entry);
        }
    }

    /// <summary>The peer failed, or left. What another peer has, too, stays; the rest goes, or waits for the peer to come back.</summary>
    public void Orphan(PeerId peer, TimeSpan now, bool hasLeft)
    {
        if (_shares.Remove(peer, out var share) && share.Headers > 0)
        {
            share.OrphanedAt = now;
            _orphans.Add(share);
        }
        if (!Holders.Free(peer)) return;
        if (share is { Headers: > 0 } && !hasLeft) DropUnheld(share);
        while (_orphans.Count > 0 && _orphans.Sum(o => o.Headers) > settings.PendingEntriesPerPeerMax && DropUnheld(_orphans[0])) { }
    }

    /// <summary>Lets go of what peers that left before that time had begun, and nobody has who is here.</summary>
    public void ForgetOrphans(TimeSpan leftBefore)
    {
        foreach (var share in _orphans.ToArray()) { if (share.OrphanedAt < leftBefore) DropUnheld(share); }
    }

    // What the object has seen stays in any case. Answers whether anything went.
    private bool DropUnheld(PeerShare share)
    {
        var dropped = _entries.Values.Where(e => e.IsLive && e.Source == share && e.Holders == 0 && e.State is PendingState.AwaitingPayload or PendingState.Held)
            .ToArray();
        foreach (var entry in dropped)
        {
            ForgetContent(entry);
            entry.Retire();
            _entries.Remove(entry.Hash);
        }
        foreach (var entry in dropped)
        {
            // Others may depend on it: then it is wanted again.
            entry.Dependents.RemoveAll(d => !d.IsLive);
            if (entry.Dependents.Count == 0) continue;
            var wanted = GetOrAdd(entry.Hash);
            wanted.Dependents.AddRange(entry.Dependents);
            foreach (var dependent in entry.Dependents) wanted.Holders |= dependent.Holders;
            _wanted.Add(entry.Hash);
        }
        _wanted.RemoveWhere(hash => !RemainsWanted(hash));
        if (share.Headers == 0) _orphans.Remove(share);
        return dropped.Length > 0;
    }

    private PendingHolders Holders => _holders ??= new(_entries);

    private bool RemainsWanted(ContentHash hash)
    {
        var entry = _entries[hash];
        entry.Dependents.RemoveAll(d => !d.IsLive);
        if (entry.Dependents.Count > 0) return true;
        _entries.Remove(hash);
        return false;
    }

    private PendingEntry GetOrAdd(ContentHash hash)
    {
        if (!_entries.TryGetValue(hash, out var entry)) _entries.Add(hash, entry = new(hash));
        return entry;
    }

    private void Drop(PendingEntry entry, bool remember)
    {
        var walk = new Stack<PendingEntry>([entry]);
        while (walk.TryPop(out var next))
        {
            if (!next.IsLive && next.Header is not null) continue;
            if (remember) _refused.Add(next.Hash);
            _entries.Remove(next.Hash);
            foreach (var dependent in next.Dependents) { if (dependent.IsLive) walk.Push(dependent); }
            Forget(next);
        }
        _wanted.RemoveWhere(hash => !RemainsWanted(hash));
    }

    private void Forget(PendingEntry entry)
    {
        if (entry.Header is null) _wanted.Remove(entry.Hash);
        else ForgetContent(entry);
        entry.Retire();
    }

    private void ForgetContent(PendingEntry entry)
    {
        Count--;
        PayloadBytes -= entry.PayloadBytes;
        entry.Source.Headers--;
        if (entry.State != PendingState.Offered) _offers.Hold(entry, -entry.PayloadBytes);
        if (entry.Source is { Headers: 0, OrphanedAt: not null } empty) _orphans.Remove(empty);
    }
}
