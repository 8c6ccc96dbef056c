using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Tests.Types.Space.Laws;

/// <summary>A type that the library does not know: links, each on an earlier one or on nothing. So one that is rolled back takes others with it.</summary>
internal sealed class ChainType() : NativeType(Id, ["link"])
{
    public const string Id = "tests/chain_v1";

    public override ReplicatedObject Open(ObjectScope scope, Literal.Map create) => new Chain(scope, create);

    public static Literal.Map Create(string seed) => Literal.Map.Of(("action", "create"), ("type", Id), ("seed", seed));

    /// <summary>A link on an earlier one; null for one on nothing.</summary>
    public static Literal.Map Link(ContentHash? to) => Literal.Map.Of(("action", "link"), ("to", to?.ToString() ?? ""));
}

/// <summary>One chain on its log.</summary>
internal sealed class Chain(ObjectScope scope, Literal.Map create) : GuardedObject(scope, create)
{
    public override string TypeId => ChainType.Id;

    /// <summary>What the links of a version are called, in ascending order.</summary>
    public IReadOnlyList<ContentHash> Links(DagVersion at) => [.. Scope.Log.EntriesBetween(DagVersion.Empty, at, TagFilter.Of(Scope.Tag("op", "link"))).Select(Scope.Log.HashOf).Order()];

    public override ChainDelta Delta(DagVersion start, DagVersion end) => new(Links(start), Links(end), RevisionBoundOf(start, end));

    protected override Verdict CheckOperation(Literal.Map operation, DagVersion at) =>
        operation.Count == 2 && operation.Text("to") is { } to && (to.Length == 0 || (ContentHash.TryParse(to, out var link) && Links(at).Contains(link)))
            ? Verdict.Valid : Invalid("there is no such link");

    protected override IEnumerable<Tag> DescribeCreate() => [];

    protected override IEnumerable<Tag> DescribeOperation(Literal.Map operation, ContentHash entry) => [new("op", "link")];

    protected override Condition? ConditionOf(string kind, Literal argument, DagVersion at) => kind != "longest" || !PayloadValue.TryReadWhole(argument, 0, 1000, out int most) ? base.ConditionOf(kind, argument, at)
        : new((at, from) => (Links(at).Count <= most, Links(at).Count), _ => true);
}

internal sealed record ChainDelta(IReadOnlyList<ContentHash> Before, IReadOnlyList<ContentHash> After, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    public override bool IsEmpty => Before.SequenceEqual(After);
}
