using Hhs.Model.Types.Conditions;
using System.Globalization;
using System.Numerics;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Types.Counter;

/// <summary>One replicated sum.</summary>
/// <remarks>
/// Running sums are kept for each chain of the log, so the sum at a version is one look-up a chain.
/// Source: docs/types/counter.md.
/// </remarks>
public sealed class ReplicatedCounter : GuardedObject
{
    private readonly long _initial;
    private readonly Dictionary<string, Sums> _byAuthor = new(StringComparer.Ordinal);
    private readonly Sums _all = new();
    private DagVersion _applied = DagVersion.Empty;

    internal ReplicatedCounter(ObjectScope scope, Literal.Map create, long initial)
        : base(scope, create) => _initial = initial;

    /// <inheritdoc/>
    public override string TypeId => CounterType.Id;

    /// <summary>The counter at a version, as judged from a later one.</summary>
    public CounterView View(DagVersion at, DagVersion from)
    {
        CatchUp();
        var total = (BigInteger)_all.At(at.Clock) + _initial;
        var byAuthor = new SortedDictionary<string, BigInteger>(StringComparer.Ordinal);
        foreach (var (author, sums) in _byAuthor)
        {
            if (sums.IsTouchedBy(at.Clock)) byAuthor[author] = sums.At(at.Clock);
        }
        if (Counts(from) is { } counts)
        {
            foreach (int entry in Scope.Log.EntriesBetween(DagVersion.Empty, at, Filter))
            {
                if (counts(entry)) continue;
                long amount = AmountOf(entry);
                total -= amount;
                if (AuthorOf(entry) is { } author) byAuthor[author] -= amount;
            }
        }
        return new(total, byAuthor);
    }

    /// <summary>The counter at a version, as known at that version.</summary>
    public CounterView View(DagVersion at) => View(at, at);

    /// <inheritdoc/>
    public override CounterDelta Delta(DagVersion start, DagVersion end)
    {
        CounterView before = View(start), after = View(end);
        var byAuthor = new SortedDictionary<string, BigInteger>(StringComparer.Ordinal);
        foreach (string author in before.ByAuthor.Keys.Union(after.ByAuthor.Keys))
        {
            var difference = after.ByAuthor.GetValueOrDefault(author) - before.ByAuthor.GetValueOrDefault(author);
            if (!difference.IsZero) byAuthor[author] = difference;
        }
        return new(after.Total - before.Total, byAuthor, RevisionBoundOf(start, end));
    }

    /// <inheritdoc/>
    protected override Verdict CheckOperation(Literal.Map operation, DagVersion at) =>
        CounterPayloads.Check(operation) is { } why ? why : Verdict.Valid;

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeCreate() => [];

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeOperation(Literal.Map operation, ContentHash entry) => [new(AmountKey, operation.Text("amount")!)];

    /// <inheritdoc/>
    protected override Condition? ConditionOf(string kind, Literal argument, DagVersion at) =>
        CounterConditions.Of(kind, argument)?.On((version, from) => View(version, from).Total) ?? base.ConditionOf(kind, argument, at);

    private void CatchUp()
    {
        var frontier = Scope.Log.FrontierVersion;
        if (ReferenceEquals(frontier, _applied)) return;
        foreach (int entry in Scope.Log.EntriesBetween(_applied, frontier, Filter))
        {
            int chain = Scope.Log.ChainOf(entry), position = Scope.Log.PositionInChain(entry);
            long amount = AmountOf(entry);
            _all.Add(chain, position, amount);
            if (AuthorOf(entry) is not { } author) continue;
            if (!_byAuthor.TryGetValue(author, out var sums)) _byAuthor.Add(author, sums = new());
            sums.Add(chain, position, amount);
        }
        _applied = frontier;
    }

    private long AmountOf(int entry)
    {
        foreach (var tag in Scope.TagsOf(entry, AmountKey)) return long.Parse(tag.Value, CultureInfo.InvariantCulture);
        return 0;
    }

    private TagFilter Filter => TagFilter.OfKeys(Scope.Tag(AmountKey, "").Key);

    private const string AmountKey = "amount";

    // For each chain: positions, ascending, and the sum up to each. 128 bits hold 2^31 amounts of 64 bits.
    private sealed class Sums
    {
        private readonly Dictionary<int, (IntList Positions, List<Int128> UpTo)> _chains = [];

        public void Add(int chain, int position, long amount)
        {
            var (positions, upTo) = _chains.TryGetValue(chain, out var known) ? known : (default, []);
            upTo.Add((upTo.Count == 0 ? 0 : upTo[^1]) + amount);
            positions.Add(position);
            _chains[chain] = (positions, upTo);
        }

        public Int128 At(HistoryClock clock)
        {
            Int128 sum = 0;
            foreach (var (chain, (positions, upTo)) in _chains)
            {
                int count = positions.CountBelow(clock.Get(chain));
                if (count > 0) sum += upTo[count - 1];
            }
            return sum;
        }

        public bool IsTouchedBy(HistoryClock clock)
        {
            foreach (var (chain, (positions, _)) in _chains)
            {
                if (clock.Get(chain) > positions[0]) return true;
            }
            return false;
        }
    }
}

/// <summary>A counter at a version.</summary>
/// <param name="Total">The exact sum.</param>
/// <param name="ByAuthor">The sum of each author's adds, by key id in ordinal order; adds without author are in the total only.</param>
public sealed record CounterView(BigInteger Total, IReadOnlyDictionary<string, BigInteger> ByAuthor);

/// <summary>How a counter differs between two versions.</summary>
/// <param name="Total">End minus start.</param>
/// <param name="ByAuthor">The same for each author whose sum differs.</param>
/// <param name="RevisionBound">A version below which nothing differs.</param>
public sealed record CounterDelta(BigInteger Total, IReadOnlyDictionary<string, BigInteger> ByAuthor, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    /// <inheritdoc/>
    public override bool IsEmpty => Total.IsZero && ByAuthor.Count == 0;
}
