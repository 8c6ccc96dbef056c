using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Types;

/// <summary>What an object sees of the log that it lives in: all of it for a root, its own entries for a nested object.</summary>
/// <remarks>
/// A nested object has no log of its own. Its genesis is the outer <c>add</c> entry that made it, its operations are the
/// outer <c>update</c> entries that name it, its versions are the outer log's; its tags carry a prefix for each level.
/// Source: types.md sections 5.4 and 5.5.
/// </remarks>
public sealed class ObjectScope
{
    private readonly string _prefix;
    private readonly IPayloadSource _payloads;

    /// <summary>The scope of a root object.</summary>
    public ObjectScope(ContentHash id, DagLog log, IPayloadSource payloads, TypeRegistry types, IForeignObjects foreign)
        : this(id, log, payloads, types, foreign, "", null)
    {
    }

    private ObjectScope(ContentHash id, DagLog log, IPayloadSource payloads, TypeRegistry types, IForeignObjects foreign, string prefix, ObjectScope? parent)
    {
        (Id, Log, _payloads, Types, Foreign, _prefix, Parent) = (id, log, payloads, types, foreign, prefix, parent);
    }

    /// <summary>The object's id: its create entry's hash, or for a nested object the hash of the outer entry that added it.</summary>
    public ContentHash Id { get; }

    /// <summary>The log, shared by a root object and all that is nested in it.</summary>
    public DagLog Log { get; }

    /// <summary>The types known here.</summary>
    public TypeRegistry Types { get; }

    /// <summary>The other root objects known here.</summary>
    public IForeignObjects Foreign { get; }

    /// <summary>The scope of the object that this one is nested in; null for a root.</summary>
    public ObjectScope? Parent { get; }

    /// <summary>The object of ours that this one is nested in, whose authority covers it too; null for a root and in an original set.</summary>
    public GuardedObject? Container { get; private init; }

    /// <summary>Which entries are there for this object and all that is nested in it; null for all, the ordinary case.</summary>
    /// <remarks>An entry that is not is looked through as one whose author lacked the right: see <see cref="SeenThrough"/>.</remarks>
    public Func<int, bool>? IsLive { get; private init; }

    /// <summary>A root's scope in which some entries are void: what is opened on it shows what the others come to.</summary>
    /// <remarks>
    /// The answers must stay the same as long as what is opened is used, since some types keep what they computed; for another choice
    /// of entries open the object on another scope. Conditions, views, authorities and deltas follow it.
    /// </remarks>
    /// <param name="isLive">Whether an entry, by its number, is there.</param>
    /// <exception cref="InvalidOperationException">The scope is a nested object's: its container must be seen through first.</exception>
    public ObjectScope SeenThrough(Func<int, bool> isLive) =>
        Parent is null ? new(Id, Log, _payloads, Types, Foreign) { IsLive = isLive } : throw new InvalidOperationException("a nested object is seen through its container");

    /// <summary>Which entries count for an object of this scope in views from a version, as a predicate for covers; null where all do.</summary>
    internal Func<int, bool>? Counting(ObjectAuthority? authority, DagVersion from)
    {
        var outer = Container is null ? IsLive : Container.Counts(from);
        var own = authority?.Counts(from);
        return own is null ? outer : outer is null ? own : entry => outer(entry) && own(entry);
    }

    /// <summary>The lower bound of change between two versions for an object of this scope: of the log, and of the authorities over it.</summary>
    internal DagVersion RevisionBoundOf(ObjectAuthority? authority, DagVersion start, DagVersion end)
    {
        var bound = ObjectDelta.BoundOf(Log, start, end);
        if (authority is not null) bound = authority.BoundOf(bound, start, end);
        for (var each = Container; each is not null; each = each.Scope.Container)
        {
            if (each.Authority is { } outer) bound = outer.BoundOf(bound, start, end);
        }
        return bound;
    }

    /// <summary>The scope of a child of this object.</summary>
    /// <param name="id">The child's id.</param>
    /// <param name="container">This object, if it is one of our types.</param>
    public ObjectScope Child(ContentHash id, GuardedObject? container = null) =>
        new(id, Log, _payloads, Types, Foreign, _prefix + ChildPrefix(id.ToString()), this) { Container = container, IsLive = IsLive };

    /// <summary>A tag of this object as the log knows it.</summary>
    public Tag Tag(string key, ContentHash value) => new(_prefix + key, value);

    /// <summary>A tag of this object as the log knows it.</summary>
    public Tag Tag(string key, string value) => new(_prefix + key, value);

    /// <summary>All values that entries of this object have under a tag key, in no particular order.</summary>
    public IEnumerable<Tag> TagsWithKey(string key) => Log.TagValues(_prefix + key);

    /// <summary>The values under a tag key of one entry, as this object sees it.</summary>
    public IEnumerable<Tag> TagsOf(int entry, string key)
    {
        string full = _prefix + key;
        foreach (var tag in Log.TagsOf(entry))
        {
            if (tag.Key == full) yield return tag;
        }
    }

    /// <summary>The payload that an entry holds for this object: create or operation.</summary>
    public Literal.Map PayloadOf(int entry)
    {
        var outer = Parent is null ? _payloads.PayloadOf(Log.HashOf(entry)) : Parent.PayloadOf(entry);
        if (Parent is null) return outer;
        // The outer payload is an update of this object, or the add that made it.
        return (Literal.Map)(outer["updatePayload"] ?? outer["element"])!;
    }

    /// <summary>The tag key under which a child's key appears in its parent.</summary>
    public static string ChildPrefix(string childId) => $"inner-{childId}-";
}
