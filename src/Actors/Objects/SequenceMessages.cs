using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types.Sequence;

namespace Hhs.Actors.Objects;

/// <summary>Commands and questions for a list.</summary>
public static class SequenceMessages
{
    /// <summary>Inserts 1 to 1024 items before an index.</summary>
    public sealed record Insert(int Index, params IReadOnlyList<Literal> Items) : ObjectCommand<ReplicatedSequence>
    {
        internal override Literal.Map PayloadFor(ReplicatedSequence target, DagVersion at) => SequencePayloads.Insert(target.View(at), Index, [.. Items]).Once();
    }

    /// <summary>Moves one item so that it is before what has an index now.</summary>
    public sealed record Move(int From, int Before) : ObjectCommand<ReplicatedSequence>
    {
        internal override Literal.Map PayloadFor(ReplicatedSequence target, DagVersion at) => SequencePayloads.Move(target.View(at), From, Before);
    }

    /// <summary>The operations that delete items, by their lasting names: one, or several where many inserts made them; answers a list of payloads.</summary>
    public sealed record PlanDelete(int Index, int Count) : ObjectQuery<ReplicatedSequence>
    {
        internal override object AnswerFor(ReplicatedSequence target, DagVersion at) => SequencePayloads.Delete(target.View(at), Index, Count);
    }

    /// <summary>The items in order; answers a list of <see cref="Literal"/>.</summary>
    public sealed record GetItems : ObjectQuery<ReplicatedSequence>
    {
        internal override object AnswerFor(ReplicatedSequence target, DagVersion at) => (IReadOnlyList<Literal>)[.. target.View(at).Items()];
    }
}
