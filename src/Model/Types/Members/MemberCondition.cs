using Hhs.Model.Json;

namespace Hhs.Model.Types.Members;

/// <summary>A condition on one member of a space.</summary>
/// <param name="Look">Whether a state of the member fulfils it, and the value seen.</param>
/// <param name="IsFalsifiedBy">Whether an operation could turn it from true to false; never no if it can.</param>
public sealed record MemberCondition(Func<MemberState, (bool Holds, Literal Seen)> Look, Func<Literal.Map, bool> IsFalsifiedBy);
