using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

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

    /// <summary>The tag of a nested object as its parent, or the log, knows it.</summary>
    /// <remarks>References keep their key at every level, so that a log can be asked for all of them at once.</remarks>
    protected static Tag InnerTag(string childId, Tag tag) =>
        tag.Key == ObservesKey ? tag : new(ObjectScope.ChildPrefix(childId) + tag.Key, tag.Value);

    /// <summary>Tag key of the ids of observed objects, at every level of nesting.</summary>
    internal const string ObservesKey = "observes";
}
