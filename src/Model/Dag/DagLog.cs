using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Hhs.Model.Hashing;

namespace Hhs.Model.Dag;

/// <summary>The graph of one object's admitted entries, and what can be asked about it.</summary>
/// <remarks>
/// Every entry gets a dense number in arrival order, which is a topological order; all else is integers. The graph is split
/// into totally ordered chains (<see cref="Chains"/>), so a history is a count for each chain (<see cref="HistoryClock"/>), and
/// whether one entry is in another's history is one look-up. Entries of a linear run share one clock.
/// Accepted as the original does: predecessors that are not minimal, and further entries without predecessors.
/// A caller appends only what it has checked; payloads are kept elsewhere. One thread appends and asks; other threads may
/// meanwhile use <see cref="Contains"/>, <see cref="TryIndex"/>, <see cref="HashOf"/>, <see cref="PayloadHashOf"/> and <see cref="HeaderOf"/>,
/// about entries whose numbers that thread has published to them.
/// Source: wire.md section 1, supplement section 4, docs/decisions/010-dag-chains-and-clocks.md.
/// </remarks>
public sealed class DagLog
{
    private readonly Numbering<ContentHash> _hashes = new();
    private readonly List<ContentHash> _payloadHashes = [];
    private readonly List<HistoryClock> _clocks = [];   // without the entry's own chain, whose count is position + 1
    private readonly MergeMemo _merges = new();
    private readonly Chains _chains = new();
    private readonly TagIndex _tags = new();
    private IntList _chainOf, _positionOf;

    // Predecessors: the number itself for one, ~offset into the pool (count, then numbers) otherwise.
    private IntList _prev;
    private IntList _prevPool;

    private readonly HashSet<int> _tips = [];
    private DagVersion? _frontier;      // null when entries came since it was asked for
    private HistoryClock _clockOfAll = HistoryClock.Empty;
    private int _clockedCount;          // how many entries _clockOfAll contains

    /// <summary>Number of entries.</summary>
    public int Count => _hashes.Count;

    /// <summary>Minimal cover of all entries: those without successors.</summary>
    public DagVersion FrontierVersion => _frontier ??= new([.. _tips.Order()], ClockOfAll());

    /// <summary>The frontier as hashes.</summary>
    public Position Frontier => PositionOf(FrontierVersion);

    /// <summary>Whether the entry is in the log.</summary>
    public bool Contains(ContentHash hash) => _hashes.TryFind(hash, out _);

    /// <summary>The entry's number, if it is in the log.</summary>
    public bool TryIndex(ContentHash hash, out int entry) => _hashes.TryFind(hash, out entry);

    /// <summary>The entry's hash.</summary>
    public ContentHash HashOf(int entry) => _hashes[entry];

    /// <summary>The hash of the entry's payload.</summary>
    public ContentHash PayloadHashOf(int entry) => _payloadHashes[entry];

    /// <summary>The entry's predecessors in ordinal order of their hashes.</summary>
    public ReadOnlySpan<int> PrevOf(int entry)
    {
        int code = _prev[entry];
        return code >= 0 ? _prev.Slice(entry, 1) : _prevPool.Slice(~code + 1, _prevPool[~code]);
    }

    /// <summary>The entry's header, put together again.</summary>
    public Header HeaderOf(int entry) => new(PayloadHashOf(entry), PositionOf(PrevOf(entry)), HashOf(entry));

    /// <summary>The entry's tags.</summary>
    public IReadOnlyList<Tag> TagsOf(int entry) => _tags.TagsOf(entry);

    /// <summary>All tags ever seen under a key, such as all elements of a set, in order of arrival.</summary>
    public IEnumerable<Tag> TagValues(string key) => _tags.TagsUnder(key);

    /// <summary>Adds an entry; answers its number.</summary>
    /// <exception cref="ArgumentException">The entry is in the log already, or a predecessor is not.</exception>
    public int Append(Header header, IReadOnlyList<Tag> tags)
    {
        // Appending an entry again would put it back into the frontier (supplement section 4).
        if (Contains(header.Hash)) throw new ArgumentException($"entry {header.Hash.Short} is in the log already", nameof(header));
        var hashes = header.PrevEntryHashes.Hashes;
        Span<int> prev = hashes.Length <= 64 ? stackalloc int[hashes.Length] : new int[hashes.Length];
        for (int i = 0; i < prev.Length; i++)
        {
            if (!_hashes.TryFind(hashes[i], out prev[i]))
                throw new ArgumentException($"predecessor {hashes[i].Short} of entry {header.Hash.Short} is not in the log", nameof(header));
        }

        int entry = _hashes.Add(header.Hash, out _);
        _payloadHashes.Add(header.PayloadHash);
        int chain = Place(entry, prev);
        _tags.Add(tags, chain, _positionOf[entry]);

        foreach (int p in prev) _tips.Remove(p);
        _tips.Add(entry);
        _frontier = null;
        return entry;
    }

    /// <summary>The hashes of a position that are not in the log; the empty position if all are.</summary>
    public Position MissingOf(Position position)
    {
        var missing = new List<ContentHash>();
        foreach (var hash in position.Hashes)
        {
            if (!Contains(hash)) missing.Add(hash);
        }
        return Position.Of(CollectionsMarshal.AsSpan(missing));
    }

    /// <summary>Resolves a position; false if some hash is not in the log, see <see cref="MissingOf"/>.</summary>
    public bool TryVersion(Position position, [NotNullWhen(true)] out DagVersion? version)
    {
        version = null;
        var tips = new int[position.Count];
        for (int i = 0; i < tips.Length; i++)
        {
            if (!TryIndex(position[i], out tips[i])) return false;
        }
        version = VersionOf(tips);
        return true;
    }

    /// <summary>The version with the entry as its only tip.</summary>
    public DagVersion VersionOf(int entry) => new([entry], ClockOf(entry));

    /// <summary>How many entries the entry's history has, itself included. Costs one step a chain.</summary>
    public long HistorySizeOf(int entry) => HistoryClock.Differences(HistoryClock.Empty, ClockOf(entry)).Sum(part => (long)part.Right);

    /// <summary>The version with the entries as its tips, in any order, repeated or not.</summary>
    public DagVersion VersionOf(params ReadOnlySpan<int> entries)
    {
        if (entries.Length == 0) return DagVersion.Empty;
        int[] tips = entries.ToArray();
        Array.Sort(tips);
        int distinct = 0;
        var clock = HistoryClock.Empty;
        for (int i = 0; i < tips.Length; i++)
        {
            if (i > 0 && tips[i] == tips[i - 1]) continue;
            tips[distinct++] = tips[i];
            clock = Joined(clock, tips[i]);
        }
        return new(tips[..distinct], clock);
    }

    /// <summary>The version as hashes.</summary>
    public Position PositionOf(DagVersion version) => PositionOf(version.Tips);

    /// <summary>Whether the entry is in the version's history (its own entries are).</summary>
    public bool Includes(DagVersion version, int entry) => Includes(version.Clock, entry);

    /// <summary>Whether all of the second version's history is in the first's.</summary>
    public bool Includes(DagVersion version, DagVersion other)
    {
        foreach (int tip in other.Tips)
        {
            if (!Includes(version.Clock, tip)) return false;
        }
        return true;
    }

    /// <summary>Whether the first entry is the second one or in its history.</summary>
    public bool Precedes(int entry, int later) =>
        _chainOf[entry] == _chainOf[later] ? entry <= later : _clocks[later].Get(_chainOf[entry]) > _positionOf[entry];

    /// <summary>The version's history, each entry after its predecessors. The log may grow meanwhile.</summary>
    public IEnumerable<int> EntriesIn(DagVersion version)
    {
        if (version.Tips.Length == 0) yield break;
        int last = version.Tips[^1];
        for (int entry = 0; entry <= last; entry++)
        {
            if (Includes(version.Clock, entry)) yield return entry;
        }
    }

    /// <summary>What is in one version's history and not in another's, each entry after its predecessors. Costs the difference.</summary>
    public IReadOnlyList<int> EntriesBetween(DagVersion after, DagVersion upTo)
    {
        var entries = new List<int>();
        foreach (var (chain, from, to) in HistoryClock.Differences(after.Clock, upTo.Clock))
        {
            for (int position = from; position < to; position++) entries.Add(_chains.EntryAt(chain, position));
        }
        entries.Sort();
        return entries;
    }

    /// <summary>As <see cref="EntriesBetween(DagVersion, DagVersion)"/>, of the entries that pass a filter. Costs the result and a search a chain.</summary>
    public IReadOnlyList<int> EntriesBetween(DagVersion after, DagVersion upTo, TagFilter filter)
    {
        var entries = new List<int>();
        if (!_tags.TryFind(filter, out var terms)) return entries;
        if (terms.Length == 0) return EntriesBetween(after, upTo);
        ref readonly var term = ref terms[0];
        for (int n = 0; n < term.ChainCount; n++)
        {
            int chain = term.Chain(n);
            int end = term.CountBelow(n, upTo.Clock.Get(chain));
            for (int k = term.CountBelow(n, after.Clock.Get(chain)); k < end; k++)
            {
                int position = term.Position(n, k);
                bool bearsAll = true;
                for (int other = 1; other < terms.Length && bearsAll; other++) bearsAll = terms[other].Contains(chain, position);
                if (bearsAll) entries.Add(_chains.EntryAt(chain, position));
            }
        }
        entries.Sort();
        return entries;
    }

    /// <summary>The version with the same history whose tips do not reach one another.</summary>
    public DagVersion MinimalCover(DagVersion version)
    {
        int[] tips = Maximal(version.Tips);
        return tips.Length == version.Tips.Length ? version : new(tips, version.Clock);
    }

    /// <summary>Where two versions part.</summary>
    public ForkPosition Fork(DagVersion a, DagVersion b) => ForkQuery.Run(this, a, b);

    /// <summary>Minimal cover of what all the versions have in common.</summary>
    /// <exception cref="ArgumentException">There is no version.</exception>
    public DagVersion Meet(params ReadOnlySpan<DagVersion> versions)
    {
        if (versions.Length == 0) throw new ArgumentException("the meet of no version is not defined", nameof(versions));
        var meet = MinimalCover(versions[0]);
        foreach (var version in versions[1..]) meet = ForkQuery.CommonFrontier(this, meet, version);
        return meet;
    }

    /// <summary>The highest entries in the version's history that pass the filter and the predicate.</summary>
    /// <remarks>
    /// An entry that does not pass is walked through. In ordinal order of the hashes. The predicate is called in descending
    /// order of arrival, and not for entries below one that passed. Source: supplement section 4, cover.
    /// </remarks>
    public IReadOnlyList<int> Cover(DagVersion from, TagFilter filter, Func<int, bool>? predicate = null) =>
        CoverQuery.Run(this, from, DagVersion.Empty, filter, predicate);

    /// <summary>As <see cref="Cover"/>, over the entries of the history that are concurrent with every tip of <paramref name="to"/>.</summary>
    /// <remarks>Left out, and walked through: what is at or below a tip, and what is above one. Source: supplement section 4, concurrentCover.</remarks>
    public IReadOnlyList<int> ConcurrentCover(DagVersion from, DagVersion to, TagFilter filter, Func<int, bool>? predicate = null) =>
        CoverQuery.Run(this, from, to, filter, predicate);

    internal Chains ChainsOfGraph => _chains;

    internal TagIndex Index => _tags;

    internal int ChainOf(int entry) => _chainOf[entry];

    internal int PositionInChain(int entry) => _positionOf[entry];

    internal bool Includes(HistoryClock clock, int entry) => clock.Get(_chainOf[entry]) > _positionOf[entry];

    /// <summary>The clock of the entry's history, itself included.</summary>
    internal HistoryClock ClockOf(int entry) => _clocks[entry].With(_chainOf[entry], _positionOf[entry] + 1);

    /// <summary>The clock of a history joined with an entry's.</summary>
    internal HistoryClock Joined(HistoryClock clock, int entry) =>
        HistoryClock.Max(clock, _clocks[entry]).With(_chainOf[entry], _positionOf[entry] + 1);

    /// <summary>Those of the entries (ascending, distinct) that no other one reaches, ascending.</summary>
    internal int[] Maximal(ReadOnlySpan<int> entries)
    {
        if (entries.Length <= 1) return entries.ToArray();
        var maximal = new List<int>();
        var below = HistoryClock.Empty;
        // Whatever reaches an entry has a higher number, so it has been met before.
        for (int i = entries.Length - 1; i >= 0; i--)
        {
            if (Includes(below, entries[i])) continue;
            maximal.Add(entries[i]);
            if (i > 0) below = Joined(below, entries[i]);
        }
        maximal.Reverse();
        return [.. maximal];
    }

    /// <summary>Sorts entries by the ordinal order of their hashes.</summary>
    internal List<int> InHashOrder(List<int> entries)
    {
        if (entries.Count > 1) entries.Sort((x, y) => _hashes[x].CompareTo(_hashes[y]));
        return entries;
    }

    private Position PositionOf(ReadOnlySpan<int> entries)
    {
        if (entries.Length == 0) return Position.Empty;
        var hashes = new ContentHash[entries.Length];
        for (int i = 0; i < hashes.Length; i++) hashes[i] = _hashes[entries[i]];
        return Position.Of(hashes);
    }

    // Gives the entry its predecessors, clock, chain and position; answers the chain.
    private int Place(int entry, ReadOnlySpan<int> prev)
    {
        int chain = -1;
        foreach (int p in prev)
        {
            if (IsEnd(p) && (chain < 0 || _chainOf[p] < chain)) chain = _chainOf[p];
        }

        HistoryClock below;
        bool isJunction = true;
        if (prev.Length == 1)
        {
            _prev.Add(prev[0]);
            isJunction = chain < 0;
            below = isJunction ? ClockOf(prev[0]) : _clocks[prev[0]];
        }
        else
        {
            _prev.Add(~_prevPool.Count);
            _prevPool.Add(prev.Length);
            below = HistoryClock.Empty;
            foreach (int p in prev) below = HistoryClock.Max(below, _clocks[p], _merges);
            foreach (int p in prev)
            {
                _prevPool.Add(p);
                below = below.With(_chainOf[p], _positionOf[p] + 1);
                if (chain >= 0 && _chainOf[p] != chain && IsEnd(p)) _chains.MarkIdle(_chainOf[p]);
            }
        }

        if (chain < 0) chain = _chains.Choose(below);
        _clocks.Add(below);
        _chainOf.Add(chain);
        _positionOf.Add(_chains.Append(chain, entry, isJunction));
        return chain;
    }

    // Brought up to date when asked for: a bulk load pays for it once a chain, not once an entry.
    private HistoryClock ClockOfAll()
    {
        for (; _clockedCount < Count; _clockedCount++)
        {
            if (IsEnd(_clockedCount)) _clockOfAll = _clockOfAll.With(_chainOf[_clockedCount], _positionOf[_clockedCount] + 1);
        }
        return _clockOfAll;
    }

    private bool IsEnd(int entry) => _positionOf[entry] == _chains.LengthOf(_chainOf[entry]) - 1;
}
