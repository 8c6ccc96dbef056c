using Hhs.Model.Types.Authority;
using System.Collections;
using System.Diagnostics;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Sequence;

/// <summary>All that the entries of a sequence or text say, resolved to places, and what of it is shown at the frontier.</summary>
/// <remarks>
/// Brought up to date when a view is asked for; the facts (tree, deletes, moves) hold for every version, and only what is
/// shown differs. Admission never needs it.
/// </remarks>
internal sealed class RunState
{
    private readonly ReplicatedRuns _runs;
    private readonly DagLog _log;
    private IntList _deleteEntry, _deleteEnd;   // of each delete: its entry, ascending, and where its ranges end in the pool
    private IntList _ranges;                    // from and to of each range, by places
    private readonly Dictionary<int, int> _elementOf = [];   // of each move's spot
    private readonly Dictionary<int, List<int>> _spotsOf = [];   // of each moved element
    private readonly Dictionary<int, int> _shownSpot = [];   // of each moved element, at the frontier
    private readonly BitArray _gone = new(0);   // elements deleted or void, at the frontier

    public RunState(ReplicatedRuns runs)
    {
        (_runs, _log) = (runs, runs.Scope.Log);
        Tree = new(_log);
    }

    /// <summary>All places, in order; shown are those at <see cref="Applied"/>.</summary>
    public FugueTree Tree { get; }

    /// <summary>The version that the state is of.</summary>
    public DagVersion Applied { get; private set; } = DagVersion.Empty;

    /// <summary>Elements that were moved at some time.</summary>
    public IEnumerable<int> MovedElements => _spotsOf.Keys;

    /// <summary>Applies what came to the log since.</summary>
    public void CatchUp()
    {
        var frontier = _log.FrontierVersion;
        if (ReferenceEquals(frontier, Applied)) return;
        var counts = _runs.Counts(frontier);
        var touched = new HashSet<int>();
        foreach (int entry in _log.EntriesBetween(Applied, frontier, _runs.OperationFilter)) Apply(entry, counts, touched);
        bool isRejudged = counts is not null && _runs.AuthorityFilters().Any(filter => _log.EntriesBetween(Applied, frontier, filter).Count > 0);
        Applied = frontier;
        if (isRejudged) Reshow(counts);
        else foreach (int element in touched) ShowMoved(element, counts);
    }

    // Authority has changed: what is shown at the frontier, from the facts.
    private void Reshow(Func<int, bool>? counts)
    {
        _shownSpot.Clear();
        var shown = ShownAt(Applied, counts);
        int count = Tree.Count;
        for (int from = 0, to; from < count; from = to)
        {
            for (to = from + 1; to < count && shown[to] == shown[from]; to++) { }
            Tree.Order.SetShown(from, to, shown[from]);
        }
        _gone.SetAll(false);
        MarkGone(Applied, counts, _gone);
        foreach (int element in _spotsOf.Keys) _shownSpot[element] = SpotOf(element, Applied, counts);
    }

    /// <summary>Which places are shown at a version.</summary>
    public BitArray ShownAt(DagVersion at, Func<int, bool>? counts)
    {
        var gone = new BitArray(Tree.Count);
        MarkGone(at, counts, gone);
        var shown = new BitArray(gone).Not();
        foreach (int spot in _elementOf.Keys) shown[spot] = false;
        foreach (int element in _spotsOf.Keys)
        {
            shown[element] = false;
            if (!gone[element]) shown[SpotOf(element, at, counts)] = true;
        }
        return shown;
    }

    /// <summary>The element that is shown at a place: its own, or the one that a move brought there.</summary>
    public int ElementAt(int place) => _elementOf.GetValueOrDefault(place, place);

    /// <summary>The place where an element is, if it is shown at all.</summary>
    public int SpotOf(int element, DagVersion at, Func<int, bool>? counts)
    {
        if (!_spotsOf.ContainsKey(element)) return element;
        if (ReferenceEquals(at, Applied) && _shownSpot.TryGetValue(element, out int spot)) return spot;
        var moves = Moves(element, at, counts);
        if (moves.Count == 0) return element;
        return Tree.TryRun(moves[^1], out int run) ? Tree.FirstOfRun(run) : throw new UnreachableException("a move without a spot");
    }

    /// <summary>The maximal moves of an element at a version, in ascending order of their hashes.</summary>
    public IReadOnlyList<int> Moves(int element, DagVersion at, Func<int, bool>? counts) =>
        _log.Cover(at, TagFilter.Of(_runs.MoveTag(IdOf(element))), counts);

    /// <summary>The lasting name of a place.</summary>
    public ElementId IdOf(int place)
    {
        int run = Tree.RunOf(place);
        return new(_log.HashOf(Tree.EntryOfRun(run)), place - Tree.FirstOfRun(run));
    }

    /// <summary>The place with a name; false if nothing has it.</summary>
    public bool TryPlace(ElementId id, out int place)
    {
        place = -1;
        if (!_log.TryIndex(id.Entry, out int entry) || !Tree.TryRun(entry, out int run)) return false;
        place = Tree.FirstOfRun(run) + id.Offset;
        return id.Offset >= 0 && place < Tree.EndOfRun(run);
    }

    /// <summary>The places of which it may differ between two versions whether they are shown.</summary>
    public SortedSet<int> Touched(DagVersion start, DagVersion end, DagVersion bound)
    {
        var places = new SortedSet<int>();
        foreach (int entry in _log.EntriesBetween(bound, start, _runs.OperationFilter)) Touch(entry, places);
        foreach (int entry in _log.EntriesBetween(bound, end, _runs.OperationFilter)) Touch(entry, places);
        return places;
    }

    private void Touch(int entry, SortedSet<int> places)
    {
        if (Tree.TryRun(entry, out int run))
        {
            for (int place = Tree.FirstOfRun(run); place < Tree.EndOfRun(run); place++) TouchAll(ElementAt(place), places);
            return;
        }
        var ranges = RangesOf(_deleteEntry.CountBelow(entry));
        for (int i = 0; i < ranges.Length; i += 2)
        {
            for (int element = ranges[i]; element < ranges[i + 1]; element++) TouchAll(element, places);
        }
    }

    private void TouchAll(int element, SortedSet<int> places)
    {
        places.Add(element);
        if (_spotsOf.TryGetValue(element, out var spots)) places.UnionWith(spots);
    }

    private ReadOnlySpan<int> RangesOf(int deletion)
    {
        int start = deletion == 0 ? 0 : _deleteEnd[deletion - 1];
        return _ranges.Slice(start, _deleteEnd[deletion] - start);
    }

    private void Apply(int entry, Func<int, bool>? counts, HashSet<int> touched)
    {
        var payload = _runs.Scope.PayloadOf(entry);
        bool isVoid = counts is not null && !counts(entry);
        switch (RunOperation.TryRead(GuardedObject.Bare(payload), _runs.RunField))
        {
            case RunOperation.Insert insert:
                int length = _runs.Store(payload);
                int first = Tree.Add(entry, length, PlaceOf(insert.Anchor.Parent), insert.Anchor.Side);
                Grow();
                if (isVoid) Hide(first, first + length);
                break;
            case RunOperation.Delete delete:
                foreach (var range in delete.Ranges)
                {
                    int from = PlaceOf(new(range.Entry, range.Offset));
                    _ranges.Add(from);
                    _ranges.Add(from + range.Count);
                    if (!isVoid) Hide(from, from + range.Count);
                }
                _deleteEntry.Add(entry);
                _deleteEnd.Add(_ranges.Count);
                break;
            case RunOperation.Move move:
                int element = PlaceOf(move.Element);
                _runs.StoreNothing();
                int spot = Tree.Add(entry, 1, PlaceOf(move.Anchor.Parent), move.Anchor.Side);
                Grow();
                Tree.Order.SetShown(spot, spot + 1, false);
                _elementOf.Add(spot, element);
                if (!_spotsOf.TryGetValue(element, out var spots)) _spotsOf.Add(element, spots = []);
                spots.Add(spot);
                touched.Add(element);
                break;
            default:
                throw new UnreachableException("an admitted entry is no operation");
        }
    }

    private void Hide(int from, int to)
    {
        for (int element = from; element < to; element++) _gone[element] = true;
        Tree.Order.SetShown(from, to, false);
        if (_shownSpot.Count == 0) return;
        for (int element = from; element < to; element++)
        {
            if (_shownSpot.TryGetValue(element, out int spot)) Tree.Order.SetShown(spot, spot + 1, false);
        }
    }

    private void ShowMoved(int element, Func<int, bool>? counts)
    {
        int before = _shownSpot.GetValueOrDefault(element, element);
        _shownSpot.Remove(element);
        int now = SpotOf(element, Applied, counts);
        _shownSpot[element] = now;
        Tree.Order.SetShown(before, before + 1, false);
        if (!_gone[element]) Tree.Order.SetShown(now, now + 1, true);
    }

    private void MarkGone(DagVersion at, Func<int, bool>? counts, BitArray gone)
    {
        for (int run = 0; run < Tree.RunCount; run++)
        {
            int entry = Tree.EntryOfRun(run);
            if (_log.Includes(at, entry) && (counts is null || counts(entry))) continue;
            for (int place = Tree.FirstOfRun(run); place < Tree.EndOfRun(run); place++) gone[place] = true;
        }
        for (int deletion = 0; deletion < _deleteEntry.Count; deletion++)
        {
            int entry = _deleteEntry[deletion];
            if (!_log.Includes(at, entry) || (counts is not null && !counts(entry))) continue;
            var ranges = RangesOf(deletion);
            for (int i = 0; i < ranges.Length; i += 2)
            {
                for (int element = ranges[i]; element < ranges[i + 1]; element++) gone[element] = true;
            }
        }
    }

    private int PlaceOf(ElementId? id)
    {
        if (id is not { } named) return -1;
        return TryPlace(named, out int place) ? place : throw new UnreachableException("an admitted operation names a place that does not exist");
    }

    private void Grow()
    {
        if (Tree.Count > _gone.Length) _gone.Length = Math.Max(Tree.Count, _gone.Length * 2);
    }
}
