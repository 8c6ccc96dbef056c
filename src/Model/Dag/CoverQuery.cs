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
internal static class CoverQuery
{
    public static IReadOnlyList<int> Run(DagLog log, DagVersion from, DagVersion concurrentTo, TagFilter filter, Func<int, bool>? predicate)
    {
        if (!log.Index.TryFind(filter, out var terms)) return [];
        var cursors = terms.Length > 0 ? ByTerm(log, terms[0], from, concurrentTo) : ByChain(log, from, concurrentTo);

        // Of several terms the rarest leads and the others are asked about each of its entries.
        return log.InHashOrder(Maximal(log, cursors, entry => BearsRest(log, terms, entry) && (predicate is null || predicate(entry))));
    }

    private static List<int> Maximal(DagLog log, List<Cursor> cursors, Func<int, bool> passes)
    {
        var queue = new PriorityQueue<Cursor, int>(cursors.Count);
        foreach (var cursor in cursors) queue.Enqueue(cursor, -cursor.Entry(log));
        var found = new List<int>();
        var below = HistoryClock.Empty;
        while (queue.TryDequeue(out var cursor, out int negated))
        {
            int entry = -negated;
            if (log.Includes(below, entry)) continue;
            if (passes(entry))
            {
                found.Add(entry);
                if (queue.Count > 0) below = log.Joined(below, entry);
            }
            else if (cursor.TryDescend(out var next)) queue.Enqueue(next, -next.Entry(log));
        }
        return found;
    }

    private static bool BearsRest(DagLog log, Postings[] terms, int entry)
    {
        for (int i = 1; i < terms.Length; i++)
        {
            if (!terms[i].Contains(log.ChainOf(entry), log.PositionInChain(entry))) return false;
        }
        return true;
    }

    private static List<Cursor> ByTerm(DagLog log, Postings term, DagVersion from, DagVersion concurrentTo)
    {
        var cursors = new List<Cursor>();
        for (int n = 0; n < term.ChainCount; n++)
        {
            int chain = term.Chain(n);
            int end = term.CountBelow(n, from.Clock.Get(chain));
            if (end == 0) continue;
            Add(log, cursors, new Cursor(term, n, chain, term.CountBelow(n, concurrentTo.Clock.Get(chain)), end - 1), concurrentTo);
        }
        return cursors;
    }

    private static List<Cursor> ByChain(DagLog log, DagVersion from, DagVersion concurrentTo)
    {
        var cursors = new List<Cursor>();
        foreach (var (chain, _, end) in HistoryClock.Differences(HistoryClock.Empty, from.Clock))
            Add(log, cursors, new Cursor(null, 0, chain, concurrentTo.Clock.Get(chain), end - 1), concurrentTo);
        return cursors;
    }

    // In a chain what is above some tip of `concurrentTo` is an upper part: the cursor starts below it.
    private static void Add(DagLog log, List<Cursor> cursors, Cursor cursor, DagVersion concurrentTo)
    {
        int low = cursor.Low, high = cursor.At + 1;
        if (concurrentTo.Tips.Length > 0)
        {
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (IsAbove(log, (cursor with { At = middle }).Entry(log), concurrentTo)) high = middle; else low = middle + 1;
            }
        }
        if (high > cursor.Low) cursors.Add(cursor with { At = high - 1 });
    }

    private static bool IsAbove(DagLog log, int entry, DagVersion version)
    {
        foreach (int tip in version.Tips)
        {
            if (log.Precedes(tip, entry)) return true;
        }
        return false;
    }

    /// <summary>A place among the candidates of one chain: the postings of a term there or, without a term, all positions.</summary>
    private readonly record struct Cursor(Postings? Term, int Nth, int Chain, int Low, int At)
    {
        public int Entry(DagLog log) => log.ChainsOfGraph.EntryAt(Chain, Term is { } term ? term.Position(Nth, At) : At);

        public bool TryDescend(out Cursor next)
        {
            next = this with { At = At - 1 };
            return next.At >= Low;
        }
    }
}
