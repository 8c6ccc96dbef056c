using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Register;

/// <summary>The register, <c>hhs-actors/register_v1</c>.</summary>
/// <remarks>Source: docs/types/register.md.</remarks>
public sealed class RegisterType() : NativeType(RegisterType.Id, ["set", "clear"], ("initial", false, PayloadValue.IsSmall)), IFoldedType
{
    /// <summary>The type id.</summary>
    public const string Id = "hhs-actors/register_v1";

    /// <inheritdoc/>
    public override ReplicatedObject Open(ObjectScope scope, Literal.Map create) => new ReplicatedRegister(scope, create);

    /// <inheritdoc/>
    public MemberState? Start(Literal.Map create, ContentHash id, int entry) =>
        new RegisterState(create.TryGet("initial", out var initial) ? CandidateList.Initial(entry, id, initial) : CandidateList.Empty);
}

/// <summary>Makes the payloads of a register.</summary>
public static class RegisterPayloads
{
    /// <summary>A new register.</summary>
    public static Literal.Map Create(string seed, Literal? initial = null) => NativeCreate.Of(RegisterType.Id, seed).WithIf("initial", initial);

    /// <summary>Writes a value.</summary>
    public static Literal.Map Set(Literal value) => Literal.Map.Of(("action", "set"), ("value", value));

    /// <summary>Takes the value away.</summary>
    public static readonly Literal.Map Clear = Literal.Map.Of(("action", "clear"));

    /// <summary>Why an operation, free of nonce, author and signature, is none of a register; null if it is one.</summary>
    internal static Reject? Check(Literal.Map operation) => ClearFormat.Accepts(operation) || SetFormat.Accepts(operation) ? null
        : new(RejectCode.InvalidOperation, "a register takes set, with a value of at most 65,536 bytes, and clear");

    private static readonly PayloadFormat SetFormat = new(
        ("action", true, PayloadFormat.Constant("set")),
        ("value", true, PayloadValue.IsSmall));

    private static readonly PayloadFormat ClearFormat = new(("action", true, PayloadFormat.Constant("clear")));
}
