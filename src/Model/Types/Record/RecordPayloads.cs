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

    internal static bool IsName(string name) => name.Length is > 0 and <= NameUnitsMax;
}
