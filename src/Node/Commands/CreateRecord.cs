using System.CommandLine;
using Hhs.Model.Json;
using Hhs.Model.Types.Record;

namespace Hhs.Node.Commands;

/// <summary><c>hhs create record NAME</c>.</summary>
internal static class CreateRecord
{
    public static Command Make()
    {
        var values = new Option<string[]>("--value") { Description = "A field that the record begins with; repeat for more", HelpName = "FIELD=VALUE", DefaultValueFactory = _ => [] };
        var fields = new Option<string[]>("--field") { Description = $"A field of the schema, and what it holds: {string.Join(", ", ValueTypes)}, or an object such as counter; repeat for more", HelpName = "FIELD=TYPE", DefaultValueFactory = _ => [] };
        var required = new Option<string[]>("--required") { Description = "A field of the schema that is never removed; needs a --value", HelpName = "FIELD", DefaultValueFactory = _ => [] };
        var open = new Option<bool>("--open") { Description = "Other fields than those of the schema are allowed" };
        var json = Values.JsonOption();
        return CreateCommand.Governed(
            new Command("record", "Create a record. Operations: set, remove, add, keep, update") { values, fields, required, open, json },
            (parsed, seed) => RecordPayloads.Create(seed,
                Initial(parsed.GetValue(values)!, parsed.GetValue(json)), Schema(parsed.GetValue(fields)!, parsed.GetValue(required)!, parsed.GetValue(open)), parsed.GetValue(open)));
    }

    private static Literal.Map? Initial(string[] values, bool json)
    {
        var map = Literal.Map.Empty;
        foreach (string text in values)
        {
            var (field, value) = CreateOptions.Pair(text, "--value", "FIELD=VALUE");
            map = map.With(field, Values.Parse(value, json));
        }
        return values.Length == 0 ? null : map;
    }

    private static Dictionary<string, FieldRule>? Schema(string[] fields, string[] required, bool open)
    {
        if (fields.Length == 0 && (required.Length > 0 || open)) throw CommandException.BadInput("--required and --open are about a schema: give its fields with --field FIELD=TYPE");
        var schema = new Dictionary<string, FieldRule>(StringComparer.Ordinal);
        foreach (string text in fields)
        {
            var (field, type) = CreateOptions.Pair(text, "--field", "FIELD=TYPE");
            bool isValue = ValueTypes.Contains(type);
            string? content = Kinds.Nested(type, field) is null ? null : Kinds.TypeIdOf(type);
            if (!isValue && content is null)
                throw CommandException.BadInput($"--field '{text}': '{type}' is not a type; a field holds {string.Join(", ", ValueTypes)}, counter, growset, list, log, record, register, set or text");
            schema[field] = isValue ? new(type, required.Contains(field)) : new("object", ContentType: content);
        }
        if (required.FirstOrDefault(f => !schema.ContainsKey(f)) is { } unknown) throw CommandException.BadInput($"--required '{unknown}': the schema has no such --field");
        return schema.Count == 0 ? null : schema;
    }

    private static readonly string[] ValueTypes = ["string", "number", "integer", "boolean", "array", "map", "any"];
}
