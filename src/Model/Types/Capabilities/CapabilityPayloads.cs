using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Capabilities;

/// <summary>Makes the payloads of a capability object, unsigned; <see cref="ReplicatedCapabilities.Sign"/> signs them.</summary>
/// <remarks>Source: types.md sections 6.1 and 6.2.</remarks>
public static class CapabilityPayloads
{
    /// <summary>A create payload.</summary>
    /// <param name="type">The original's type or ours.</param>
    /// <param name="seed">At most 1024 UTF-16 units; tells objects with equal creators and capabilities apart.</param>
    /// <param name="creators">1 to 64 keys.</param>
    /// <param name="initialCaps">Capability name to managers: names of other initial capabilities, or <c>creator</c>.</param>
    /// <param name="enrollCapability">The capability whose holders may add identities; null for <c>enroll</c>, which need not exist.</param>
    /// <exception cref="ArgumentException">A capability is called <c>creator</c>, see <see cref="CapabilityType.CreatorManager"/>.</exception>
    public static Literal.Map Create(CapabilityType type, string seed, IReadOnlyList<PublicKey> creators,
        IReadOnlyDictionary<string, string[]> initialCaps, string? enrollCapability = null)
    {
        foreach (string capName in initialCaps.Keys) RequireFree(capName);
        var payload = Literal.Map.Of(
            ("action", "create"),
            ("type", type.TypeId),
            ("seed", seed),
            ("creators", Texts(creators.Select(key => key.KeyId.ToString()))),
            ("creatorKeys", Texts(creators.Select(key => key.ToBase64()))),
            ("initialCaps", Literal.Map.FromPairs([.. initialCaps.Select(cap => KeyValuePair.Create(cap.Key, (Literal)Literal.Map.Of(("managedBy", Texts(cap.Value)))))])));
        if (!type.IsOurs) payload = payload.With("hashAlgorithm", "sha256");
        return enrollCapability is null ? payload : payload.With("enrollCapability", enrollCapability);
    }

    /// <summary>Enrolls an identity.</summary>
    public static Literal.Map AddIdentity(PublicKey key) =>
        Literal.Map.Of(("action", "add-identity"), ("keyId", key.KeyId.ToString()), ("publicKey", key.ToBase64()));

    /// <summary>Makes a capability.</summary>
    /// <exception cref="ArgumentException">It is called <c>creator</c>, see <see cref="CapabilityType.CreatorManager"/>.</exception>
    public static Literal.Map CreateCap(string capName, params IEnumerable<string> managedBy)
    {
        RequireFree(capName);
        return Literal.Map.Of(("action", "create-cap"), ("capName", capName), ("managedBy", Texts(managedBy)));
    }

    /// <summary>Takes a capability away from everybody, and from existence.</summary>
    /// <param name="capName">The capability.</param>
    /// <param name="capOrigins">Its surviving origins, for our type; null for the original's.</param>
    public static Literal.Map DeleteCap(string capName, IReadOnlyList<ContentHash>? capOrigins) =>
        WithOrigins(Literal.Map.Of(("action", "delete-cap"), ("capName", capName)), capOrigins);

    /// <summary>Gives a capability to an identity.</summary>
    /// <param name="grantee">Key id of an enrolled identity.</param>
    /// <param name="capName">The capability.</param>
    /// <param name="capOrigins">Its surviving origins: <see cref="CapabilityView.SurvivingOrigins"/>.</param>
    public static Literal.Map Grant(string grantee, string capName, IReadOnlyList<ContentHash> capOrigins) =>
        WithOrigins(Literal.Map.Of(("action", "grant"), ("grantee", grantee), ("capName", capName)), capOrigins);

    /// <summary>Takes a capability from an identity.</summary>
    /// <param name="grantee">Key id.</param>
    /// <param name="capName">The capability.</param>
    /// <param name="capOrigins">Its surviving origins, for our type; null for the original's.</param>
    public static Literal.Map Revoke(string grantee, string capName, IReadOnlyList<ContentHash>? capOrigins) =>
        WithOrigins(Literal.Map.Of(("action", "revoke"), ("grantee", grantee), ("capName", capName)), capOrigins);

    /// <summary>Makes a version of a capability object count for an object that it is the authority of.</summary>
    public static Literal.Map RefAdvance(ContentHash capabilityRef, Dag.Position version) =>
        Literal.Map.Of(("action", Authority.ObjectAuthority.RefAdvance), ("refId", capabilityRef.ToString()), ("refVersion", version.ToLiteral()));

    // Peers may define it, since the original lets them: its holders manage nothing, which is not what its name says.
    private static void RequireFree(string capName)
    {
        if (capName == CapabilityType.CreatorManager)
            throw new ArgumentException($"'{capName}' is reserved: as a manager it stands for the creators, so no capability can be called so", nameof(capName));
    }

    private static Literal.Map WithOrigins(Literal.Map payload, IReadOnlyList<ContentHash>? origins) => origins is null ? payload
        : payload.With("capOrigins", Texts(origins.Take(CapabilityFormats.OriginsMax).Select(origin => origin.ToString())));

    private static Literal.Array Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (Literal)text)]);
}
