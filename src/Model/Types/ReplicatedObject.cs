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

    /// <summary>The index keys of the create entry, with the keys of this object's own level.</summary>
    public abstract IEnumerable<Tag> DescribeCreate();

    /// <summary>The index keys of a valid operation that becomes the entry given, with the keys of this object's own level.</summary>
    public abstract IEnumerable<Tag> Describe(Literal.Map payload, ContentHash entry);
}
