using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;

namespace Hhs.Actors.Objects;

/// <summary>Commands and questions for a counter.</summary>
public static class CounterMessages
{
    /// <summary>Adds an amount, negative or positive.</summary>
    public sealed record Increment(long Amount) : ObjectCommand<ReplicatedCounter>
    {
        internal override Literal.Map PayloadFor(ReplicatedCounter target, DagVersion at) => CounterPayloads.Add(Amount).Once();
    }

    /// <summary>Total and totals by author; answers <see cref="CounterView"/>.</summary>
    public sealed record GetView : ObjectQuery<ReplicatedCounter>
    {
        internal override object AnswerFor(ReplicatedCounter target, DagVersion at) => target.View(at);
    }
}
