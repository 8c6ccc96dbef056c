using Hhs.Model.Json;

namespace Hhs.Model.Types.Record;

/// <summary>What the fields of a record may hold. Judged field by field, so valid operations never make an invalid record together.</summary>
/// <remarks>Source: docs/types/record.md, payloads.</remarks>
public sealed class RecordSchema
{
    private readonly Dictionary<string, FieldRule> _fields = new(StringComparer.Ordinal);

    private RecordSchema(Literal.Map payload)
    {
        Payload = payload;
        IsOpen = payload["open"] == Literal.Boolean.True;
        foreach (var (name, rule) in ((Literal.Map)payload["fields"]!).Entries) _fields.Add(name, FieldRule.Read((Literal.Map)rule));
    }

    /// <summary>The schema as the create payload has it.</summary>
    public Literal.Map Payload { get; }

    /// <summary>Whether fields that the schema does not name are allowed.</summary>
    public bool IsOpen { get; }

    /// <summary>The fields that the schema names.</summary>
    public IReadOnlyDictionary<string, FieldRule> Fields => _fields;

    /// <summary>Reads the <c>schema</c> of a create payload; null if it is not well formed.</summary>
    public static RecordSchema? TryRead(Literal literal) =>
        Format.Accepts(literal) && ((Literal.Map)((Literal.Map)literal)["fields"]!).Entries.ToArray().All(e => FieldRule.IsValid(e.Key, (Literal.Map)e.Value))
            ? new((Literal.Map)literal) : null;

    /// <summary>Why a field may not hold a value; null if it may.</summary>
    internal string? CheckValue(string field, Literal value) =>
        !_fields.TryGetValue(field, out var rule) ? IsOpen ? null : $"the schema has no field '{Reject.Excerpt(field)}'"
        : rule.Accepts(value) ? null : $"the value is not what the schema says of field '{Reject.Excerpt(field)}'";

    /// <summary>Why a field may not hold a nested object of a type; null if it may.</summary>
    internal string? CheckObject(string field, string typeId)
    {
        if (!_fields.TryGetValue(field, out var rule)) return IsOpen ? null : $"the schema has no field '{Reject.Excerpt(field)}'";
        return rule.Type == "object" && rule.ContentType == typeId ? null : $"the schema has no such object in field '{Reject.Excerpt(field)}'";
    }

    /// <summary>Why a field may not be removed; null if it may.</summary>
    internal string? CheckRemove(string field) =>
        _fields.TryGetValue(field, out var rule) && rule.IsRequired ? $"field '{Reject.Excerpt(field)}' is required" : null;

    /// <summary>The required field that is missing among those given; null if none is.</summary>
    internal string? MissingIn(Literal.Map? initial)
    {
        foreach (var (name, rule) in _fields)
        {
            if (rule.IsRequired && initial?.Has(name) != true) return name;
        }
        return null;
    }

    /// <summary>Most fields that a schema can name, and a record can begin with.</summary>
    public const int FieldsMax = 256;

    private static readonly PayloadFormat Format = new(
        ("fields", true, PayloadFormat.MapOf(literal => literal is Literal.Map, FieldsMax)),
        ("open", false, PayloadFormat.IsBoolean));
}

/// <summary>What one field may hold.</summary>
/// <param name="Type">string, number, integer, boolean, array, map, any or object.</param>
/// <param name="IsRequired">Whether the field is there from the beginning and is never removed.</param>
/// <param name="Min">Lowest number, or least units, items or keys.</param>
/// <param name="Max">Highest number, or most units, items or keys.</param>
/// <param name="ContentType">Type id of the nested objects.</param>
public sealed record FieldRule(string Type, bool IsRequired = false, double? Min = null, double? Max = null, string? ContentType = null)
{
    /// <summary>The rule as the schema spells it.</summary>
    public Literal.Map ToLiteral()
    {
        var rule = Literal.Map.Of(("type", Type));
        if (IsRequired) rule = rule.With("required", true);
        if (Min is { } min) rule = rule.With("min", min);
        if (Max is { } max) rule = rule.With("max", max);
        return rule.WithIf("contentType", ContentType is { } type ? (Literal)type : null);
    }

    internal static bool IsValid(string name, Literal.Map rule)
    {
        if (!RecordPayloads.IsName(name) || !Format.Accepts(rule) || rule.Text("type") is not { } type || !Types.Contains(type)) return false;
        bool isObject = type == "object";
        if (isObject != rule.Has("contentType") || (isObject && rule.Has("required"))) return false;
        bool isBounded = type is not ("boolean" or "any" or "object");
        return isBounded || !(rule.Has("min") || rule.Has("max"));
    }

    internal static FieldRule Read(Literal.Map rule) => new(rule.Text("type")!, rule["required"] == Literal.Boolean.True,
        (rule["min"] as Literal.Number)?.Value, (rule["max"] as Literal.Number)?.Value, rule.Text("contentType"));

    internal bool Accepts(Literal value) => (Type, value) switch
    {
        ("any", _) => true,
        ("boolean", Literal.Boolean) => true,
        ("number", Literal.Number n) => IsWithin(n.Value),
        ("integer", Literal.Number n) => n.Value == Math.Floor(n.Value) && IsWithin(n.Value),
        ("string", Literal.String s) => IsWithin(s.Value.Length),
        ("array", Literal.Array a) => IsWithin(a.Items.Length),
        ("map", Literal.Map m) => IsWithin(m.Count),
        _ => false,
    };

    private bool IsWithin(double size) => !(size < Min) && !(size > Max);

    private static readonly string[] Types = ["string", "number", "integer", "boolean", "array", "map", "any", "object"];

    private static readonly PayloadFormat Format = new(
        ("type", true, literal => literal is Literal.String),
        ("required", false, PayloadFormat.IsBoolean),
        ("min", false, literal => literal is Literal.Number),
        ("max", false, literal => literal is Literal.Number),
        ("contentType", false, PayloadFormat.Text(128)));
}
