namespace Hhs.Model.Dag;

/// <summary>Covers and concurrent covers: the highest entries in a history that pass a filter and a predicate.</summary>
/// <remarks>
/// The spec defines a cover by a walk: back from the version, along every path, stopping at the first entry that passes;
/// the cover is the minimal cover of the stops. That is the set of *maximal passing entries* of the history:
/// <list type="bullet">
/// <item>A maximal passing entry m is a stop: on a path from a tip down to m all entries before m are above m, so none of
/// them passes, and the walk gets to m. No stop is above m, for stops pass; so m is in the minimal cover of the stops.</item>
/// <item>A stop s that is not maximal has a maximal passing entry above it, which is a stop too; so s is not in the minimal
/// cover.</item>
/// </list>
/// A concurrent cover is the same with "is not excluded" as a part of passing. So the search goes through the passing
/// entries chain by chain, all chains together in descending order of numbers: whatever is above an entry is met before
/// it, and an entry found, or found below one, ends its chain, whose rest lies below it.
/// </remarks>
internal readonly ref struct CoverQuery
{
    private readonly DagLog _log;
    private readonly Postings[] _terms;   // the rarest leads, the others are asked about each of its entries
    private readonly DagVersion _concurrentTo;

    private CoverQuery(DagLog log, Postings[] terms, DagVersion concurrentTo) =>
        (_log, _terms, _concurrentTo) = (log, terms, concurrentTo);

    public static IReadOnlyList<int> Run(
        DagLog log, DagVersion from, DagVersion concurrentTo, TagFilter filter, Func<int, bool>? predicate)
    {
        if (!log.Index.TryFind(filter, out var terms)) return [];
        var query = new CoverQuery(log, terms, concurrentTo);
        var cursors = terms.Length > 0 ? query.CursorsOfTerm(from.Clock) : query.CursorsOfAll(from.Clock);
        return log.InHashOrder(query.Maximal(cursors, predicate));
    }

    private List<int> Maximal(List<Cursor> cursors, Func<int, bool>? predicate)
    {
        var queue = new PriorityQueue<Cursor, int>(cursors.Count);
        foreach (var cursor in cursors) queue.Enqueue(cursor, -EntryAt(cursor));
        var found = new List<int>();
        var below = HistoryClock.Empty;
        while (queue.TryDequeue(out var cursor, out int negated))
        {
            int entry = -negated;
            if (_log.Includes(below, entry)) continue;
            if (BearsAll(entry) && (predicate is null || predicate(entry)))
            {
                found.Add(entry);
                if (queue.Count > 0) below = _log.Joined(below, entry);
            }
            else if (cursor.At > cursor.Low)
            {
                var next = cursor with { At = cursor.At - 1 };
                queue.Enqueue(next, -EntryAt(next));
            }
        }
        return found;
    }

    private bool BearsAll(int entry)
    {
        for (int i = 1; i < _terms.Length; i++)
        {
            if (!_terms[i].Contains(_log.ChainOf(entry), _log.PositionInChain(entry))) return false;
        }
        return true;
    }

    private List<Cursor> CursorsOfTerm(HistoryClock history)
    {
        var cursors = new List<Cursor>();
        ref readonly var term = ref _terms[0];
        for (int n = 0; n < term.ChainCount; n++)
        {
            int chain = term.Chain(n);
            int end = term.CountBelow(n, history.Get(chain));
            if (end > 0) AddConcurrent(cursors, new(chain, n, term.CountBelow(n, _concurrentTo.Clock.Get(chain)), end - 1));
        }
        return cursors;
    }

    private List<Cursor> CursorsOfAll(HistoryClock history)
    {
        var cursors = new List<Cursor>();
        foreach (var (chain, _, end) in HistoryClock.Differences(HistoryClock.Empty, history))
            AddConcurrent(cursors, new(chain, 0, _concurrentTo.Clock.Get(chain), end - 1));
        return cursors;
    }

    // What is at or below a tip of `concurrentTo` is a lower part of a chain, cut off by Low; what is above some tip is an
    // upper part, which the cursor must start below.
    private void AddConcurrent(List<Cursor> cursors, Cursor cursor)
    {
        int low = cursor.Low, end = cursor.At + 1;
        if (_concurrentTo.Tips.Length > 0)
        {
            while (low < end)
            {
                int middle = (low + end) >>> 1;
                if (IsAboveATip(EntryAt(cursor with { At = middle }))) end = middle; else low = middle + 1;
            }
        }
        if (end > cursor.Low) cursors.Add(cursor with { At = end - 1 });
    }

    private bool IsAboveATip(int entry)
    {
        foreach (int tip in _concurrentTo.Tips)
        {
            if (_log.Precedes(tip, entry)) return true;
        }
        return false;
    }

    private int EntryAt(Cursor cursor) =>
        _log.ChainsOfGraph.EntryAt(cursor.Chain, _terms.Length > 0 ? _terms[0].Position(cursor.Nth, cursor.At) : cursor.At);

    /// <summary>A place among the candidates in one chain: the leading term's n-th posting list or, without a term, the chain itself.</summary>
    private readonly record struct Cursor(int Chain, int Nth, int Low, int At);
}
