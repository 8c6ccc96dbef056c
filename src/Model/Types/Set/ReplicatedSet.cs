using Hhs.Model.Types.Conditions;
using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Types.Set;

/// <summary>One replicated set: what may be done to it, and how its operations are indexed.</summary>
/// <remarks>
/// Concurrent plain add and delete: the add wins. A barrier delete voids every add concurrent with it; a barrier add
/// brings its element back in every version concurrent with it. Source: types.md sections 5.2 to 5.7.
/// </remarks>
public sealed class ReplicatedSet : ReplicatedObject, IConflictView
{
    private readonly Dictionary<ContentHash, ReplicatedObject> _children = [];

    internal ReplicatedSet(ObjectScope scope, SetCreate create) : base(scope)
    {
        Create = create;
        if (create.Authority is { } rules) Authority = new(this, rules, isBound: false);
    }

    /// <inheritdoc/>
    public override string TypeId => SetType.Id;

    /// <summary>What the create payload says.</summary>
    public SetCreate Create { get; }

    /// <summary>Who may do what; null where anybody may do anything, unsigned. Updates of nested objects are free, as in the original.</summary>
    public ObjectAuthority? Authority { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ContentHash> References => Authority?.References ?? [];

    /// <summary>What the set holds at a version, as judged from a later one.</summary>
    public SetView View(DagVersion at, DagVersion from) => new(this, at, from);

    /// <summary>What the set holds at a version, as known at that version.</summary>
    public SetView View(DagVersion at) => View(at, at);

    /// <inheritdoc/>
    public override SetDelta Delta(DagVersion start, DagVersion end) => SetDelta.Between(this, start, end);

    /// <inheritdoc/>
    /// <remarks>Membership has its own rule, so these are those of the nested objects that are present.</remarks>
    public IReadOnlyList<Conflict> Conflicts(DagVersion at, DagVersion from) => Create.ContentType is null ? []
        : [.. View(at, from).ElementHashes().SelectMany(id => TryGetChild(id, out var child) ? Conflict.Within(child, at, from) : [])];

    /// <inheritdoc/>
    public Literal.Map Resolve(Conflict conflict, int choice) =>
        conflict.Path.Count > 0 && TryGetChild(conflict.Path[0], out var child)
            ? SetPayloads.Update(child.Id, conflict.ResolveWithin(child, choice)) : throw new ArgumentException("no such nested object", nameof(conflict));

    /// <inheritdoc/>
    public override Verdict Check(Literal payload, DagVersion at)
    {
        if (payload is not Literal.Map map) return Invalid("a set operation must be a map");
        if (Authority?.CheckReadable(at) is { } unreadable) return unreadable;
        return map.Text("action") switch
        {
            "add" => CheckAdd(map, at),
            "delete" => CheckDelete(map, at),
            "update" => CheckUpdate(map, at),
            ObjectAuthority.RefAdvance => Authority?.CheckRefAdvance(map, at) ?? Invalid("ref-advance is only valid for permissioned sets"),
            null => Invalid("the action of a set operation must be a string"),
            var action => Invalid($"unknown set action '{Reject.Excerpt(action)}'"),
        };
    }

    private Verdict CheckAdd(Literal.Map payload, DagVersion at)
    {
        if (!(Authority is null ? AddFormat : AuthoredAddFormat).Accepts(payload)) return Invalid("an add has a field missing, unknown or out of bounds");
        if (!Create.SupportBarrierAdd && payload.Has("barrier")) return Invalid("barrier add is not supported by this set");
        var element = payload["element"]!;
        if (!Create.AcceptRedundantAdd && View(at).HasByHash(CanonicalJson.Hash(element))) return Invalid("the element exists in the set already");
        if (Create.ContentType is { } contentType && CheckNestedCreate(contentType, element) is { } why) return why;
        return Authority?.Check(payload, "add", at) ?? Verdict.Valid;
    }

    // types.md section 5.3: the original admits any nested create payload and fails while applying it, so an invalid one is
    // never in an honest log and can be refused here.
    private Reject? CheckNestedCreate(string contentType, Literal element)
    {
        if (!Scope.Types.TryGet(contentType, out var type)) return new(RejectCode.Unsupported, $"unknown content type '{Reject.Excerpt(contentType)}'");
        return type.CanBeNested ? type.CheckCreate(element, Scope.Types, null) : new(RejectCode.InvalidOperation, "objects of this type cannot be nested");
    }

    private Verdict CheckDelete(Literal.Map payload, DagVersion at)
    {
        if (!(Authority is null ? DeleteFormat : AuthoredDeleteFormat).Accepts(payload)) return Invalid("a delete has a field missing, unknown or out of bounds");
        if (!Create.SupportBarrierDelete && payload.Has("barrier")) return Invalid("barrier delete is not supported by this set");
        string element = payload.Text("elementHash")!;
        if (!Create.AcceptRedundantDelete && !View(at).HasByTagValue(element)) return Invalid($"element '{Reject.Excerpt(element)}' does not exist in the set");
        return Authority?.Check(payload, "delete", at) ?? Verdict.Valid;
    }

    private Verdict CheckUpdate(Literal.Map payload, DagVersion at)
    {
        if (!UpdateFormat.Accepts(payload)) return Invalid("an update has a field missing, unknown or out of bounds");
        if (Create.ContentType is null) return Invalid("an update needs a set of nested objects");
        string named = payload.Text("elementHash")!;
        if (!Create.AcceptUpdateForDeleted && !View(at).HasByTagValue(named)) return Invalid($"element '{Reject.Excerpt(named)}' does not exist in the set");
        if (!ContentHash.TryParse(named, out var id)) return Invalid($"'{Reject.Excerpt(named)}' is not the id of a nested object");
        if (TryGetChild(id, out var child))
        {
            var inner = child.Check(payload["updatePayload"]!, at);
            return inner is Verdict.Refused(var why) ? why with { Detail = $"nested element update rejected: {why.Detail}" } : inner;
        }

        // Only with acceptUpdateForDeleted: the child may be made by an entry that is concurrent and not here yet. The
        // original's verdict flips when it arrives, so until then there is none.
        return Scope.Log.Contains(id) ? Invalid($"'{Reject.Excerpt(named)}' is not a nested object of this set") : new Verdict.Waiting(Dependency.OnEntry(id));
    }

    /// <summary>The nested object with an id, if an entry of this set made it.</summary>
    public bool TryGetChild(ContentHash id, [NotNullWhen(true)] out ReplicatedObject? child)
    {
        if (_children.TryGetValue(id, out child)) return true;
        if (Create.ContentType is not { } contentType || !Scope.Types.TryGet(contentType, out var type)) return false;
        if (!Scope.Log.TryIndex(id, out int entry) || !Scope.TagsOf(entry, "inner-elmts").Contains(Scope.Tag("inner-elmts", id))) return false;
        var payload = Scope.PayloadOf(entry);
        if (payload.Text("action") != "add") return false;
        child = type.Open(Scope.Child(id), (Literal.Map)payload["element"]!);
        if (_children.Count >= ChildrenOpenMax) _children.Clear();
        _children.Add(id, child);
        return true;
    }

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeCreate() =>
        Create.InitialElements.Select(CanonicalJson.Hash).Distinct().Select(element => new Tag(ElementsKey, element));

    // types.md section 5.4, and one key more that is ours: `deletes` marks the entries that take an element away, so that a
    // view need not read any payload.
    /// <inheritdoc/>
    public override IEnumerable<Tag> Describe(Literal.Map payload, ContentHash entry)
    {
        switch (payload.Text("action"))
        {
            case "add":
                yield return new Tag(ElementsKey, Create.ContentType is null ? CanonicalJson.Hash(payload["element"]!) : entry);
                if (Create.ContentType is not null)
                {
                    yield return new Tag("inner-elmts", entry);
                    foreach (var tag in DescribeNestedCreate(payload, entry)) yield return tag;
                }
                break;
            case "delete":
                yield return new Tag(ElementsKey, payload.Text("elementHash")!);
                yield return new Tag(DeletesKey, payload.Text("elementHash")!);
                break;
            case "update":
                string child = payload.Text("elementHash")!;
                yield return new Tag("inner-elmts", child);
                foreach (var tag in DescribeNestedUpdate(payload, child, entry)) yield return tag;
                break;
        }
        if (payload["barrier"] == Literal.Boolean.True && payload.Text("action") != ObjectAuthority.RefAdvance) yield return BarrierTag;
        if (Authority is null || payload.Text("action") == "update") yield break;
        foreach (var tag in Authority.Describe(payload)) yield return tag;
    }

    /// <inheritdoc/>
    /// <remarks>The element itself, or the id of a nested object.</remarks>
    protected override Condition? ConditionOf(string kind, Literal argument, DagVersion at) => kind switch
    {
        "has" or "lacks" when Create.ContentType is not null => ChildCondition(kind == "has", argument),
        "holds" => Authority?.HoldsCondition(argument),
        "inside" => ConditionInside(argument, at, id => TryGetChild(id, out var child) ? child : null),
        _ => ElementConditions.Of(kind, argument, CanFalsify)?.On((version, from) => View(version, from).HasByHash),
    };

    internal static bool CanFalsify(Literal.Map operation, Literal element, bool wanted) => wanted
        ? operation.Text("action") == "delete" && operation.Text("elementHash") == CanonicalJson.Hash(element).ToString()
        : operation.Text("action") == "add" && element.Equals(operation["element"]);

    // The id of a nested object that an add makes is not known from its payload.
    private Condition? ChildCondition(bool wanted, Literal argument)
    {
        if (argument is not Literal.String text || !ContentHash.TryParse(text.Value, out var id)) return null;
        return new((at, from) =>
        {
            bool isIn = View(at, from).HasByHash(id);
            return (isIn == wanted, isIn);
        }, operation => wanted
            ? operation.Text("action") == "delete" && operation.Text("elementHash") == text.Value
            : operation.Text("action") == "add");
    }

    /// <summary>Why an operation is no add or delete of a literal; null if it is one.</summary>
    internal static Reject? CheckFormat(Literal.Map operation) => AddFormat.Accepts(operation) || DeleteFormat.Accepts(operation) ? null
        : Invalid("a set takes add, with an element, and delete, with the hash of one");

    internal override Verdict? CheckReadable(DagVersion at) => Authority?.CheckReadable(at) ?? Scope.Container?.CheckReadable(at);

    private IEnumerable<Tag> DescribeNestedCreate(Literal.Map payload, ContentHash entry)
    {
        Scope.Types.TryGet(Create.ContentType!, out var type);
        var child = type!.Open(Scope.Child(entry), (Literal.Map)payload["element"]!);
        return child.TagsOfCreate().Select(tag => InnerTag(entry.ToString(), tag));
    }

    private IEnumerable<Tag> DescribeNestedUpdate(Literal.Map payload, string id, ContentHash entry)
    {
        if (!ContentHash.TryParse(id, out var hash) || !TryGetChild(hash, out var child)) return [];
        return child.Describe((Literal.Map)payload["updatePayload"]!, entry).Select(tag => InnerTag(id, tag));
    }

    private static Reject Invalid(string detail) => new(RejectCode.InvalidOperation, detail);

    /// <summary>Tag key of the element that an entry adds or deletes.</summary>
    public const string ElementsKey = "elmts";

    /// <summary>Tag key of the element that an entry deletes.</summary>
    public const string DeletesKey = "deletes";

    internal static readonly Tag BarrierTag = new("barrier", "t");

    private const int ChildrenOpenMax = 1024;

    private static readonly (string, bool, Func<Literal, bool>)[] AddFields =
    [
        ("action", true, PayloadFormat.Constant("add")),
        ("element", true, PayloadFormat.Anything),
        ("barrier", false, PayloadFormat.IsBoolean),
    ];

    private static readonly (string, bool, Func<Literal, bool>)[] DeleteFields =
    [
        ("action", true, PayloadFormat.Constant("delete")),
        ("elementHash", true, PayloadFormat.Text(128)),
        ("barrier", false, PayloadFormat.IsBoolean),
    ];

    private static readonly (string, bool, Func<Literal, bool>)[] AuthorFields =
    [
        (SignedPayload.Author, true, PayloadFormat.Text(256)),
        (SignedPayload.Signature, true, PayloadFormat.Text(8192)),
    ];

    private static readonly PayloadFormat AddFormat = new(AddFields);
    private static readonly PayloadFormat AuthoredAddFormat = new([.. AddFields, .. AuthorFields]);
    private static readonly PayloadFormat DeleteFormat = new(DeleteFields);
    private static readonly PayloadFormat AuthoredDeleteFormat = new([.. DeleteFields, .. AuthorFields]);

    private static readonly PayloadFormat UpdateFormat = new(
        ("action", true, PayloadFormat.Constant("update")),
        ("elementHash", true, PayloadFormat.Text(128)),
        ("updatePayload", true, PayloadFormat.Anything));
}
