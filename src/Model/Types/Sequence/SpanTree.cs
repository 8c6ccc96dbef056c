namespace Hhs.Model.Types.Sequence;

/// <summary>Numbered positions in an order that is not that of their numbers, some of them shown and some hidden.</summary>
/// <remarks>
/// A *span* is a stretch of consecutive numbers that are also consecutive in the order and alike in being shown. Spans hang
/// in a height-balanced tree (AVL) with sums, so numbers and indices are found from one another in O(log spans). Spans are
/// split and extended, never removed. Each position knows its span: a split relabels the smaller half, hence each position
/// at most log n times.
/// </remarks>
internal sealed class SpanTree
{
    private Node[] _nodes = new Node[16];   // node 0 is "none": all its sums are zero
    private int[] _spanOf = new int[16];
    private int _nodeCount = 1;
    private int _root;

    private struct Node
    {
        public int Left, Right, Parent;
        public int First, Length;
        public int Shown, Total;   // sums over the subtree
        public sbyte Height;
        public bool IsHidden;
    }

    /// <summary>Number of positions.</summary>
    public int Count => _nodes[_root].Total;

    /// <summary>Number of positions that are shown.</summary>
    public int ShownCount => _nodes[_root].Shown;

    /// <summary>Number of spans.</summary>
    public int SpanCount => _nodeCount - 1;

    /// <summary>The first position in the order; -1 if there is none.</summary>
    public int First => _root == 0 ? -1 : _nodes[Leftmost(_root)].First;

    /// <summary>Puts new positions, shown, before all others.</summary>
    public void AddFirst(int first, int length)
    {
        if (_root == 0) _root = NewNode(first, length, false);
        else AttachBefore(Leftmost(_root), NewNode(first, length, false));
    }

    /// <summary>Puts new positions, shown, directly after one.</summary>
    public void AddAfter(int position, int first, int length)
    {
        int span = _spanOf[position];
        int end = _nodes[span].First + _nodes[span].Length;
        if (position != end - 1)
        {
            AttachBefore(SplitBefore(position + 1), NewNode(first, length, false));
        }
        else if (end == first && !_nodes[span].IsHidden)
        {
            // Typing: the next character continues the span of the one before.
            Label(first, length, span);
            _nodes[span].Length += length;
            FixUp(span);
        }
        else
        {
            AttachAfter(span, NewNode(first, length, false));
        }
    }

    /// <summary>Puts new positions, shown, directly before one.</summary>
    public void AddBefore(int position, int first, int length) =>
        AttachBefore(SplitBefore(position), NewNode(first, length, false));

    /// <summary>Whether a position is shown.</summary>
    public bool IsShown(int position) => !_nodes[_spanOf[position]].IsHidden;

    /// <summary>Shows or hides the positions from a number up to, not including, another.</summary>
    public void SetShown(int from, int to, bool shown)
    {
        while (from < to)
        {
            int span = _spanOf[from];
            int end = Math.Min(to, _nodes[span].First + _nodes[span].Length);
            if (_nodes[span].IsHidden == shown)
            {
                span = SplitBefore(from);
                if (end < _nodes[span].First + _nodes[span].Length)
                {
                    SplitBefore(end);
                    span = _spanOf[from];
                }
                _nodes[span].IsHidden = !shown;
                FixUp(span);
            }
            from = end;
        }
    }

    /// <summary>The shown position at an index among those shown.</summary>
    public int ShownAt(int index)
    {
        int node = _root;
        while (true)
        {
            int left = _nodes[_nodes[node].Left].Shown;
            if (index < left)
            {
                node = _nodes[node].Left;
                continue;
            }
            index -= left;
            int own = OwnShown(node);
            if (index < own) return _nodes[node].First + index;
            index -= own;
            node = _nodes[node].Right;
        }
    }

    /// <summary>How many shown positions come before one.</summary>
    public int ShownBefore(int position)
    {
        int span = _spanOf[position];
        int count = _nodes[_nodes[span].Left].Shown + (_nodes[span].IsHidden ? 0 : position - _nodes[span].First);
        for (int node = span, parent; (parent = _nodes[node].Parent) != 0; node = parent)
        {
            if (_nodes[parent].Right == node) count += _nodes[_nodes[parent].Left].Shown + OwnShown(parent);
        }
        return count;
    }

    /// <summary>How many positions come before one.</summary>
    public int Before(int position)
    {
        int span = _spanOf[position];
        int count = _nodes[_nodes[span].Left].Total + position - _nodes[span].First;
        for (int node = span, parent; (parent = _nodes[node].Parent) != 0; node = parent)
        {
            if (_nodes[parent].Right == node) count += _nodes[_nodes[parent].Left].Total + _nodes[parent].Length;
        }
        return count;
    }

    /// <summary>The position after one in the order, shown or not; -1 at the end.</summary>
    public int Next(int position)
    {
        int span = _spanOf[position];
        if (position + 1 < _nodes[span].First + _nodes[span].Length) return position + 1;
        int next = NextSpan(span);
        return next == 0 ? -1 : _nodes[next].First;
    }

    /// <summary>The spans in order.</summary>
    public IEnumerable<(int First, int Length, bool IsShown)> Spans()
    {
        for (int node = _root == 0 ? 0 : Leftmost(_root); node != 0; node = NextSpan(node))
            yield return (_nodes[node].First, _nodes[node].Length, !_nodes[node].IsHidden);
    }

    // The span that begins at the position, split off if need be.
    private int SplitBefore(int position)
    {
        int span = _spanOf[position];
        int first = _nodes[span].First, length = _nodes[span].Length, left = position - first;
        if (left == 0) return span;
        bool hidden = _nodes[span].IsHidden;
        if (left >= length - left)
        {
            _nodes[span].Length = left;
            FixUp(span);
            int right = NewNode(position, length - left, hidden);
            AttachAfter(span, right);
            return right;
        }
        (_nodes[span].First, _nodes[span].Length) = (position, length - left);
        FixUp(span);
        AttachBefore(span, NewNode(first, left, hidden));
        return span;
    }

    private int NewNode(int first, int length, bool hidden)
    {
        if (_nodeCount == _nodes.Length) Array.Resize(ref _nodes, _nodeCount * 2);
        int node = _nodeCount++;
        _nodes[node] = new() { First = first, Length = length, IsHidden = hidden, Height = 1, Total = length, Shown = hidden ? 0 : length };
        Label(first, length, node);
        return node;
    }

    private void Label(int first, int length, int span)
    {
        if (first + length > _spanOf.Length) Array.Resize(ref _spanOf, Math.Max(_spanOf.Length * 2, first + length));
        Array.Fill(_spanOf, span, first, length);
    }

    private void AttachAfter(int span, int node)
    {
        if (_nodes[span].Right == 0)
        {
            _nodes[span].Right = node;
            _nodes[node].Parent = span;
        }
        else
        {
            int at = Leftmost(_nodes[span].Right);
            _nodes[at].Left = node;
            _nodes[node].Parent = at;
        }
        FixUp(_nodes[node].Parent);
    }

    private void AttachBefore(int span, int node)
    {
        if (_nodes[span].Left == 0)
        {
            _nodes[span].Left = node;
            _nodes[node].Parent = span;
        }
        else
        {
            int at = _nodes[span].Left;
            while (_nodes[at].Right != 0) at = _nodes[at].Right;
            _nodes[at].Right = node;
            _nodes[node].Parent = at;
        }
        FixUp(_nodes[node].Parent);
    }

    private int Leftmost(int node)
    {
        while (_nodes[node].Left != 0) node = _nodes[node].Left;
        return node;
    }

    private int NextSpan(int node)
    {
        if (_nodes[node].Right != 0) return Leftmost(_nodes[node].Right);
        int parent = _nodes[node].Parent;
        while (parent != 0 && _nodes[parent].Right == node) (node, parent) = (parent, _nodes[parent].Parent);
        return parent;
    }

    // From a node whose subtree changed up to the root: sums, heights, and the one rotation that balance may need.
    private void FixUp(int node)
    {
        while (node != 0)
        {
            Update(node);
            int left = _nodes[node].Left, right = _nodes[node].Right;
            int balance = _nodes[left].Height - _nodes[right].Height;
            if (balance > 1)
            {
                if (_nodes[_nodes[left].Left].Height < _nodes[_nodes[left].Right].Height) Rotate(left, _nodes[left].Right);
                node = Rotate(node, _nodes[node].Left);
            }
            else if (balance < -1)
            {
                if (_nodes[_nodes[right].Right].Height < _nodes[_nodes[right].Left].Height) Rotate(right, _nodes[right].Left);
                node = Rotate(node, _nodes[node].Right);
            }
            node = _nodes[node].Parent;
        }
    }

    // Lifts a child above its parent; answers the child.
    private int Rotate(int parent, int child)
    {
        int grand = _nodes[parent].Parent;
        int moved;
        if (_nodes[parent].Left == child)
        {
            moved = _nodes[child].Right;
            _nodes[parent].Left = moved;
            _nodes[child].Right = parent;
        }
        else
        {
            moved = _nodes[child].Left;
            _nodes[parent].Right = moved;
            _nodes[child].Left = parent;
        }
        if (moved != 0) _nodes[moved].Parent = parent;
        _nodes[parent].Parent = child;
        _nodes[child].Parent = grand;
        if (grand == 0) _root = child;
        else if (_nodes[grand].Left == parent) _nodes[grand].Left = child;
        else _nodes[grand].Right = child;
        Update(parent);
        Update(child);
        return child;
    }

    private void Update(int node)
    {
        ref var n = ref _nodes[node];
        ref readonly var left = ref _nodes[n.Left];
        ref readonly var right = ref _nodes[n.Right];
        n.Height = (sbyte)(Math.Max(left.Height, right.Height) + 1);
        n.Total = left.Total + right.Total + n.Length;
        n.Shown = left.Shown + right.Shown + (n.IsHidden ? 0 : n.Length);
    }

    private int OwnShown(int node) => _nodes[node].IsHidden ? 0 : _nodes[node].Length;
}
