using Hhs.Model.Json;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Register;

/// <summary>A register in a space.</summary>
public sealed class RegisterState : MemberState
{
    private readonly CandidateList _writes;

    internal RegisterState(CandidateList writes) => _writes = writes;

    /// <summary>The register as its view shows it.</summary>
    public RegisterView View => new(_writes.Candidates);

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts => _writes.Candidates is { Count: > 1 } candidates ? [new("", candidates)] : [];

    /// <inheritdoc/>
    public override Reject? Check(Literal.Map operation) => RegisterPayloads.Check(operation);

    /// <inheritdoc/>
    public override MemberState? Apply(in MemberOperation operation, out Reject why)
    {
        why = default;
        return new RegisterState(_writes.With(operation, operation.Payload["value"]));
    }

    /// <inheritdoc/>
    public override MemberCondition? ConditionOf(string kind, Literal argument) => RegisterConditions.Of(kind, argument)?.Of<RegisterState>(state => state._writes.Candidates);
}
