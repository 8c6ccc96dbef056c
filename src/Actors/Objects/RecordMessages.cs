using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Record;

namespace Hhs.Actors.Objects;

/// <summary>Commands and questions for a record. Nested objects: <see cref="ObjectMessages.Update"/>, <see cref="ObjectMessages.AskNested"/>.</summary>
public static class RecordMessages
{
    /// <summary>Writes fields, all by one operation.</summary>
    public sealed record Set(params IReadOnlyList<(string Field, Literal Value)> Fields) : ObjectCommand<ReplicatedRecord>
    {
        internal override Literal.Map PayloadFor(ReplicatedRecord target, DagVersion at) => RecordPayloads.Set([.. Fields]);
    }

    /// <summary>Removes fields, all by one operation.</summary>
    public sealed record Remove(params IReadOnlyList<string> Fields) : ObjectCommand<ReplicatedRecord>
    {
        internal override Literal.Map PayloadFor(ReplicatedRecord target, DagVersion at) => RecordPayloads.Remove([.. Fields]);
    }

    /// <summary>Makes a nested object, which a field holds from then on; the entry's hash is its id.</summary>
    public sealed record Add(string Field, Literal.Map Create) : ObjectCommand<ReplicatedRecord>
    {
        internal override Literal.Map PayloadFor(ReplicatedRecord target, DagVersion at) => RecordPayloads.Add(Field, Create);
    }

    /// <summary>All fields that hold something; answers a list of <see cref="RecordField"/>.</summary>
    public sealed record GetFields : ObjectQuery<ReplicatedRecord>
    {
        internal override object AnswerFor(ReplicatedRecord target, DagVersion at)
        {
            var view = target.View(at);
            return (IReadOnlyList<RecordField>)[.. view.Fields().Select(field => new RecordField(field, view.Candidates(field)))];
        }
    }
}

/// <summary>A field of a record.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Candidates">The writes that no other supersedes, in ascending order of the hashes; the last one is the field's.</param>
public sealed record RecordField(string Name, IReadOnlyList<ConflictCandidate> Candidates)
{
    /// <summary>The value; null if the field holds a nested object.</summary>
    public Literal? Value => Candidates[^1].Value;

    /// <summary>The nested object's id; null if the field holds a value.</summary>
    public Model.Hashing.ContentHash? Child => Candidates[^1].Child;

    /// <summary>Whether concurrent writes disagree about the field.</summary>
    public bool IsDisputed => Candidates.Count > 1;
}
