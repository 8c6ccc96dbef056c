using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Opaque;

/// <summary>One object whose type is not known here. Hashes and predecessors of its entries are checked; nothing is read in them.</summary>
/// <remarks>Source: docs/types/opaque.md.</remarks>
public sealed class OpaqueObject : ReplicatedObject
{
    internal OpaqueObject(ObjectScope scope, string typeId)
        : base(scope) => TypeId = typeId;

    /// <inheritdoc/>
    public override string TypeId { get; }

    /// <inheritdoc/>
    public override Verdict Check(Literal payload, DagVersion at) =>
        payload is Literal.Map ? Verdict.Valid : new Reject(RejectCode.InvalidOperation, "an operation must be a map");

    /// <inheritdoc/>
    public override IEnumerable<Tag> Describe(Literal.Map payload, ContentHash entry) => [];

    /// <inheritdoc/>
    public override OpaqueDelta Delta(DagVersion start, DagVersion end) => new(
        Scope.Log.EntriesBetween(start, end).Count, Scope.Log.EntriesBetween(end, start).Count, ObjectDelta.BoundOf(Scope.Log, start, end));

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeCreate() => [Mark];

    /// <summary>On the create entry: the entries were never judged by the rules of a type.</summary>
    internal static readonly Tag Mark = new("opaque", "t");
}

/// <summary>How two versions of an object differ of which nothing is known.</summary>
/// <param name="Added">Number of entries that only the end has.</param>
/// <param name="Removed">Number of entries that only the start has.</param>
/// <param name="RevisionBound">A version below which nothing can have changed.</param>
public sealed record OpaqueDelta(int Added, int Removed, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    /// <inheritdoc/>
    public override bool IsEmpty => Added + Removed == 0;
}
