using System.Collections.Immutable;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Record;

/// <summary>The record, <c>hhs-actors/record_v1</c>.</summary>
/// <remarks>Source: docs/types/record.md.</remarks>
public sealed class RecordType() : NativeType(RecordType.Id, ["set", "remove", "add", "keep", "update"],
    ("initial", false, literal => IsFields(literal, RecordSchema.FieldsMax)),
    ("schema", false, literal => RecordSchema.TryRead(literal) is not null)), IFoldedType
{
    /// <summary>The type id.</summary>
    public const string Id = "hhs-actors/record_v1";

    /// <inheritdoc/>
    public override ReplicatedObject Open(ObjectScope scope, Literal.Map create) => new ReplicatedRecord(scope, create);

    /// <inheritdoc/>
    public MemberState? Start(Literal.Map create, ContentHash id, int entry)
    {
        var fields = ImmutableSortedDictionary.CreateBuilder<string, CandidateList>(StringComparer.Ordinal);
        foreach (var (name, value) in create["initial"] is Literal.Map initial ? initial.Entries : []) fields.Add(name, CandidateList.Initial(entry, id, value));
        return new RecordState(create.TryGet("schema", out var schema) ? RecordSchema.TryRead(schema) : null, fields.ToImmutable());
    }

    /// <inheritdoc/>
    protected override Reject? CheckFields(Literal.Map create, TypeRegistry types)
    {
        if (!create.TryGet("schema", out var literal)) return null;
        var schema = RecordSchema.TryRead(literal)!;
        var initial = create["initial"] as Literal.Map;
        if (schema.MissingIn(initial) is { } missing) return new(RejectCode.InvalidOperation, $"the required field '{Reject.Excerpt(missing)}' is not among the initial ones");
        foreach (var (name, value) in initial is null ? [] : initial.Entries)
        {
            if (schema.CheckValue(name, value) is { } why) return new(RejectCode.InvalidOperation, why);
        }
        return null;
    }

    internal static bool IsFields(Literal literal, int countMax)
    {
        if (literal is not Literal.Map map || map.Count > countMax) return false;
        foreach (var (name, value) in map.Entries)
        {
            if (!RecordPayloads.IsName(name) || !PayloadValue.IsSmall(value)) return false;
        }
        return true;
    }
}
