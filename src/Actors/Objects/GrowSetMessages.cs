using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types.GrowSet;

namespace Hhs.Actors.Objects;

/// <summary>Commands and questions for a grow-only set.</summary>
public static class GrowSetMessages
{
    /// <summary>Adds 1 to 1024 elements by one operation.</summary>
    public sealed record Add(params IReadOnlyList<Literal> Elements) : ObjectCommand<ReplicatedGrowSet>
    {
        internal override Literal.Map PayloadFor(ReplicatedGrowSet target, DagVersion at) => GrowSetPayloads.Add([.. Elements]);
    }

    /// <summary>Whether an element is in the set; answers <see cref="bool"/>.</summary>
    public sealed record Contains(Literal Element) : ObjectQuery<ReplicatedGrowSet>
    {
        internal override object AnswerFor(ReplicatedGrowSet target, DagVersion at) => target.View(at).Has(Element);
    }

    /// <summary>The elements, in ordinal order of their hashes; answers a list of <see cref="Literal"/>.</summary>
    public sealed record GetElements : ObjectQuery<ReplicatedGrowSet>
    {
        internal override object AnswerFor(ReplicatedGrowSet target, DagVersion at) => (IReadOnlyList<Literal>)[.. target.View(at).Elements()];
    }
}
