namespace Hhs.Model.Dag;

/// <summary>Splits a graph into chains as it grows: each chain is totally ordered, each entry is in one.</summary>
/// <remarks>
/// An entry joins the chain of a predecessor that is still its chain's end. Failing that it joins any chain whose end lies
/// in its history (then the chain's previous entry is an ancestor, not a predecessor), so that the number of chains keeps
/// near the number of writers at work at one time, not the number of forks there ever were. Only then it starts a chain.
/// The choice is greedy and affects cost only, never a result.
/// </remarks>
internal sealed class Chains
{
    private Chain[] _chains = new Chain[4];
    private readonly List<int> _idle = [];   // chains whose end was merged into another chain: the likely ones to reuse

    private struct Chain
    {
        public IntList Entries;
        public IntList Junctions;
        public bool Idle;
    }

    /// <summary>Number of chains.</summary>
    public int Count { get; private set; }

    /// <summary>Number of entries in a chain.</summary>
    public int LengthOf(int chain) => _chains[chain].Entries.Count;

    /// <summary>The entry at a position of a chain.</summary>
    public int EntryAt(int chain, int position) => _chains[chain].Entries[position];

    /// <summary>The positions in a chain whose entry has not exactly one predecessor, namely the chain's previous entry.</summary>
    public ref readonly IntList JunctionsOf(int chain) => ref _chains[chain].Junctions;

    /// <summary>A chain that the next entry, whose predecessors do not include its end, may join; else a new one.</summary>
    public int Choose(HistoryClock history)
    {
        int last = Math.Max(0, _idle.Count - IdleTried);
        for (int i = _idle.Count - 1; i >= last; i--)
        {
            int chain = _idle[i];
            if (history.Get(chain) != LengthOf(chain)) continue;
            _idle.RemoveAt(i);
            _chains[chain].Idle = false;
            return chain;
        }
        if (Count == _chains.Length) Array.Resize(ref _chains, Count * 2);
        return Count++;
    }

    /// <summary>Appends an entry to a chain; answers its position.</summary>
    public int Append(int chain, int entry, bool isJunction)
    {
        ref var to = ref _chains[chain];
        if (isJunction) to.Junctions.Add(to.Entries.Count);
        to.Entries.Add(entry);
        return to.Entries.Count - 1;
    }

    /// <summary>Notes that a chain's end was merged into another chain.</summary>
    public void MarkIdle(int chain)
    {
        if (_chains[chain].Idle) return;
        if (_idle.Count == IdleKept)
        {
            // The oldest half is the least likely to fit a new entry.
            for (int i = 0; i < IdleKept / 2; i++) _chains[_idle[i]].Idle = false;
            _idle.RemoveRange(0, IdleKept / 2);
        }
        _chains[chain].Idle = true;
        _idle.Add(chain);
    }

    private const int IdleKept = 1024;
    private const int IdleTried = 64;
}
