using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Types.Register;

/// <summary>One replicated value: concurrent writes are all kept, one is shown.</summary>
/// <remarks>Source: docs/types/register.md.</remarks>
public sealed class ReplicatedRegister : GuardedObject, IConflictView
{
    private readonly bool _hasInitial;

    internal ReplicatedRegister(ObjectScope scope, Literal.Map create)
        : base(scope, create) => _hasInitial = create.Has("initial");

    /// <inheritdoc/>
    public override string TypeId => RegisterType.Id;

    /// <summary>The register at a version, as judged from a later one.</summary>
    public RegisterView View(DagVersion at, DagVersion from) =>
        new([.. Scope.Log.Cover(at, TagFilter.Of(Scope.Tag(WriteTag.Key, WriteTag.Value)), Counts(from)).Select(CandidateOf)]);

    /// <summary>The register at a version, as known at that version.</summary>
    public RegisterView View(DagVersion at) => View(at, at);

    /// <inheritdoc/>
    public override RegisterDelta Delta(DagVersion start, DagVersion end) => new(View(start), View(end), RevisionBoundOf(start, end));

    /// <inheritdoc/>
    public IReadOnlyList<Conflict> Conflicts(DagVersion at, DagVersion from) =>
        View(at, from).Candidates is { Count: > 1 } candidates ? [new("", candidates)] : [];

    /// <inheritdoc/>
    public Literal.Map Resolve(Conflict conflict, int choice)
    {
        if (choice < 0 || choice >= conflict.Candidates.Count) throw new ArgumentException("no such candidate", nameof(choice));
        return conflict.Candidates[choice].Value is { } value ? RegisterPayloads.Set(value) : RegisterPayloads.Clear;
    }

    /// <inheritdoc/>
    protected override Verdict CheckOperation(Literal.Map operation, DagVersion at) => RegisterPayloads.Check(operation) is { } why ? why : Verdict.Valid;

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeCreate() => _hasInitial ? [WriteTag] : [];

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeOperation(Literal.Map operation, ContentHash entry) => [WriteTag];

    /// <inheritdoc/>
    protected override Condition? ConditionOf(string kind, Literal argument, DagVersion at) =>
        RegisterConditions.Of(kind, argument)?.On((version, from) => View(version, from).Candidates) ?? base.ConditionOf(kind, argument, at);

    private ConflictCandidate CandidateOf(int entry)
    {
        var payload = Scope.PayloadOf(entry);
        return new(Scope.Log.HashOf(entry), AuthorOf(entry), payload["value"] ?? payload["initial"]);
    }

    private static readonly Tag WriteTag = new("op", "write");
}

/// <summary>A register at a version.</summary>
/// <param name="Candidates">The writes that no other supersedes, in ascending order of the hashes.</param>
public sealed record RegisterView(IReadOnlyList<ConflictCandidate> Candidates)
{
    /// <summary>The value of the candidate with the highest hash; null if nobody wrote or it clears.</summary>
    public Literal? Value => Candidates.Count == 0 ? null : Candidates[^1].Value;
}

/// <summary>How a register differs between two versions.</summary>
/// <param name="Before">The register at the start.</param>
/// <param name="After">The register at the end.</param>
/// <param name="RevisionBound">A version below which nothing differs.</param>
public sealed record RegisterDelta(RegisterView Before, RegisterView After, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    /// <inheritdoc/>
    public override bool IsEmpty => Before.Candidates.Select(c => c.Entry).SequenceEqual(After.Candidates.Select(c => c.Entry));
}
