using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types.Log;

namespace Hhs.Actors.Objects;

/// <summary>Commands and questions for a log.</summary>
public static class LogMessages
{
    /// <summary>Appends a record.</summary>
    public sealed record Append(Literal Value) : ObjectCommand<ReplicatedLog>
    {
        internal override Literal.Map PayloadFor(ReplicatedLog target, DagVersion at) => LogPayloads.Append(Value).Once();
    }

    /// <summary>A part of the records, in order; answers a list of <see cref="LogRecord"/>.</summary>
    public sealed record GetRecords(int Skip, int Take) : ObjectQuery<ReplicatedLog>
    {
        internal override object AnswerFor(ReplicatedLog target, DagVersion at) => (IReadOnlyList<LogRecord>)[.. target.View(at).Page(Skip, Take)];
    }

    /// <summary>Number of records; answers <see cref="int"/>.</summary>
    public sealed record GetCount : ObjectQuery<ReplicatedLog>
    {
        internal override object AnswerFor(ReplicatedLog target, DagVersion at) => target.View(at).Count;
    }
}
