using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Model.Tests.Dag;

/// <summary>The queries as the specification words them, by explicit walks over explicit sets: slow, and nothing shared with the code under test.</summary>
internal sealed class NaiveGraph
{
    private readonly List<int[]> _prev = [];
    private readonly List<Tag[]> _tags = [];
    private readonly List<ContentHash> _hashes = [];

    public int Count => _prev.Count;

    public void Append(ContentHash hash, int[] prev, Tag[] tags)
    {
        _hashes.Add(hash);
        _prev.Add(prev);
        _tags.Add(tags);
    }

    public HashSet<int> History(IEnumerable<int> position)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>(position);
        while (open.TryPop(out int entry))
        {
            if (!seen.Add(entry)) continue;
            foreach (int p in _prev[entry]) open.Push(p);
        }
        return seen;
    }

    public int[] MinimalCover(IEnumerable<int> position)
    {
        var distinct = position.ToHashSet();
        return Sorted(distinct.Where(e => !distinct.Any(other => other != e && History([other]).Contains(e))));
    }

    public int[] Frontier() => MinimalCover(Enumerable.Range(0, Count));

    public (int[] CommonFrontier, int[] Common, int[] ForkA, int[] ForkB) Fork(int[] a, int[] b)
    {
        var inA = History(a);
        var inB = History(b);
        var inBoth = inA.Where(inB.Contains).ToHashSet();
        int[] forkA = ForkOf(inA), forkB = ForkOf(inB);
        var common = forkA.Concat(forkB).SelectMany(e => _prev[e]).Where(inBoth.Contains).ToHashSet();
        return (MinimalCover(inBoth), Sorted(common), forkA, forkB);

        int[] ForkOf(HashSet<int> side) =>
            Sorted(side.Where(e => !inBoth.Contains(e) && (_prev[e].Length == 0 || _prev[e].Any(inBoth.Contains))));
    }

    public int[] Meet(IReadOnlyList<int[]> positions)
    {
        int[] meet = MinimalCover(positions[0]);
        foreach (int[] position in positions.Skip(1)) meet = Fork(meet, position).CommonFrontier;
        return meet;
    }

    public int[] Cover(int[] from, TagFilter filter, Func<int, bool> predicate) => Walk(from, e => Passes(e, filter) && predicate(e));

    public int[] ConcurrentCover(int[] from, int[] to, TagFilter filter, Func<int, bool> predicate)
    {
        var excluded = History(to);
        foreach (int e in History(from))
        {
            if (History([e]).Overlaps(to)) excluded.Add(e);
        }
        return Walk(from, e => !excluded.Contains(e) && Passes(e, filter) && predicate(e));
    }

    public int[] Sorted(IEnumerable<int> entries) => [.. entries.Distinct().OrderBy(e => _hashes[e].ToString(), StringComparer.Ordinal)];

    // Back from the position along all paths, each stopping at the first entry that passes; then the minimal cover.
    private int[] Walk(int[] from, Func<int, bool> passes)
    {
        var stops = new HashSet<int>();
        var seen = new HashSet<int>();
        var open = new Stack<int>(from);
        while (open.TryPop(out int entry))
        {
            if (!seen.Add(entry)) continue;
            if (passes(entry)) { stops.Add(entry); continue; }
            foreach (int p in _prev[entry]) open.Push(p);
        }
        return MinimalCover(stops);
    }

    private bool Passes(int entry, TagFilter filter)
    {
        foreach (var tag in filter.Tags)
        {
            if (!_tags[entry].Contains(tag)) return false;
        }
        foreach (string key in filter.Keys)
        {
            if (!_tags[entry].Any(t => t.Key == key)) return false;
        }
        return true;
    }
}
