using Hhs.Model.Identity;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Capabilities;

/// <summary>The payload shapes of the two capability types.</summary>
/// <remarks>Source: types.md sections 6.1 and 6.2; docs/types/capabilities.md for ours.</remarks>
internal static class CapabilityFormats
{
    /// <summary>Most creators of a capability object.</summary>
    public const int CreatorsMax = 64;

    /// <summary>Most capabilities that an object begins with.</summary>
    public const int InitialCapsMax = 256;

    /// <summary>Most managers of one capability.</summary>
    public const int ManagersMax = 64;

    /// <summary>Most origins that an operation names; of more, the first in ordinal order count.</summary>
    public const int OriginsMax = 16;

    /// <summary>Longest capability name in UTF-16 units.</summary>
    public const int NameUnitsMax = 256;

    private static readonly Func<Literal, bool> Name = PayloadFormat.Text(NameUnitsMax);
    private static readonly Func<Literal, bool> Id = PayloadFormat.Text(256);
    private static readonly Func<Literal, bool> Key = PayloadFormat.Text(8192);
    private static readonly Func<Literal, bool> Managers = PayloadFormat.ArrayOf(Name, ManagersMax);
    private static readonly PayloadFormat Definition = new(("managedBy", true, Managers));
    private static readonly Func<Literal, bool> Origins = PayloadFormat.ArrayOf(PayloadFormat.Text(128), OriginsMax);

    public static PayloadFormat Create(string typeId, bool isOurs) => new([
        ("action", true, PayloadFormat.Constant("create")),
        ("type", true, PayloadFormat.Constant(typeId)),
        ("seed", true, PayloadFormat.Text(1024)),
        ("creators", true, PayloadFormat.ArrayOf(Id, CreatorsMax)),
        ("creatorKeys", true, PayloadFormat.ArrayOf(Key, CreatorsMax)),
        ("initialCaps", true, PayloadFormat.MapOf(Definition.Accepts, InitialCapsMax)),
        ("enrollCapability", false, Name),
        .. isOurs ? [] : OriginalOnly,
    ]);

    /// <summary>The format of an operation; null for an action that there is none of.</summary>
    public static PayloadFormat? Operation(string action, bool isOurs) => action switch
    {
        "add-identity" => AddIdentity,
        "create-cap" => CreateCap,
        "delete-cap" => isOurs ? DeleteCapOfOurs : DeleteCap,
        "grant" => Grant,
        "revoke" => isOurs ? Grant : Revoke,
        _ => null,
    };

    private static readonly (string, bool, Func<Literal, bool>)[] OriginalOnly = [("hashAlgorithm", false, PayloadFormat.Text(256))];

    private static readonly PayloadFormat AddIdentity = Of(("keyId", true, Id), ("publicKey", true, Key));
    private static readonly PayloadFormat CreateCap = Of(("capName", true, Name), ("managedBy", true, Managers));
    private static readonly PayloadFormat DeleteCap = Of(("capName", true, Name));
    private static readonly PayloadFormat DeleteCapOfOurs = Of(("capName", true, Name), ("capOrigins", true, Origins));
    private static readonly PayloadFormat Grant = Of(("grantee", true, Id), ("capName", true, Name), ("capOrigins", true, Origins));
    private static readonly PayloadFormat Revoke = Of(("grantee", true, Id), ("capName", true, Name));

    private static PayloadFormat Of(params (string, bool, Func<Literal, bool>)[] fields) => new([
        ("action", true, PayloadFormat.Text(16)),
        .. fields,
        (SignedPayload.Author, true, Id),
        (SignedPayload.Signature, true, Key),
    ]);
}
