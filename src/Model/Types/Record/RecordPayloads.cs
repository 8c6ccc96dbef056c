using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Record;

/// <summary>Makes the payloads of a record.</summary>
/// <remarks>Source: docs/types/record.md.</remarks>
public static class RecordPayloads
{
    /// <summary>Longest name of a field, in UTF-16 units; names have at least one.</summary>
    public const int NameUnitsMax = 128;

    /// <summary>Most fields that one operation writes or removes.</summary>
    public const int FieldsMax = 64;

    /// <summary>A new record.</summary>
    /// <param name="seed">Any text of at most 1024 units.</param>
    /// <param name="initial">The fields that it begins with.</param>
    /// <param name="schema">What its fields may hold; null for anything.</param>
    /// <param name="isOpen">Whether fields that the schema does not name are allowed.</param>
    public static Literal.Map Create(string seed, Literal.Map? initial = null, IReadOnlyDictionary<string, FieldRule>? schema = null, bool isOpen = false)
    {
        var create = NativeCreate.Of(RecordType.Id, seed).WithIf("initial", initial);
        if (schema is null) return create;
        var fields = Literal.Map.FromPairs([.. schema.Select(f => KeyValuePair.Create(f.Key, (Literal)f.Value.ToLiteral()))]);
        var written = Literal.Map.Of(("fields", fields));
        return create.With("schema", isOpen ? written.With("open", true) : written);
    }

    /// <summary>Writes fields, all by one operation.</summary>
    public static Literal.Map Set(params ReadOnlySpan<(string Name, Literal Value)> fields) =>
        Literal.Map.Of(("action", "set"), ("fields", Literal.Map.Of(fields)));

    /// <summary>Removes fields.</summary>
    public static Literal.Map Remove(params ReadOnlySpan<string> fields) =>
        Literal.Map.Of(("action", "remove"), ("fields", new Literal.Array([.. fields.ToArray().Select(f => (Literal)f)])));

    /// <summary>Makes a nested object, which a field holds from then on; its id is the entry's hash.</summary>
    public static Literal.Map Add(string field, Literal.Map element) =>
        Literal.Map.Of(("action", "add"), ("field", field), ("element", element));

    /// <summary>Lets a field hold a nested object that was made before.</summary>
    public static Literal.Map Keep(string field, ContentHash child) =>
        Literal.Map.Of(("action", "keep"), ("field", field), ("elementHash", child.ToString()));

    /// <summary>An operation on a nested object.</summary>
    public static Literal.Map Update(ContentHash child, Literal.Map operation) =>
        Literal.Map.Of(("action", "update"), ("elementHash", child.ToString()), ("updatePayload", operation));

    /// <summary>Why an operation, free of nonce, author and signature, is no <c>set</c> of a record with a schema; null if it is one.</summary>
    internal static Reject? CheckSet(Literal.Map operation, RecordSchema? schema)
    {
        if (!SetFormat.Accepts(operation) || operation["fields"] is not Literal.Map { Count: > 0 } fields) return Invalid("a set writes 1 to 64 fields, with values of at most 65,536 bytes");
        foreach (var (name, value) in fields.Entries)
        {
            if (schema?.CheckValue(name, value) is { } why) return Invalid(why);
        }
        return null;
    }

    /// <summary>Why an operation, free of nonce, author and signature, is no <c>remove</c> of a record with a schema; null if it is one.</summary>
    internal static Reject? CheckRemove(Literal.Map operation, RecordSchema? schema)
    {
        string[] fields = RemoveFormat.Accepts(operation) ? FieldsOf(operation) : [];
        if (fields.Length == 0 || fields.Distinct().Count() != fields.Length || !fields.All(IsName)) return Invalid("a remove names 1 to 64 different fields");
        foreach (string field in fields)
        {
            if (schema?.CheckRemove(field) is { } why) return Invalid(why);
        }
        return null;
    }

    /// <summary>The fields that a <c>set</c> writes or a <c>remove</c> removes.</summary>
    internal static string[] FieldsOf(Literal.Map operation) => operation["fields"] switch
    {
        Literal.Map map => [.. map.Entries.ToArray().Select(e => e.Key)],
        var array => PayloadFormat.Texts(array),
    };

    private static Reject Invalid(string detail) => new(RejectCode.InvalidOperation, detail);

    private static readonly PayloadFormat SetFormat = new(
        ("action", true, PayloadFormat.Constant("set")),
        ("fields", true, literal => RecordType.IsFields(literal, FieldsMax)));

    private static readonly PayloadFormat RemoveFormat = new(
        ("action", true, PayloadFormat.Constant("remove")),
        ("fields", true, PayloadFormat.ArrayOf(literal => literal is Literal.String, FieldsMax)));

    internal static bool IsName(string name) => name.Length is > 0 and <= NameUnitsMax;
}
