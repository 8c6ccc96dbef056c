using System.Collections;
using Hhs.Model.Dag;

namespace Hhs.Model.Types.Sequence;

/// <summary>What a sequence or text shows at a version, as judged from a later one.</summary>
/// <remarks>
/// At the frontier it reads the live order; elsewhere a flat copy, made by one walk over the spans. A view outlives its
/// frontier: when the log has grown, it makes itself a copy. Source: docs/types/sequence.md, view and cost.
/// </remarks>
public abstract class RunView
{
    private readonly ReplicatedRuns _runs;
    private readonly RunState _state;
    private readonly Func<int, bool>? _counts;
    private RunSnapshot? _snapshot;

    internal RunView(ReplicatedRuns runs, DagVersion at, DagVersion from)
    {
        // However the frontier was spelled, the live order serves it.
        var frontier = runs.Scope.Log.FrontierVersion;
        (_runs, At, From) = (runs, at.Tips.SequenceEqual(frontier.Tips) ? frontier : at, from);
        _state = runs.State;
        _counts = runs.Counts(from);
        if (!IsLive) _snapshot = runs.SnapshotOf(this);
    }

    /// <summary>The version that is shown.</summary>
    public DagVersion At { get; }

    /// <summary>The version that it is judged from.</summary>
    public DagVersion From { get; }

    /// <summary>Number of elements: items, or UTF-16 units.</summary>
    public int Count => Snapshot is { } s ? s.Places.Length : _state.Tree.Order.ShownCount;

    /// <summary>The lasting name of the element at an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such index.</exception>
    public ElementId ElementAt(int index) => _state.IdOf(_state.ElementAt(PlaceAt(index)));

    /// <summary>The index of an element; false if it is not shown here.</summary>
    public bool TryIndexOf(ElementId element, out int index)
    {
        index = -1;
        if (!TrySpot(element, out int spot) || !IsShown(spot)) return false;
        index = ShownBefore(spot);
        return true;
    }

    /// <summary>A cursor at an index, that stays with the element before it, or with the one after it.</summary>
    /// <param name="index">From 0 to <see cref="Count"/>.</param>
    /// <param name="stickToNext">Whether it stays before the next element (what is typed at it comes before it) rather than after the previous one.</param>
    public SequenceCursor CursorAt(int index, bool stickToNext = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, Count);
        if (stickToNext) return index == Count ? SequenceCursor.End : new(ElementAt(index), TreeSide.Left);
        return index == 0 ? SequenceCursor.Start : new(ElementAt(index - 1), TreeSide.Right);
    }

    /// <summary>Where a cursor is here; where its element is not shown, the index at which it would be.</summary>
    /// <remarks>A cursor at an element that is not known here is at the start.</remarks>
    public int IndexOf(SequenceCursor cursor)
    {
        if (cursor.Element is not { } element) return cursor.Side == TreeSide.Left ? Count : 0;
        if (!TrySpot(element, out int spot)) return 0;
        return ShownBefore(spot) + (cursor.Side == TreeSide.Right && IsShown(spot) ? 1 : 0);
    }

    /// <summary>Where an insert between the elements at <paramref name="index"/> - 1 and <paramref name="index"/> has to hang.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such index.</exception>
    public TreeAnchor AnchorAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, Count);
        int left = index == 0 ? -1 : PlaceAt(index - 1);
        int next = NextKnown(left);
        // Fugue: the left neighbour takes a right child if it has none here; else the element that follows takes a left one.
        if (next >= 0 && HasRightChild(left)) return new(_state.IdOf(next), TreeSide.Left);
        return new(left < 0 ? null : _state.IdOf(left), TreeSide.Right);
    }

    internal RunState State => _state;

    internal Func<int, bool>? Counts => _counts;

    internal ReplicatedRuns Runs => _runs;

    internal RunSnapshot? Snapshot
    {
        get
        {
            if (_snapshot is null && !IsLive) _snapshot = _runs.SnapshotOf(this);
            return _snapshot;
        }
    }

    internal int PlaceAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return Snapshot is { } s ? s.Places[index] : _state.Tree.Order.ShownAt(index);
    }

    internal bool IsShown(int place) => Snapshot is { } s ? s.IsShown(place) : _state.Tree.Order.IsShown(place);

    internal bool Shows(int place) => Knows(place) && IsShown(place);

    internal int ShownBefore(int place) => Snapshot is { } s ? s.ShownBefore(place) : _state.Tree.Order.ShownBefore(place);

    // The stretches of places shown, in order.
    internal IEnumerable<(int First, int Length)> Stretches()
    {
        if (Snapshot is { } s) return s.Stretches();
        return _state.Tree.Order.Spans().Where(span => span.IsShown).Select(span => (span.First, span.Length));
    }

    internal int SpotOf(int element) => _state.SpotOf(element, At, _counts);

    private bool IsLive => ReferenceEquals(_state.Applied, At) && ReferenceEquals(At, _runs.Scope.Log.FrontierVersion);

    private bool TrySpot(ElementId id, out int spot)
    {
        spot = -1;
        if (!_state.TryPlace(id, out int place) || !Knows(place)) return false;
        spot = SpotOf(_state.ElementAt(place));
        return true;
    }

    // Whether the place was made in the history shown.
    internal bool Knows(int place) =>
        Snapshot is null || _runs.Scope.Log.Includes(At, _state.Tree.EntryOfRun(_state.Tree.RunOf(place)));

    private int NextKnown(int place)
    {
        var tree = _state.Tree;
        do place = place < 0 ? tree.Order.First : tree.Order.Next(place);
        while (place >= 0 && !Knows(place));
        return place;
    }

    // In the version shown: the rest of its own run, or a run hung on it.
    private bool HasRightChild(int place)
    {
        var tree = _state.Tree;
        if (place >= 0 && place + 1 < tree.EndOfRun(tree.RunOf(place))) return true;
        if (Snapshot is null) return tree.HasRightChild(place);
        foreach (int child in tree.RightChildren(place))
        {
            if (Knows(child)) return true;
        }
        return false;
    }
}

/// <summary>A spot in a sequence that stays with an element when others are inserted, deleted or moved.</summary>
/// <param name="Element">The element; null for one of the two ends.</param>
/// <param name="Side">Left: before the element (or the end of all); right: after it (or the start of all).</param>
public readonly record struct SequenceCursor(ElementId? Element, TreeSide Side)
{
    /// <summary>Before everything.</summary>
    public static readonly SequenceCursor Start = new(null, TreeSide.Right);

    /// <summary>After everything.</summary>
    public static readonly SequenceCursor End = new(null, TreeSide.Left);
}

/// <summary>What is shown at one version, as a flat list.</summary>
internal sealed class RunSnapshot
{
    private readonly BitArray _shown;
    private readonly int[] _ranks;   // by place: how many are shown before it

    public RunSnapshot(FugueTree tree, BitArray shown)
    {
        _shown = shown;
        _ranks = new int[tree.Count];
        var places = new List<int>();
        foreach (var (first, length, _) in tree.Order.Spans())
        {
            for (int place = first; place < first + length; place++)
            {
                _ranks[place] = places.Count;
                if (shown[place]) places.Add(place);
            }
        }
        Places = [.. places];
    }

    /// <summary>The places shown, in order.</summary>
    public int[] Places { get; }

    // A place that came later is not asked about: it is not known at this version.
    public bool IsShown(int place) => _shown[place];

    public int ShownBefore(int place) => _ranks[place];

    public IEnumerable<(int First, int Length)> Stretches()
    {
        for (int from = 0, to; from < Places.Length; from = to)
        {
            for (to = from + 1; to < Places.Length && Places[to] == Places[to - 1] + 1; to++) { }
            yield return (Places[from], to - from);
        }
    }
}
