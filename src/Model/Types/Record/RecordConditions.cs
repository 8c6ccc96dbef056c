using Hhs.Model.Json;
using Hhs.Model.Types.Conditions;
using CandidatesOf = System.Func<string, System.Collections.Generic.IReadOnlyList<Hhs.Model.Types.ConflictCandidate>>;

namespace Hhs.Model.Types.Record;

/// <summary>Conditions on the fields of a record. Each asks all candidates of a field: whichever of them is settled on, the condition has held.</summary>
/// <remarks>Source: docs/types/record.md, conditions.</remarks>
internal static class RecordConditions
{
    /// <summary>The condition of a kind on a record that is looked at by asking for the candidates of a field; null if there is none.</summary>
    public static ConditionRule<CandidatesOf>? Of(string kind, Literal argument) => (kind, argument) switch
    {
        ("equals", Literal.Map { Count: > 0 and <= RecordPayloads.FieldsMax } fields) => AllEqual(fields),
        ("present", Literal.String { Value: var field }) when RecordPayloads.IsName(field) => Candidates(field,
            all => all.Count > 0 && all.All(HoldsSomething), operation => operation.Text("action") == "remove" && Writes(operation, field)),
        ("absent", Literal.String { Value: var field }) when RecordPayloads.IsName(field) => Candidates(field,
            all => !all.Any(HoldsSomething), operation => operation.Text("action") != "remove" && Writes(operation, field)),
        _ => null,
    };

    // Seen is the first field that differs, or all of them.
    private static ConditionRule<CandidatesOf>? AllEqual(Literal.Map fields)
    {
        KeyValuePair<string, Literal>[] wanted = fields.Entries.ToArray();
        if (!wanted.All(field => RecordPayloads.IsName(field.Key))) return null;
        return new(candidatesOf =>
        {
            var seen = new List<KeyValuePair<string, Literal>>();
            foreach (var (field, value) in wanted)
            {
                var candidates = candidatesOf(field);
                var found = KeyValuePair.Create(field, SeenValue.Candidates(candidates));
                if (candidates.Count == 0 || !candidates.All(c => value.Equals(c.Value))) return (false, Literal.Map.Of((field, found.Value)));
                seen.Add(found);
            }
            return (true, Literal.Map.FromPairs([.. seen]));
        }, operation => wanted.Any(field => Writes(operation, field.Key) && !(operation["fields"] is Literal.Map written && field.Value.Equals(written[field.Key]))));
    }

    private static ConditionRule<CandidatesOf> Candidates(
        string field, Func<IReadOnlyList<ConflictCandidate>, bool> holds, Func<Literal.Map, bool> isFalsifiedBy) => new(candidatesOf =>
    {
        var candidates = candidatesOf(field);
        return (holds(candidates), Literal.Map.Of((field, SeenValue.Candidates(candidates))));
    }, isFalsifiedBy);

    private static bool HoldsSomething(ConflictCandidate candidate) => candidate is { Value: not null } or { Child: not null };

    // Whether an operation writes or removes a field: an add and a keep name one, a set and a remove several.
    private static bool Writes(Literal.Map operation, string field) => operation.Text("field") == field || operation["fields"] switch
    {
        Literal.Map written => written.Has(field),
        Literal.Array removed => removed.Items.Contains(field),
        _ => false,
    };
}
