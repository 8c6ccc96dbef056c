using Hhs.Model.Json;

namespace Hhs.Model.Types.Register;

/// <summary>The register, <c>hhs-actors/register_v1</c>.</summary>
/// <remarks>Source: docs/types/register.md.</remarks>
public sealed class RegisterType() : NativeType(RegisterType.Id, ["set", "clear"], ("initial", false, PayloadValue.IsSmall))
{
    /// <summary>The type id.</summary>
    public const string Id = "hhs-actors/register_v1";

    /// <inheritdoc/>
    public override ReplicatedObject Open(ObjectScope scope, Literal.Map create) => new ReplicatedRegister(scope, create);
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
}
