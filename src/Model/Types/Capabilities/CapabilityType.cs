using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Types.Capabilities;

/// <summary>Capability objects: the original's <c>hhs/cap_v1</c>, and <c>hhs-actors/cap_v1</c>, which a replay cannot undo.</summary>
/// <remarks>
/// The two share payload fields, rules and views. Ours differs in what makes authority hold: signatures say object and
/// position, revoke and delete-cap name the capability's origins that they mean, managers are those of all surviving origins, and the
/// spelling of keys and signatures is strict. Source: types.md section 6, docs/types/capabilities.md.
/// </remarks>
public sealed class CapabilityType : IReplicatedType
{
    private CapabilityType(string typeId, bool isOurs)
    {
        (TypeId, IsOurs) = (typeId, isOurs);
        CreateFormat = CapabilityFormats.Create(typeId, isOurs);
    }

    /// <summary>The original's type: for objects shared with originals. An old signed grant can be appended again after its revocation, by anybody.</summary>
    public static readonly CapabilityType Original = new("hhs/cap_v1", isOurs: false);

    /// <summary>Our type, the default.</summary>
    public static readonly CapabilityType Ours = new("hhs-actors/cap_v1", isOurs: true);

    /// <inheritdoc/>
    public string TypeId { get; }

    /// <summary>Whether it is our type.</summary>
    public bool IsOurs { get; }

    /// <summary>False: the original's loader ignores a parent, and an authority has to be found by its own id.</summary>
    public bool CanBeNested => false;

    internal PayloadFormat CreateFormat { get; }

    /// <inheritdoc/>
    public Reject? CheckCreate(Literal create, TypeRegistry types, ObjectScope? parent) =>
        CapabilityCreate.TryRead(create, this, out var why) is null ? why : null;

    /// <inheritdoc/>
    public ReplicatedObject Open(ObjectScope scope, Literal.Map create) =>
        new ReplicatedCapabilities(scope, this, CapabilityCreate.TryRead(create, this, out var why) ?? throw new ArgumentException(why.ToString(), nameof(create)));

    /// <summary>Whether a Base64 text is a key whose id is the one given; for our type, in its one spelling and of a suite that we know.</summary>
    internal bool TryReadKey(string text, string keyId)
    {
        if (!PublicKey.TryDecodeBase64(text, out var key, out _) || key.KeyId.ToString() != keyId) return false;
        if (!IsOurs) return true;
        Span<byte> serialized = stackalloc byte[Ed25519SerializedBytes];
        return key.Suite == Ed25519.Suite.Name && BoundSignature.IsCanonicalBase64(text, serialized);
    }

    /// <summary>The manager name that stands for the creators.</summary>
    public const string CreatorManager = "creator";

    private const int Ed25519SerializedBytes = 4 + 7 + 32;
}
