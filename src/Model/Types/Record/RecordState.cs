using System.Collections.Immutable;
using Hhs.Model.Json;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Record;

/// <summary>A record of values in a space.</summary>
public sealed class RecordState : MemberState
{
    private readonly RecordSchema? _schema;
    private readonly ImmutableSortedDictionary<string, CandidateList> _fields;

    internal RecordState(RecordSchema? schema, ImmutableSortedDictionary<string, CandidateList> fields) => (_schema, _fields) = (schema, fields);

    /// <summary>The fields that hold something, in ordinal order.</summary>
    public IEnumerable<string> Fields() => _fields.Keys.Where(field => Value(field) is not null);

    /// <summary>The literal that a field holds; null if it holds none.</summary>
    public Literal? Value(string field) => Candidates(field) is { Count: > 0 } candidates ? candidates[^1].Value : null;

    /// <summary>The writes and removals of a field that no other supersedes, in ascending order of their ids; the last one wins.</summary>
    public IReadOnlyList<ConflictCandidate> Candidates(string field) => _fields.GetValueOrDefault(field, CandidateList.Empty).Candidates;

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts =>
        [.. _fields.Where(each => each.Value.Candidates.Count > 1).Select(each => new Conflict(each.Key, each.Value.Candidates))];

    /// <inheritdoc/>
    public override Reject? Check(Literal.Map operation) => operation.Text("action") switch
    {
        "set" => RecordPayloads.CheckSet(operation, _schema),
        "remove" => RecordPayloads.CheckRemove(operation, _schema),
        _ => new(RejectCode.InvalidOperation, "a record in a space takes set and remove: make nested objects members of the space"),
    };

    /// <inheritdoc/>
    public override MemberState? Apply(in MemberOperation operation, out Reject why)
    {
        why = default;
        var written = operation.Payload["fields"] as Literal.Map;
        var fields = _fields.ToBuilder();
        foreach (string field in RecordPayloads.FieldsOf(operation.Payload))
            fields[field] = fields.GetValueOrDefault(field, CandidateList.Empty)!.With(operation, written?[field]);
        return new RecordState(_schema, fields.ToImmutable());
    }

    /// <inheritdoc/>
    public override MemberCondition? ConditionOf(string kind, Literal argument) => RecordConditions.Of(kind, argument)?.Of<RecordState>(state => state.Candidates);
}
