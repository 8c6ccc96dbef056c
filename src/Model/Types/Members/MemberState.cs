using Hhs.Model.Json;

namespace Hhs.Model.Types.Members;

/// <summary>What the operations on a member of a space come to, in the order in which they are settled. Immutable.</summary>
/// <remarks>Source: docs/types/space.md, verdicts.</remarks>
public abstract class MemberState
{
    /// <summary>Whether an operation is valid for somebody who sees this state and writes on top of it: format and state. Null if it is.</summary>
    public abstract Reject? Check(Literal.Map operation);

    /// <summary>The state after an operation; null and the reason if it refers to what is not there.</summary>
    /// <remarks>The operation was valid where it was written, which may be elsewhere.</remarks>
    public abstract MemberState? Apply(in MemberOperation operation, out Reject why);

    /// <summary>The condition of a kind, to be asked of any state of this member; null if there is none, or the argument is not one for it.</summary>
    public abstract MemberCondition? ConditionOf(string kind, Literal argument);

    /// <summary>What concurrent operations disagree about.</summary>
    public virtual IReadOnlyList<Conflict> Conflicts => [];
}
