using Hhs.Model.Json;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;

namespace Hhs.Model.Types.Space;

/// <summary>What a space's create payload says.</summary>
/// <remarks>Source: docs/types/space.md, payloads.</remarks>
public sealed class SpaceCreate
{
    private readonly Dictionary<string, string> _requires = new(StringComparer.Ordinal);
    private readonly HashSet<string> _creators;

    private SpaceCreate(Literal.Map map, bool hasCapabilities)
    {
        Creators = PayloadFormat.Texts(map["creators"]);
        _creators = new(Creators, StringComparer.Ordinal);
        Capabilities = hasCapabilities ? CapabilitiesOf(map) : null;
        SealAuthority = map.Text("sealAuthority") switch { null => Creators[0], NoSealAuthority => null, var authority => authority };
        if (map["requires"] is Literal.Map requires)
        {
            foreach (var (action, capability) in requires.Entries) _requires.Add(action, ((Literal.String)capability).Value);
        }
        var limits = map["limits"] as Literal.Map ?? Literal.Map.Empty;
        MembersMax = Limit(limits, "members", Limits.SpaceMembersMax);
        RequireMax = Limit(limits, "require", Limits.TransactionConditionsMax);
        OpsMax = Limit(limits, "ops", Limits.TransactionOperationsMax);
    }

    /// <summary>Key ids of the creators, who may do everything.</summary>
    public IReadOnlyList<string> Creators { get; }

    /// <summary>Key id of who may seal; null for nobody.</summary>
    public string? SealAuthority { get; }

    /// <summary>The capability that an action takes: <c>member</c>, <c>op</c>, <c>transact</c> or <c>resolve</c>.</summary>
    public IReadOnlyDictionary<string, string> Requires => _requires;

    /// <summary>Most members.</summary>
    public int MembersMax { get; }

    /// <summary>Most conditions of a transaction.</summary>
    public int RequireMax { get; }

    /// <summary>Most operations of a transaction.</summary>
    public int OpsMax { get; }

    /// <summary>The create payload of the capability object; null in a space without an authority.</summary>
    internal Literal.Map? Capabilities { get; }

    /// <summary>Whether a key id is a creator's.</summary>
    public bool IsCreator(string keyId) => _creators.Contains(keyId);

    /// <summary>Reads a create payload; null and the reason when it is invalid.</summary>
    public static SpaceCreate? TryRead(Literal literal, out Reject why)
    {
        why = Check(literal) is { } detail ? new(RejectCode.InvalidOperation, detail) : default;
        return why.Detail is null ? new((Literal.Map)literal, ((Literal.Map)literal).Has("capabilities")) : null;
    }

    private static string? Check(Literal literal)
    {
        if (!Format.Accepts(literal)) return "the create payload of a space has a field missing, unknown or out of bounds";
        var map = (Literal.Map)literal;
        // The rules for creators and keys are those of a capability object, also where there is none.
        if (CapabilityCreate.TryRead(CapabilitiesOf(map), CapabilityType.Ours, out var why) is null) return why.Detail;
        return map.Has("requires") && !map.Has("capabilities") ? "requires needs capabilities" : null;
    }

    private static Literal.Map CapabilitiesOf(Literal.Map map)
    {
        var own = map["capabilities"] as Literal.Map ?? Literal.Map.Empty;
        return Literal.Map.Of(
            ("action", "create"), ("type", CapabilityType.Ours.TypeId), ("seed", map["seed"]!),
            ("creators", map["creators"]!), ("creatorKeys", map["creatorKeys"]!), ("initialCaps", own["initialCaps"] ?? Literal.Map.Empty))
            .WithIf("enrollCapability", own["enrollCapability"]);
    }

    private static int Limit(Literal.Map limits, string name, int most) =>
        limits[name] is { } limit && PayloadValue.TryReadWhole(limit, 1, most, out int value) ? value : most;

    private static Func<Literal, bool> LimitOf(int most) => literal => PayloadValue.TryReadWhole(literal, 1, most, out _);

    private static readonly Func<Literal, bool> Capability = PayloadFormat.Text(AuthorityRules.CapNameUnitsMax);

    private static readonly PayloadFormat RequiresFormat = new(
        ("member", false, Capability), ("op", false, Capability), ("transact", false, Capability), ("resolve", false, Capability));

    private static readonly PayloadFormat LimitsFormat = new(
        ("members", false, LimitOf(Limits.SpaceMembersMax)),
        ("require", false, LimitOf(Limits.TransactionConditionsMax)),
        ("ops", false, LimitOf(Limits.TransactionOperationsMax)));

    private static readonly PayloadFormat CapabilitiesFormat = new(
        ("initialCaps", true, literal => literal is Literal.Map), ("enrollCapability", false, Capability));

    private static readonly PayloadFormat Format = new(
        ("action", true, PayloadFormat.Constant("create")),
        ("type", true, PayloadFormat.Constant(SpaceType.Id)),
        ("seed", true, PayloadFormat.Text(NativeType.SeedUnitsMax)),
        ("creators", true, literal => literal is Literal.Array),
        ("creatorKeys", true, literal => literal is Literal.Array),
        ("sealAuthority", false, literal => literal is Literal.String { Value: NoSealAuthority } || PayloadFormat.Hash(literal)),
        ("capabilities", false, CapabilitiesFormat.Accepts),
        ("requires", false, RequiresFormat.Accepts),
        ("limits", false, LimitsFormat.Accepts));

    /// <summary>What <c>sealAuthority</c> says where nothing is ever final.</summary>
    public const string NoSealAuthority = "none";
}
