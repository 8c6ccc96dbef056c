using System.Runtime.InteropServices;
using Hhs.Model.Dag;

namespace Hhs.Model.Types.Sequence;

/// <summary>All places that entries ever made in a sequence, in their one total order.</summary>
/// <remarks>
/// Every place is a left or right child of another or of the root; the order is the in-order walk of that tree, siblings by
/// the hashes of their entries. An insert of a run is a chain of right children. So the order is a function of the set of
/// inserts: no version enters it, and every view shows a part of it. Only the edges of subtrees are ever walked, when
/// siblings meet; the order itself lives in <see cref="Order"/>.
/// Places are numbered in the order of arrival: a run's numbers are consecutive. Source: Weidner and Kleppmann, The Art of
/// the Fugue (2023), section 4; docs/types/sequence.md.
/// </remarks>
internal sealed class FugueTree(DagLog log)
{
    private IntList _runEntry, _runFirst;   // ascending both, as runs come in the order of the log
    private int[] _left = new int[16], _right = new int[16];   // by place; the right side of the root is apart
    private readonly List<List<int>> _siblings = [];
    private int _ofRoot;

    /// <summary>The order, and what of it is shown.</summary>
    public SpanTree Order { get; } = new();

    /// <summary>Number of places.</summary>
    public int Count { get; private set; }

    /// <summary>Number of runs.</summary>
    public int RunCount => _runEntry.Count;

    /// <summary>The entry that made the n-th run.</summary>
    public int EntryOfRun(int run) => _runEntry[run];

    /// <summary>First place of the n-th run.</summary>
    public int FirstOfRun(int run) => _runFirst[run];

    /// <summary>Whether a place, or the root (-1), has a right child of another entry.</summary>
    public bool HasRightChild(int place) => place < 0 ? _ofRoot != 0 : _right[place] != 0;

    /// <summary>The first places of the runs that are right children of a place, or of the root (-1).</summary>
    public int[] RightChildren(int place) => ChildrenIn(place < 0 ? _ofRoot : _right[place]).ToArray();

    /// <summary>The place after the last of the n-th run.</summary>
    public int EndOfRun(int run) => run + 1 < _runFirst.Count ? _runFirst[run + 1] : Count;

    /// <summary>The run that a place is in.</summary>
    public int RunOf(int place) => _runFirst.CountBelow(place + 1) - 1;

    /// <summary>The run that an entry made; false if it made none.</summary>
    public bool TryRun(int entry, out int run)
    {
        run = _runEntry.CountBelow(entry);
        return run < _runEntry.Count && _runEntry[run] == entry;
    }

    /// <summary>Adds the run of an entry under a parent place, or the root (-1); answers its first place.</summary>
    public int Add(int entry, int length, int parent, TreeSide side)
    {
        int first = Count;
        _runEntry.Add(entry);
        _runFirst.Add(first);
        Count += length;
        if (Count > _left.Length)
        {
            Array.Resize(ref _left, Math.Max(_left.Length * 2, Count));
            Array.Resize(ref _right, _left.Length);
        }

        ref int slot = ref SlotOf(parent, side);
        var siblings = ChildrenIn(slot);
        int at = PlaceAmong(siblings, entry);
        if (side == TreeSide.Right)
        {
            // Between a place and its first right child there is nothing: the parent is the last of its run.
            if (at > 0) Order.AddAfter(RightEdge(siblings[at - 1]), first, length);
            else if (parent >= 0) Order.AddAfter(parent, first, length);
            else Order.AddFirst(first, length);
        }
        else
        {
            Order.AddBefore(at < siblings.Length ? LeftEdge(siblings[at]) : parent, first, length);
        }
        AddChild(ref slot, at, first);
        return first;
    }

    private int PlaceAmong(ReadOnlySpan<int> siblings, int entry)
    {
        int low = 0, high = siblings.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (log.HashOf(EntryOf(siblings[middle])) < log.HashOf(entry)) low = middle + 1; else high = middle;
        }
        return low;
    }

    private ReadOnlySpan<int> ChildrenIn(in int slot)
    {
        if (slot == 0) return [];
        return slot > 0 ? new ReadOnlySpan<int>([slot - 1]) : CollectionsMarshal.AsSpan(_siblings[~slot]);
    }

    // One child, the common case, is its place + 1; more are ~index of a list.
    private void AddChild(ref int slot, int at, int first)
    {
        if (slot == 0)
        {
            slot = first + 1;
            return;
        }
        if (slot > 0)
        {
            _siblings.Add([slot - 1]);
            slot = ~(_siblings.Count - 1);
        }
        _siblings[~slot].Insert(at, first);
    }

    private int LeftEdge(int place)
    {
        while (_left[place] != 0) place = ChildrenIn(_left[place])[0];
        return place;
    }

    private int RightEdge(int first)
    {
        while (true)
        {
            int last = EndOfRun(RunOf(first)) - 1;
            if (_right[last] == 0) return last;
            first = ChildrenIn(_right[last])[^1];
        }
    }

    private int EntryOf(int place) => _runEntry[RunOf(place)];

    private ref int SlotOf(int place, TreeSide side)
    {
        if (place < 0) return ref _ofRoot;
        return ref side == TreeSide.Left ? ref _left[place] : ref _right[place];
    }
}
