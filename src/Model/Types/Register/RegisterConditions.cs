using Hhs.Model.Json;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Types.Register;

/// <summary>Conditions on a register. Each asks all candidates: whichever of them is settled on, the condition has held.</summary>
/// <remarks>Source: docs/types/register.md, conditions.</remarks>
internal static class RegisterConditions
{
    /// <summary>The condition of a kind; null if there is none, or the argument is not one for it.</summary>
    public static ConditionRule<IReadOnlyList<ConflictCandidate>>? Of(string kind, Literal argument) => kind switch
    {
        "equals" => Candidates(all => all.Count > 0 && all.All(c => argument.Equals(c.Value)), operation => !argument.Equals(operation["value"])),
        "present" when argument == Literal.Boolean.True => Candidates(all => all.Count > 0 && all.All(c => c.Value is not null), operation => !operation.Has("value")),
        "absent" when argument == Literal.Boolean.True => Candidates(all => all.All(c => c.Value is null), operation => operation.Has("value")),
        _ => null,
    };

    private static ConditionRule<IReadOnlyList<ConflictCandidate>> Candidates(
        Func<IReadOnlyList<ConflictCandidate>, bool> holds, Func<Literal.Map, bool> isFalsifiedBy) =>
        new(candidates => (holds(candidates), SeenValue.Candidates(candidates)), isFalsifiedBy);
}
