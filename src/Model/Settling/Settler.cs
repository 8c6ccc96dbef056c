using Hhs.Model.Dag;

namespace Hhs.Model.Settling;

/// <summary>Settles the versions of a log: gives each an order, and each entry in it a verdict.</summary>
/// <remarks>
/// What a version comes to is a function of its entries alone. It is computed from the settled version nearest to it: its order is kept up
/// to where the entries that came since make a difference, and what comes after is settled anew. Those are entries concurrent
/// with what came, and after the last seal. Not thread-safe. Source: docs/types/space.md.
/// </remarks>
/// <typeparam name="TState">The state that entries are applied to; immutable.</typeparam>
public sealed class Settler<TState>(DagLog log, ISettlingRules<TState> rules) where TState : class
{
    private readonly List<Settled<TState>?> _own = [];   // by entry: the version that is it and its history
    private readonly List<long> _historySizes = [];
    private readonly List<(DagVersion Version, Settled<TState> Last)> _recent = [];

    /// <summary>The settled order of a version, as its last entry; null for the version before the first entry.</summary>
    public Settled<TState>? At(DagVersion version)
    {
        CatchUp();
        version = log.MinimalCover(version);
        if (version.Tips.Length == 0) return null;
        if (version.Tips.Length == 1 && _own[version.Tips[0]] is { } own) return own;
        for (int i = 0; i < _recent.Count; i++)
        {
            if (!_recent[i].Version.Tips.SequenceEqual(version.Tips)) continue;
            var found = _recent[i];
            _recent.RemoveAt(i);
            _recent.Insert(0, found);
            return found.Last;
        }
        var last = Extend(NearestBelow(version), version);
        if (_recent.Count == RecentMax) _recent.RemoveAt(RecentMax - 1);
        _recent.Insert(0, (version, last));
        return last;
    }

    /// <summary>The state after an entry at its place: kept for the latest ones, and for every 64th, from which that of the others is made again.</summary>
    public TState StateOf(Settled<TState> settled)
    {
        if (settled.Kept is { } kept) return kept;
        var since = new Stack<Settled<TState>>();
        var node = settled;
        for (; node.Kept is null; node = node.Before!) since.Push(node);
        var state = node.Kept;
        while (since.TryPop(out var next)) state = rules.Settle(next.Entry, next.Place, state, next.Authority).After;
        return state;
    }

    private void CatchUp()
    {
        for (int entry = _own.Count; entry < log.Count; entry++)
        {
            _own.Add(null);
            var prev = log.PrevOf(entry);
            _historySizes.Add(prev.Length == 1 ? _historySizes[prev[0]] + 1 : log.HistorySizeOf(entry));
        }
    }

    // The settled version with the most entries, of those at hand that are a part of the version; none at first.
    private (DagVersion Version, Settled<TState>? Last) NearestBelow(DagVersion version)
    {
        (DagVersion Version, Settled<TState>? Last) best = (DagVersion.Empty, null);
        foreach (var (other, last) in _recent)
        {
            if (last.Place > (best.Last?.Place ?? -1) && log.Includes(version, other)) best = (other, last);
        }
        foreach (int tip in version.Tips)
        {
            if (_historySizes[tip] - 1 <= (best.Last?.Place ?? -1)) continue;
            int at = tip;
            // What one's own history was settled as is at hand for most entries, and else for one not far below.
            for (int step = 0; step < StepsDownMax && _own[at] is null && log.PrevOf(at).Length > 0; step++) at = log.PrevOf(at)[0];
            if (_own[at] is { } own && own.Place > (best.Last?.Place ?? -1)) best = (log.VersionOf(at), own);
        }
        return best;
    }

    private Settled<TState> Extend((DagVersion Version, Settled<TState>? Last) known, DagVersion version)
    {
        var difference = new AuthorityDifference(log, rules, known.Version);
        var added = log.EntriesBetween(known.Version, version);
        bool isMoved = known.Last is { } end && difference.Between(end.Authority, version);
        var newSeals = added.Where(rules.IsSeal).ToList();
        var kept = newSeals.Count > 0 ? LastSealBelow(known.Last, newSeals) : isMoved ? known.Last!.Seal : LastUnmoved(known.Last, added);
        var old = After(known.Last, kept);
        var order = newSeals.Count > 0 ? InParts(kept, old.Select(node => node.Entry).Where(rules.IsSeal).Concat(newSeals), version)
            : [.. SettledOrder.Sort(log, [.. old.Select(node => node.Entry), .. added], rules.RankOf).Select(entry => (entry, version))];

        int next = 0;
        while (next < old.Count && old[next].Entry == order[next].Entry
            && !(difference.Between(old[next].Authority, order[next].Authority) && rules.RestsOnAuthority(old[next].Entry))) kept = old[next++];
        for (; next < order.Count; next++) kept = Next(kept, order[next].Entry, order[next].Authority);
        return kept!;
    }

    private Settled<TState> Next(Settled<TState>? before, int entry, DagVersion authority)
    {
        int place = before is null ? 0 : before.Place + 1;
        var (verdict, after) = rules.Settle(entry, place, before is null ? null : StateOf(before), authority);
        var settled = new Settled<TState>(before, entry, rules.IsSeal(entry), authority, verdict, after);
        // All before it is its history, and nobody's rights are known to have gone since: so it is what it came to by itself.
        if (_own[entry] is null && _historySizes[entry] == place + 1 && !rules.BarriersBetween(log.VersionOf(entry), authority).Any())
            _own[entry] = settled;
        if (settled.Mark == settled) Thin(settled);
        return settled;
    }

    // States are large beside the rest, and those far back are hardly asked for.
    private static void Thin(Settled<TState> last)
    {
        var mark = last;
        for (int i = 0; i < MarksKept && mark.Before is not null; i++) mark = mark.Before.Mark;
        for (var node = mark.Before; node is not null && node.Mark != node && node.Kept is not null; node = node.Before) node.Kept = null;
    }

    // An entry without successors goes to the first place after its predecessors, and after all seals, where it has the lower rank:
    // so nothing moves before the first place that has all predecessors of some entry of the added ones.
    private Settled<TState>? LastUnmoved(Settled<TState>? last, IReadOnlyList<int> added)
    {
        var addedSet = added.Count > 1 ? added.ToHashSet() : null;
        var waiting = new Dictionary<int, List<int>>();
        var heads = new HashSet<int>();
        foreach (int entry in added)
        {
            var prev = log.PrevOf(entry);
            bool isHead = true;
            foreach (int p in prev) isHead &= addedSet?.Contains(p) != true;
            if (!isHead) continue;
            heads.Add(entry);
            foreach (int p in prev)
            {
                if (!waiting.TryGetValue(p, out var list)) waiting.Add(p, list = new(1));
                list.Add(entry);
            }
        }
        var node = last;
        for (; node is not null && node.Seal != node; node = node.Before)
        {
            if (!waiting.TryGetValue(node.Entry, out var met)) continue;
            heads.ExceptWith(met);
            if (heads.Count == 0) break;
        }
        return node;
    }

    // What is up to a seal below all new seals stays: none of them can be taken before it.
    private Settled<TState>? LastSealBelow(Settled<TState>? last, List<int> newSeals)
    {
        var seal = last?.Seal;
        while (seal is not null && !newSeals.All(other => log.Precedes(seal.Entry, other))) seal = seal.Before?.Seal;
        return seal;
    }

    private static List<Settled<TState>> After(Settled<TState>? last, Settled<TState>? kept)
    {
        var nodes = new List<Settled<TState>>();
        for (var node = last; node != kept; node = node!.Before) nodes.Add(node!);
        nodes.Reverse();
        return nodes;
    }

    private List<(int Entry, DagVersion Authority)> InParts(Settled<TState>? kept, IEnumerable<int> seals, DagVersion version)
    {
        var order = new List<(int, DagVersion)>();
        var taken = new List<int>();
        for (var seal = kept; seal is not null; seal = seal.Before?.Seal) taken.Add(seal.Entry);
        var covered = log.VersionOf([.. taken]);
        foreach (int seal in SettledOrder.SortSeals(log, seals, rules.RankOf))
        {
            var before = covered;
            taken.Add(seal);
            covered = log.MinimalCover(log.VersionOf([.. covered.Tips, seal]));
            Take(log.EntriesBetween(before, covered), covered);
        }
        Take(log.EntriesBetween(covered, version), version);
        return order;

        void Take(IReadOnlyList<int> part, DagVersion from)
        {
            foreach (int entry in SettledOrder.Sort(log, part, rules.RankOf)) order.Add((entry, from));
        }
    }

    /// <summary>Whether two versions of authority can differ for entries of a version that is settled.</summary>
    /// <remarks>A right that is taken away above all of them was there for all of them.</remarks>
    private sealed class AuthorityDifference(DagLog log, ISettlingRules<TState> rules, DagVersion settled)
    {
        private (DagVersion One, DagVersion Other, bool Answer)? _last;

        public bool Between(DagVersion one, DagVersion other)
        {
            if (ReferenceEquals(one, other) || one.Tips.SequenceEqual(other.Tips)) return false;
            if (_last is { } last && ReferenceEquals(last.One, one) && ReferenceEquals(last.Other, other)) return last.Answer;
            bool answer = rules.BarriersBetween(one, other).Any(barrier => !log.Includes(log.VersionOf(barrier), settled));
            _last = (one, other, answer);
            return answer;
        }
    }

    private const int MarksKept = 16;
    private const int RecentMax = 8;
    private const int StepsDownMax = 4096;
}
