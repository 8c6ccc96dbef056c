using Hhs.Model.Hashing;

namespace Hhs.Protocols.Sync;

/// <summary>Which peers have which pending entries: whoever has one has everything that it stands on.</summary>
/// <param name="entries">The pending entries, by name.</param>
internal sealed class PendingHolders(IReadOnlyDictionary<ContentHash, PendingEntry> entries)
{
    private readonly HolderBits _bits = new();

    /// <summary>The peer's bit in <see cref="PendingEntry.Holders"/>.</summary>
    public ulong BitOf(PeerId peer) => _bits.Of(peer);

    /// <summary>Whether the peer has this entry, as it has one that stands on it.</summary>
    public bool Has(PeerId peer, ContentHash hash) => entries.TryGetValue(hash, out var entry) && (entry.Holders & BitOf(peer)) != 0;

    /// <summary>The peer has the entry, and so everything that it stands on.</summary>
    public void Mark(ContentHash hash, PeerId peer)
    {
        if (entries.TryGetValue(hash, out var entry)) Mark(entry, BitOf(peer));
    }

    /// <summary>The same for several peers, by their bits.</summary>
    public void Mark(PendingEntry tip, ulong bits)
    {
        var walk = new Stack<PendingEntry>([tip]);
        while (walk.TryPop(out var entry))
        {
            // What stands below was marked when this was.
            if ((entry.Holders & bits) == bits) continue;
            entry.Holders |= bits;
            if (entry.Header is null) continue;
            foreach (var prev in entry.Header.PrevEntryHashes.Hashes) { if (entries.TryGetValue(prev, out var below)) walk.Push(below); }
        }
    }

    /// <summary>The peer has nothing any more. False if it never had a bit.</summary>
    public bool Free(PeerId peer)
    {
        ulong bit = _bits.Free(peer);
        if (bit == 0) return false;
        foreach (var entry in entries.Values) entry.Holders &= ~bit;
        return true;
    }
}
