using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Text;

namespace Hhs.Actors.Objects;

/// <summary>Commands and questions for a text. Indices count UTF-16 units.</summary>
public static class TextMessages
{
    /// <summary>Inserts text before an index.</summary>
    public sealed record Insert(int Index, string Text) : ObjectCommand<ReplicatedText>
    {
        internal override Literal.Map PayloadFor(ReplicatedText target, DagVersion at) => TextPayloads.Insert(target.View(at), Index, Text).Once();
    }

    /// <summary>The operations that delete a part, by the lasting names of its units: one, or several where many inserts made them; answers a list of payloads.</summary>
    public sealed record PlanDelete(int Index, int Count) : ObjectQuery<ReplicatedText>
    {
        internal override object AnswerFor(ReplicatedText target, DagVersion at) => TextPayloads.Delete(target.View(at), Index, Count);
    }

    /// <summary>The whole text; answers <see cref="string"/>.</summary>
    public sealed record GetText : ObjectQuery<ReplicatedText>
    {
        internal override object AnswerFor(ReplicatedText target, DagVersion at) => target.View(at).Text;
    }

    /// <summary>A cursor at an index; answers <see cref="SequenceCursor"/>.</summary>
    public sealed record CursorAt(int Index, bool StickToNext) : ObjectQuery<ReplicatedText>
    {
        internal override object AnswerFor(ReplicatedText target, DagVersion at) => target.View(at).CursorAt(Index, StickToNext);
    }

    /// <summary>Where a cursor is; answers <see cref="int"/>.</summary>
    public sealed record IndexOf(SequenceCursor Cursor) : ObjectQuery<ReplicatedText>
    {
        internal override object AnswerFor(ReplicatedText target, DagVersion at) => target.View(at).IndexOf(Cursor);
    }
}
