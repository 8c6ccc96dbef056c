using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Sync;

/// <summary>How much of our history a peer has, and how much of the rest it is told of at a time.</summary>
/// <remarks>
/// A peer far behind that hears of our whole frontier at once asks for more than it can hold: an original stalls beyond
/// about 1,000 entries (supplement 8.6), and one of ours would have to buffer all headers before the first payload, since
/// walks run from the tips back. So a peer is told of a stage: what it has, and the next so many entries in order of
/// arrival, which is closed under predecessors. An object smaller than one stage costs nothing here.
/// </remarks>
internal sealed class PeerStage(int stageEntries)
{
    // The peer has all entries below _low, and those above it whose bit is set.
    private int _low;
    private ulong[] _bits = [];
    private int _end;
    private Position? _tips;
    private readonly HashSet<ContentHash> _outside = [];   // tips of the peer's that the stage does not cover
    private int _stuckAt = -1;
    private bool _whole;
    private int _part;

    /// <summary>Learns from a frontier that the peer announced; what it holds that we do not know teaches nothing.</summary>
    public void Learn(Position announced, ISyncReplica replica)
    {
        if (announced.Equals(replica.Frontier)) { _low = replica.Count; return; }
        if (replica.Count > stageEntries) Mark(announced, replica);
    }

    /// <summary>The first entries by arrival, at most so many, that the peer lacks and has all predecessors of.</summary>
    public List<ContentHash> LowestLacking(Position has, ISyncReplica replica, int countMax)
    {
        Mark(has, replica);
        var lowest = new List<ContentHash>();
        for (int index = _low; index < replica.Count && index - _low < stageEntries && lowest.Count < countMax; index++)
        {
            if (Has(index)) continue;
            var header = replica.HeaderAt(index);
            if (header.PrevEntryHashes.All(prev => replica.TryIndex(prev, out int before) && (before < _low || Has(before)))) lowest.Add(header.Hash);
        }
        return lowest;
    }

    private void Mark(Position announced, ISyncReplica replica)
    {
        var walk = new Stack<int>();
        foreach (var tip in announced.Hashes) Visit(tip, replica, walk);
        while (walk.TryPop(out int index))
        {
            foreach (var prev in replica.HeaderAt(index).PrevEntryHashes.Hashes) Visit(prev, replica, walk);
        }
        while (Has(_low) && _low < replica.Count) _low++;
    }

    /// <summary>The position to announce to the peer, given its own latest.</summary>
    public Position Target(Position? announced, ISyncReplica replica)
    {
        // Its tips may have been unknown when it announced them.
        if (announced is not null) Learn(announced, replica);
        if (_whole || replica.Count - _low <= stageEntries) return Capped(replica.Frontier);
        if (_tips is null || _low >= _end) Advance(replica, announced ?? Position.Empty);

        // Its own tips go with the stage, or a peer that stages for us in turn would not hear how far we have come. Those that
        // it takes from the stage do not: it tells of each entry that it takes, and is not to be answered each time.
        return announced is null ? Capped(_tips!) : Capped(Position.Of([.. _tips!, .. announced.Where(tip => IsItsOwn(tip, replica))]));
    }

    /// <summary>Of tips that are too many for one message, the next are announced from now on.</summary>
    public void NextPart() => _part++;

    /// <summary>A peer that makes nothing of a stage twice in a row is told of everything: it may not want what we stage.</summary>
    public void GiveUpIfStuck()
    {
        if (_tips is not null && _stuckAt == _low) _whole = true;
        _stuckAt = _low;
    }

    private void Visit(ContentHash hash, ISyncReplica replica, Stack<int> walk)
    {
        if (!replica.TryIndex(hash, out int index) || index < _low || Has(index)) return;
        int word = index >> 6;
        if (word >= _bits.Length) Array.Resize(ref _bits, Math.Max(word + 1, _bits.Length * 2));
        _bits[word] |= 1UL << (index & 63);
        walk.Push(index);
    }

    private bool Has(int index) => index >> 6 < _bits.Length && (_bits[index >> 6] & (1UL << (index & 63))) != 0;

    private bool IsItsOwn(ContentHash tip, ISyncReplica replica) => replica.TryIndex(tip, out int index) && (index >= _end || _outside.Contains(tip));

    private void Advance(ISyncReplica replica, Position announced)
    {
        var tips = new HashSet<ContentHash>();
        int taken = 0;
        _outside.Clear();
        _outside.UnionWith(announced);
        for (_end = _low; _end < replica.Count && taken < stageEntries; _end++)
        {
            if (Has(_end)) continue;
            taken++;
            var header = replica.HeaderAt(_end);
            foreach (var prev in header.PrevEntryHashes.Hashes) { if (!tips.Remove(prev)) _outside.Remove(prev); }
            tips.Add(header.Hash);
        }
        _tips = _end == replica.Count ? replica.Frontier : Position.Of([.. tips]);
    }

    // Parts follow each other round the tips, so that a peer hears of all while they stay the same.
    private Position Capped(Position tips)
    {
        if (tips.Count <= WireLimits.HashesMax) return tips;
        int from = (int)((long)_part * WireLimits.HashesMax % tips.Count);
        int over = Math.Max(from + WireLimits.HashesMax - tips.Count, 0);
        return Position.Of([.. tips.Hashes[from..Math.Min(from + WireLimits.HashesMax, tips.Count)], .. tips.Hashes[..over]]);
    }
}
