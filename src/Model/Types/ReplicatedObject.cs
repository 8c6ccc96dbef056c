using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Types;

/// <summary>One object of a replicated type, open on a log.</summary>
public abstract class ReplicatedObject(ObjectScope scope)
{
    /// <summary>What the object sees of its log.</summary>
    public ObjectScope Scope { get; } = scope;

    /// <summary>The object's id.</summary>
    public ContentHash Id => Scope.Id;

    /// <summary>The id of the object's type.</summary>
    public abstract string TypeId { get; }

    /// <summary>Whether an operation is valid on top of a version.</summary>
    /// <remarks>
    /// A function of the operation and of the history of <paramref name="at"/> (at = from = its predecessors); what only
    /// the rest of the log or another object can tell is answered by <see cref="Verdict.Waiting"/>, never by a guess.
    /// </remarks>
    public abstract Verdict Check(Literal payload, DagVersion at);

    /// <summary>Ids of the root objects that this one observes; its operations are judged by versions of theirs.</summary>
    public virtual IReadOnlyList<ContentHash> References => [];

    /// <summary>The index keys of the create entry: what the type says, and the references.</summary>
    public IEnumerable<Tag> TagsOfCreate() => DescribeCreate().Concat(References.Select(id => new Tag(ObservesKey, id)));

    /// <summary>The index keys of the create entry, with the keys of this object's own level.</summary>
    protected abstract IEnumerable<Tag> DescribeCreate();

    /// <summary>The index keys of a valid operation that becomes the entry given, with the keys of this object's own level.</summary>
    public abstract IEnumerable<Tag> Describe(Literal.Map payload, ContentHash entry);

    /// <summary>What changed in the views between two versions of the log, in either order.</summary>
    /// <exception cref="MissingDependencyException">An observed object is not here.</exception>
    public abstract ObjectDelta Delta(DagVersion start, DagVersion end);

    /// <summary>Reads a condition on this object that is written on top of a version; null and the reason if it is not one.</summary>
    /// <remarks>A function of the condition and of the history of <paramref name="at"/>. Source: docs/types/conditions.md.</remarks>
    public Condition? ReadCondition(Literal condition, DagVersion at, out Reject why) => ConditionReader<Condition>.Read(condition, one => ReadOneCondition(one, at), Condition.Compose, out why);

    /// <summary>Reads a condition that is no composition; null if the object has none such.</summary>
    public Condition? ReadOneCondition(Literal.Map condition, DagVersion at)
    {
        if (condition.Count != 1) return null;
        var (kind, argument) = condition.Entries[0];
        return ConditionOf(kind, argument, at)?.Under(CheckReadable, operation => References.Count > 0 && operation.Text("action") == ObjectAuthority.RefAdvance);
    }

    /// <summary>The type's condition of a kind; null if there is none, or the argument is not one for it. A type without conditions refuses all.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="argument">What it says; from a peer, of bounded length.</param>
    /// <param name="at">The version that it is written on: nothing above it may matter to whether there is such a condition.</param>
    protected virtual Condition? ConditionOf(string kind, Literal argument, DagVersion at) => null;

    /// <summary>Why views at a version cannot be read yet, or ever; null when they can.</summary>
    internal virtual Verdict? CheckReadable(DagVersion at) => null;

    /// <summary>The condition on a nested object, <c>{"inside": {"object": id, kind: argument}}</c>; null if it is not made in the history.</summary>
    /// <param name="argument">The argument of <c>inside</c>.</param>
    /// <param name="at">The version that the condition is written on.</param>
    /// <param name="find">The nested object with an id; null if there is none in the log.</param>
    private protected Condition? ConditionInside(Literal argument, DagVersion at, Func<ContentHash, ReplicatedObject?> find)
    {
        if (argument is not Literal.Map map || !ContentHash.TryParse(map.Text("object"), out var id)) return null;
        if (!Scope.Log.TryIndex(id, out int entry) || !Scope.Log.Includes(at, entry) || find(id) is not { } child) return null;
        // What is done to the container itself leaves the nested object as it is.
        return child.ReadOneCondition(map.Without("object"), at)?.Within(id);
    }

    /// <summary>The tag of a nested object as its parent, or the log, knows it.</summary>
    /// <remarks>References keep their key at every level, so that a log can be asked for all of them at once.</remarks>
    protected static Tag InnerTag(string childId, Tag tag) =>
        tag.Key == ObservesKey ? tag : new(ObjectScope.ChildPrefix(childId) + tag.Key, tag.Value);

    /// <summary>Tag key of the ids of observed objects, at every level of nesting.</summary>
    internal const string ObservesKey = "observes";
}
