using Hhs.Model.Types.Conditions;
using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Types.Record;

/// <summary>One replicated record: named fields, each a register of its own, which may hold nested objects.</summary>
/// <remarks>Source: docs/types/record.md.</remarks>
public sealed class ReplicatedRecord : GuardedObject, IConflictView
{
    private readonly Dictionary<ContentHash, ReplicatedObject> _children = [];
    private readonly Literal.Map? _initial;

    internal ReplicatedRecord(ObjectScope scope, Literal.Map create)
        : base(scope, create)
    {
        _initial = create["initial"] as Literal.Map;
        Schema = create.TryGet("schema", out var schema) ? RecordSchema.TryRead(schema) : null;
    }

    /// <inheritdoc/>
    public override string TypeId => RecordType.Id;

    /// <summary>What the fields may hold; null for anything.</summary>
    public RecordSchema? Schema { get; }

    /// <summary>The record at a version, as judged from a later one.</summary>
    public RecordView View(DagVersion at, DagVersion from) => new(this, at, from);

    /// <summary>The record at a version, as known at that version.</summary>
    public RecordView View(DagVersion at) => View(at, at);

    /// <inheritdoc/>
    public override RecordDelta Delta(DagVersion start, DagVersion end)
    {
        var bound = RevisionBoundOf(start, end);
        RecordView before = View(start), after = View(end);
        string[] fields = [.. Touched(FieldKey).Where(f => !before.Entries(f).SequenceEqual(after.Entries(f)))];
        var children = new SortedDictionary<ContentHash, ObjectDelta>();
        foreach (string id in Touched(ChildKey))
        {
            if (TryGetChild(ContentHash.Parse(id), out var child) && child.Delta(start, end) is { IsEmpty: false } delta) children.Add(child.Id, delta);
        }
        return new(fields, children, bound);

        SortedSet<string> Touched(string key)
        {
            var filter = TagFilter.OfKeys(Scope.Tag(key, "").Key);
            var entries = Scope.Log.EntriesBetween(bound, start, filter).Union(Scope.Log.EntriesBetween(bound, end, filter));
            return new(entries.SelectMany(entry => Scope.TagsOf(entry, key)).Select(tag => tag.Value), StringComparer.Ordinal);
        }
    }

    /// <inheritdoc/>
    /// <remarks>One for each field with several candidates, by name; then those of the nested objects that fields hold.</remarks>
    public IReadOnlyList<Conflict> Conflicts(DagVersion at, DagVersion from)
    {
        var view = View(at, from);
        var own = FieldsEver.Select(field => new Conflict(field, view.Candidates(field))).Where(conflict => conflict.Candidates.Count > 1);
        var nested = view.Fields().Select(view.Child).OfType<ReplicatedObject>().SelectMany(child => Conflict.Within(child, at, from));
        return [.. own, .. nested];
    }

    /// <inheritdoc/>
    public Literal.Map Resolve(Conflict conflict, int choice)
    {
        if (choice < 0 || choice >= conflict.Candidates.Count) throw new ArgumentException("no such candidate", nameof(choice));
        if (conflict.Path.Count > 0)
        {
            return TryGetChild(conflict.Path[0], out var inner)
                ? RecordPayloads.Update(inner.Id, conflict.ResolveWithin(inner, choice)) : throw new ArgumentException("no such nested object", nameof(conflict));
        }
        var chosen = conflict.Candidates[choice];
        if (chosen.Child is { } child) return RecordPayloads.Keep(conflict.Subject, child);
        return chosen.Value is { } value ? RecordPayloads.Set((conflict.Subject, value)) : RecordPayloads.Remove(conflict.Subject);
    }

    /// <summary>The nested object with an id, if an entry of this record made it.</summary>
    public bool TryGetChild(ContentHash id, [NotNullWhen(true)] out ReplicatedObject? child)
    {
        if (_children.TryGetValue(id, out child)) return true;
        if (!Scope.Log.TryIndex(id, out int entry) || !Scope.TagsOf(entry, MadeKey).Any()) return false;
        if (_children.Count >= ChildrenOpenMax) _children.Clear();
        child = OpenChild(id, (Literal.Map)Scope.PayloadOf(entry)["element"]!);
        _children.Add(id, child);
        return true;
    }

    /// <inheritdoc/>
    protected override Verdict CheckOperation(Literal.Map operation, DagVersion at) => operation.Text("action") switch
    {
        "set" => RecordPayloads.CheckSet(operation, Schema) is { } why ? why : Verdict.Valid,
        "remove" => RecordPayloads.CheckRemove(operation, Schema) is { } why ? why : Verdict.Valid,
        "add" => CheckAdd(operation),
        "keep" => CheckKeep(operation, at),
        "update" => CheckUpdate(operation, at),
        _ => Invalid("a record takes set, remove, add, keep and update"),
    };

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeCreate() => _initial is null ? [] : _initial.Entries.ToArray().Select(e => new Tag(FieldKey, e.Key));

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeOperation(Literal.Map operation, ContentHash entry)
    {
        switch (operation.Text("action"))
        {
            case "add":
                string own = entry.ToString();
                var made = OpenChild(entry, (Literal.Map)operation["element"]!);
                return [new Tag(FieldKey, operation.Text("field")!), new Tag(MadeKey, entry), new Tag(ChildKey, entry), .. made.TagsOfCreate().Select(tag => InnerTag(own, tag))];
            case "update":
                string id = operation.Text("elementHash")!;
                return TryGetChild(ContentHash.Parse(id), out var child)
                    ? [new Tag(ChildKey, id), .. child.Describe((Literal.Map)operation["updatePayload"]!, entry).Select(tag => InnerTag(id, tag))]
                    : throw new System.Diagnostics.UnreachableException("an admitted update of no child");
            case "keep":
                return [new Tag(FieldKey, operation.Text("field")!)];
            default:
                return RecordPayloads.FieldsOf(operation).Select(field => new Tag(FieldKey, field));
        }
    }

    /// <summary>Every field that was ever written, in ordinal order.</summary>
    internal IEnumerable<string> FieldsEver => Scope.TagsWithKey(FieldKey).Select(tag => tag.Value).Order(StringComparer.Ordinal);

    internal Tag FieldTag(string field) => Scope.Tag(FieldKey, field);

    internal ConflictCandidate CandidateOf(int entry, string field)
    {
        var payload = Scope.PayloadOf(entry);
        var hash = Scope.Log.HashOf(entry);
        string? author = AuthorOf(entry);
        return payload.Text("action") switch
        {
            "create" => new(hash, author, payload["initial"] is Literal.Map initial ? initial[field] : null),
            "set" => new(hash, author, ((Literal.Map)payload["fields"]!)[field]),
            "add" => new(hash, author, null, hash),
            "keep" => new(hash, author, null, ContentHash.Parse(payload.Text("elementHash")!)),
            _ => new(hash, author, null),
        };
    }

    /// <inheritdoc/>
    protected override Condition? ConditionOf(string kind, Literal argument, DagVersion at) => kind == "inside"
        ? ConditionInside(argument, at, id => TryGetChild(id, out var child) ? child : null)
        : RecordConditions.Of(kind, argument)?.On((version, from) => View(version, from).Candidates) ?? base.ConditionOf(kind, argument, at);

    private Verdict CheckAdd(Literal.Map operation)
    {
        if (!AddFormat.Accepts(operation) || operation["element"] is not Literal.Map element || element.Text("type") is not { } typeId) return Invalid("an add names a field and has a create payload");
        if (Schema?.CheckObject(operation.Text("field")!, typeId) is { } why) return Invalid(why);
        if (!Scope.Types.TryGet(typeId, out var type)) return new Reject(RejectCode.Unsupported, "the type of the nested object is not known");
        if (!type.CanBeNested) return Invalid("objects of this type cannot be nested");
        return type.CheckCreate(element, Scope.Types, Scope) is { } invalid ? invalid : Verdict.Valid;
    }

    private Verdict CheckKeep(Literal.Map operation, DagVersion at)
    {
        if (!KeepFormat.Accepts(operation)) return Invalid("a keep names a field and a nested object");
        if (ChildIn(operation, at) is not { } child) return Invalid("the nested object is not in the history of the operation");
        return Schema?.CheckObject(operation.Text("field")!, child.TypeId) is { } why ? Invalid(why) : Verdict.Valid;
    }

    private Verdict CheckUpdate(Literal.Map operation, DagVersion at)
    {
        if (!UpdateFormat.Accepts(operation)) return Invalid("an update names a nested object and has an operation on it");
        if (ChildIn(operation, at) is not { } child) return Invalid("the nested object is not in the history of the operation");
        return child.Check(operation["updatePayload"]!, at);
    }

    private ReplicatedObject? ChildIn(Literal.Map operation, DagVersion at)
    {
        var id = ContentHash.Parse(operation.Text("elementHash")!);
        return Scope.Log.TryIndex(id, out int entry) && Scope.Log.Includes(at, entry) && TryGetChild(id, out var child) ? child : null;
    }

    private ReplicatedObject OpenChild(ContentHash id, Literal.Map element)
    {
        Scope.Types.TryGet(element.Text("type")!, out var type);
        return type!.Open(Scope.Child(id, this), element);
    }

    private const string FieldKey = "field";
    private const string ChildKey = "inner-elmts";
    private const string MadeKey = "made";
    private const int ChildrenOpenMax = 1024;

    private static bool Name(Literal literal) => literal is Literal.String text && RecordPayloads.IsName(text.Value);

    private static readonly PayloadFormat AddFormat = new(
        ("action", true, PayloadFormat.Constant("add")),
        ("field", true, Name),
        ("element", true, PayloadFormat.Anything));

    private static readonly PayloadFormat KeepFormat = new(
        ("action", true, PayloadFormat.Constant("keep")),
        ("field", true, Name),
        ("elementHash", true, PayloadFormat.Hash));

    private static readonly PayloadFormat UpdateFormat = new(
        ("action", true, PayloadFormat.Constant("update")),
        ("elementHash", true, PayloadFormat.Hash),
        ("updatePayload", true, PayloadFormat.Anything));
}
