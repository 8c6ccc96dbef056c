using Hhs.Model.Identity;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Capabilities;

/// <summary>What a capability object's create payload says: its creators, and the capabilities that it begins with.</summary>
/// <remarks>Source: types.md section 6.1; docs/types/capabilities.md for ours.</remarks>
public sealed class CapabilityCreate
{
    private readonly Dictionary<string, PublicKey> _creators = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _initialCaps = new(StringComparer.Ordinal);

    private CapabilityCreate(Literal.Map map)
    {
        foreach (string key in PayloadFormat.Texts(map["creatorKeys"]))
        {
            PublicKey.TryDecodeBase64(key, out var decoded, out _);
            _creators[decoded!.KeyId.ToString()] = decoded;
        }
        foreach (var (name, definition) in ((Literal.Map)map["initialCaps"]!).Entries)
            _initialCaps.Add(name, PayloadFormat.Texts(((Literal.Map)definition)["managedBy"]));
        EnrollCapability = map.Text("enrollCapability") ?? "enroll";
    }

    /// <summary>The creators by key id: they can do everything, for ever.</summary>
    public IReadOnlyDictionary<string, PublicKey> Creators => _creators;

    /// <summary>The capabilities that the object begins with, and the capabilities whose holders manage each.</summary>
    public IReadOnlyDictionary<string, string[]> InitialCaps => _initialCaps;

    /// <summary>The capability whose holders may add identities; it need not exist.</summary>
    public string EnrollCapability { get; }

    /// <summary>Reads a create payload; null and the reason when it is invalid.</summary>
    public static CapabilityCreate? TryRead(Literal literal, CapabilityType type, out Reject why)
    {
        why = Check(literal, type) is { } detail ? new(RejectCode.InvalidOperation, detail) : default;
        return why.Detail is null ? new((Literal.Map)literal) : null;
    }

    private static string? Check(Literal literal, CapabilityType type)
    {
        if (!type.CreateFormat.Accepts(literal)) return "the create payload of a capability object has a field missing, unknown or out of bounds";
        var map = (Literal.Map)literal;
        string[] creators = PayloadFormat.Texts(map["creators"]), keys = PayloadFormat.Texts(map["creatorKeys"]);
        if (creators.Length == 0) return "there must be at least one creator";
        if (creators.Length != keys.Length) return "creators and creatorKeys differ in length";
        for (int i = 0; i < keys.Length; i++)
        {
            if (!type.TryReadKey(keys[i], creators[i])) return $"creator key {i} is not a key, or not that of creator {i}";
        }
        if (type.IsOurs && creators.Distinct(StringComparer.Ordinal).Count() != creators.Length) return "a creator is listed twice";
        var initialCaps = (Literal.Map)map["initialCaps"]!;
        foreach (var (_, definition) in initialCaps.Entries)
        {
            string[] managers = PayloadFormat.Texts(((Literal.Map)definition)["managedBy"]);
            if (managers.Any(manager => manager != CapabilityType.CreatorManager && !initialCaps.Has(manager))) return "a manager of an initial capability does not exist";
        }
        return map.Text("enrollCapability") is { } enroll && !initialCaps.Has(enroll) ? "the enroll capability does not exist" : null;
    }
}
