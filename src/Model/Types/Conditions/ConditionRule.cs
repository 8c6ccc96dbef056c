using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Conditions;

/// <summary>A type's condition as a question about one view, so that it means the same of an object and of a member of a space.</summary>
/// <typeparam name="TView">What is looked at.</typeparam>
/// <param name="Look">Whether it holds, and the value seen.</param>
/// <param name="IsFalsifiedBy">As <see cref="Condition.CanFalsify"/>.</param>
internal sealed record ConditionRule<TView>(Func<TView, (bool Holds, Literal Seen)> Look, Func<Literal.Map, bool> IsFalsifiedBy)
{
    /// <summary>The condition on an object whose view at a version, from a later one, is given.</summary>
    public Condition On(Func<DagVersion, DagVersion, TView> view) => new((at, from) => Look(view(at, from)), IsFalsifiedBy);

    /// <summary>The condition on a member's state.</summary>
    public MemberCondition Of<TState>(Func<TState, TView> view) where TState : MemberState => new(state => Look(view((TState)state)), IsFalsifiedBy);
}
