namespace Hhs.Model.Dag;

/// <summary>The entries that bear one term: for each chain, their positions in it, ascending.</summary>
/// <remarks>Entries are added in arrival order, hence in ascending order within a chain. A repetition is ignored.</remarks>
internal struct Postings
{
    private List? _lists;    // null while there is at most one posting
    private int _chain, _position;

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>Number of chains with an entry.</summary>
    public readonly int ChainCount => _lists?.Chains.Count ?? Count;

    /// <summary>The n-th such chain, in ascending order of chains.</summary>
    public readonly int Chain(int n) => _lists is null ? _chain : _lists.Chains[n];

    /// <summary>How many of the postings in the n-th chain are before a position of that chain.</summary>
    public readonly int CountBelow(int n, int position) =>
        _lists is not null ? _lists.Positions[n].CountBelow(position) : _position < position ? 1 : 0;

    /// <summary>Position in the n-th chain of its k-th posting.</summary>
    public readonly int Position(int n, int k) => _lists is null ? _position : _lists.Positions[n][k];

    /// <summary>Whether the entry at a position of a chain is one of them.</summary>
    public readonly bool Contains(int chain, int position)
    {
        if (_lists is null) return Count == 1 && _chain == chain && _position == position;
        int n = _lists.Chains.CountBelow(chain);
        if (n == _lists.Chains.Count || _lists.Chains[n] != chain) return false;
        int k = _lists.Positions[n].CountBelow(position);
        return k < _lists.Positions[n].Count && _lists.Positions[n][k] == position;
    }

    /// <summary>Adds an entry, the highest so far of its chain.</summary>
    public void Add(int chain, int position)
    {
        if (Count == 0)
        {
            (_chain, _position, Count) = (chain, position, 1);
            return;
        }
        if (_lists is null)
        {
            if (_chain == chain && _position == position) return;
            _lists = new();
            _lists.Add(_chain, _position);
        }
        if (_lists.Add(chain, position)) Count++;
    }

    private sealed class List
    {
        public IntList Chains;
        public IntList[] Positions = new IntList[1];

        public bool Add(int chain, int position)
        {
            int n = Chains.CountBelow(chain);
            if (n == Chains.Count || Chains[n] != chain) Insert(n, chain);
            ref var positions = ref Positions[n];
            if (positions.Count > 0 && positions[positions.Count - 1] == position) return false;
            positions.Add(position);
            return true;
        }

        private void Insert(int n, int chain)
        {
            int count = Chains.Count;
            Chains.Insert(n, chain);
            if (count == Positions.Length) Array.Resize(ref Positions, count * 2);
            Array.Copy(Positions, n, Positions, n + 1, count - n);
            Positions[n] = default;
        }
    }
}
