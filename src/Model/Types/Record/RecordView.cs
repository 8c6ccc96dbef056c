using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Record;

/// <summary>A record at a version, as judged from a later one.</summary>
public sealed class RecordView
{
    private readonly ReplicatedRecord _record;
    private readonly DagVersion _at;
    private readonly Func<int, bool>? _counts;

    internal RecordView(ReplicatedRecord record, DagVersion at, DagVersion from) => (_record, _at, _counts) = (record, at, record.Counts(from));

    /// <summary>The fields that hold something, in ordinal order.</summary>
    public IReadOnlyList<string> Fields() => [.. _record.FieldsEver.Where(field => Winner(field) is { Value: not null } or { Child: not null })];

    /// <summary>The literal that a field holds; null if it holds none.</summary>
    public Literal? Value(string field) => Winner(field)?.Value;

    /// <summary>The nested object that a field holds; null if it holds none.</summary>
    public ReplicatedObject? Child(string field) => Winner(field)?.Child is { } id && _record.TryGetChild(id, out var child) ? child : null;

    /// <summary>The writes and removals of a field that no other supersedes, in ascending order of the hashes; the last one wins.</summary>
    public IReadOnlyList<ConflictCandidate> Candidates(string field) => [.. Entries(field).Select(entry => _record.CandidateOf(entry, field))];

    internal IReadOnlyList<int> Entries(string field) => _record.Scope.Log.Cover(_at, TagFilter.Of(_record.FieldTag(field)), _counts);

    private ConflictCandidate? Winner(string field) => Entries(field) is { Count: > 0 } entries ? _record.CandidateOf(entries[^1], field) : null;
}

/// <summary>How a record differs between two versions.</summary>
/// <param name="Fields">The fields whose candidates differ, in ordinal order.</param>
/// <param name="Children">What changed in nested objects, by their ids.</param>
/// <param name="RevisionBound">A version below which nothing can have changed.</param>
public sealed record RecordDelta(
    IReadOnlyList<string> Fields, IReadOnlyDictionary<ContentHash, ObjectDelta> Children, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    /// <inheritdoc/>
    public override bool IsEmpty => Fields.Count + Children.Count == 0;
}
