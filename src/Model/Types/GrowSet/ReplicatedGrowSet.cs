using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Types.GrowSet;

/// <summary>One replicated set to which elements are only ever added.</summary>
/// <remarks>Source: docs/types/growset.md.</remarks>
public sealed class ReplicatedGrowSet : GuardedObject
{
    private readonly Literal[] _initial;

    internal ReplicatedGrowSet(ObjectScope scope, Literal.Map create, Literal[] initial)
        : base(scope, create) => _initial = initial;

    /// <inheritdoc/>
    public override string TypeId => GrowSetType.Id;

    /// <summary>The set at a version, as judged from a later one.</summary>
    public GrowSetView View(DagVersion at, DagVersion from) => new(this, at, from);

    /// <summary>The set at a version, as known at that version.</summary>
    public GrowSetView View(DagVersion at) => View(at, at);

    /// <inheritdoc/>
    public override GrowSetDelta Delta(DagVersion start, DagVersion end)
    {
        GrowSetView before = View(start), after = View(end);
        var added = new SortedSet<ContentHash>();
        var removed = new SortedSet<ContentHash>();
        var bound = RevisionBoundOf(start, end);
        var filter = TagFilter.OfKeys(Scope.Tag(ElementsKey, "").Key);
        var entries = Scope.Log.EntriesBetween(bound, start, filter).Union(Scope.Log.EntriesBetween(bound, end, filter));
        foreach (var element in entries.SelectMany(entry => Scope.TagsOf(entry, ElementsKey)).Select(tag => tag.ValueAsHash!.Value))
        {
            bool was = before.HasByHash(element), holds = after.HasByHash(element);
            if (holds && !was) added.Add(element);
            if (was && !holds) removed.Add(element);
        }
        return new([.. added], [.. removed], bound);
    }

    /// <inheritdoc/>
    protected override Verdict CheckOperation(Literal.Map operation, DagVersion at) => GrowSetPayloads.Check(operation) is { } why ? why : Verdict.Valid;

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeCreate() => TagsOf(_initial);

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeOperation(Literal.Map operation, ContentHash entry) =>
        TagsOf(((Literal.Array)operation["elements"]!).Items.ToArray());

    /// <inheritdoc/>
    protected override Condition? ConditionOf(string kind, Literal argument, DagVersion at) =>
        ElementConditions.Of(kind, argument, CanFalsify)?.On((version, from) => View(version, from).HasByHash) ?? base.ConditionOf(kind, argument, at);

    internal static bool CanFalsify(Literal.Map operation, Literal element, bool wanted) =>
        !wanted && operation["elements"] is Literal.Array added && added.Items.Contains(element);

    internal IEnumerable<Literal> ElementsIn(int entry)
    {
        var payload = Scope.PayloadOf(entry);
        return payload["elements"] is Literal.Array added ? added.Items.ToArray() : _initial;
    }

    private static IEnumerable<Tag> TagsOf(Literal[] elements) =>
        elements.Select(CanonicalJson.Hash).Distinct().Select(element => new Tag(ElementsKey, element));

    internal const string ElementsKey = "elmts";
}

/// <summary>A grow-only set at a version.</summary>
public sealed class GrowSetView
{
    private readonly ReplicatedGrowSet _set;
    private readonly DagVersion _at;
    private readonly Func<int, bool>? _counts;

    internal GrowSetView(ReplicatedGrowSet set, DagVersion at, DagVersion from) => (_set, _at, _counts) = (set, at, set.Counts(from));

    /// <summary>Whether an element is in the set.</summary>
    public bool Has(Literal element) => HasByHash(CanonicalJson.Hash(element));

    /// <summary>Whether the element with a hash is in the set.</summary>
    public bool HasByHash(ContentHash element) => AddsOf(element).Count > 0;

    /// <summary>The hashes of the elements, in ordinal order.</summary>
    public IReadOnlyList<ContentHash> ElementHashes() =>
        [.. _set.Scope.TagsWithKey(ReplicatedGrowSet.ElementsKey).Select(tag => tag.ValueAsHash!.Value).Where(HasByHash).Order()];

    /// <summary>The elements, in ordinal order of their hashes.</summary>
    public IEnumerable<Literal> Elements() =>
        ElementHashes().Select(hash => _set.ElementsIn(AddsOf(hash)[0]).First(element => CanonicalJson.Hash(element) == hash));

    private IReadOnlyList<int> AddsOf(ContentHash element) =>
        _set.Scope.Log.Cover(_at, TagFilter.Of(_set.Scope.Tag(ReplicatedGrowSet.ElementsKey, element)), _counts);
}

/// <summary>How a grow-only set differs between two versions.</summary>
/// <param name="Added">Hashes that the end has and the start has not, in ordinal order.</param>
/// <param name="Removed">The reverse: when the end is not later, or authority has made adds void.</param>
/// <param name="RevisionBound">A version below which nothing differs.</param>
public sealed record GrowSetDelta(IReadOnlyList<ContentHash> Added, IReadOnlyList<ContentHash> Removed, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    /// <inheritdoc/>
    public override bool IsEmpty => Added.Count + Removed.Count == 0;
}
