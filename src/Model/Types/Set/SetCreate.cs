using Hhs.Model.Json;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Types.Set;

/// <summary>What a set's create payload says of it.</summary>
/// <remarks>Source: types.md section 5.1.</remarks>
public sealed class SetCreate
{
    private SetCreate(Literal.Map payload)
    {
        Payload = payload;
        ContentType = payload.Text("contentType");
        if (payload.Text("capabilityRef") is { } reference) Authority = RulesOf(reference, (Literal.Map)payload["capRequirements"]!);
        AcceptRedundantAdd = Flag("acceptRedundantAdd", true);
        AcceptRedundantDelete = Flag("acceptRedundantDelete", false);
        AcceptUpdateForDeleted = Flag("acceptUpdateForDeleted", false);
        SupportBarrierAdd = Flag("supportBarrierAdd", false);
        SupportBarrierDelete = Flag("supportBarrierDelete", false);
        var initial = ((Literal.Array)payload["initialElements"]!).Items;
        InitialElements = initial.ToArray();
    }

    /// <summary>The payload itself.</summary>
    public Literal.Map Payload { get; }

    /// <summary>Type id of the nested objects that are the set's elements; null for a set of literals.</summary>
    public string? ContentType { get; }

    /// <summary>Who may do what; null for a set that anybody may write to.</summary>
    public AuthorityRules? Authority { get; }

    /// <summary>Whether an element that is present may be added again (default true).</summary>
    public bool AcceptRedundantAdd { get; }

    /// <summary>Whether an element that is absent may be deleted.</summary>
    public bool AcceptRedundantDelete { get; }

    /// <summary>Whether a nested object may be updated when it is not present (default false).</summary>
    public bool AcceptUpdateForDeleted { get; }

    /// <summary>Whether an add can be a barrier: present again in every version concurrent with it.</summary>
    public bool SupportBarrierAdd { get; }

    /// <summary>Whether a delete can be a barrier: it voids every add concurrent with it.</summary>
    public bool SupportBarrierDelete { get; }

    /// <summary>The elements that the set begins with (strings).</summary>
    public IReadOnlyList<Literal> InitialElements { get; }

    /// <summary>Reads a create payload; null and the reason when it is invalid.</summary>
    public static SetCreate? TryRead(Literal literal, ObjectScope? parent, out Reject why)
    {
        why = Check(literal, parent) is { } detail ? new(RejectCode.InvalidOperation, detail) : default;
        return why.Detail is null ? new((Literal.Map)literal) : null;
    }

    // The order and the rules of types.md section 5.1.
    private static string? Check(Literal literal, ObjectScope? parent)
    {
        if (!Format.Accepts(literal)) return "the create payload of a set has a field missing, unknown or out of bounds";
        var map = (Literal.Map)literal;
        if (parent is not null && map.Text("parent") is { } named && named != parent.Id.ToString())
            return "the create payload names another parent than the object it is nested in";
        bool nests = map.Has("contentType");
        if (!nests && map.Has("acceptUpdateForDeleted")) return "acceptUpdateForDeleted needs contentType";
        if (nests && map.Has("acceptRedundantAdd")) return "acceptRedundantAdd does not go with contentType";
        if (nests && ((Literal.Array)map["initialElements"]!).Items.Length > 0) return "initialElements must be empty with contentType";
        if (IsTrue(map, "supportBarrierAdd") && IsTrue(map, "supportBarrierDelete"))
            return "supportBarrierAdd and supportBarrierDelete exclude each other";
        if (!map.Has("capabilityRef")) return map.Has("capRequirements") ? "capRequirements needs capabilityRef" : null;
        if (map["capRequirements"] is not Literal.Map requirements) return "a permissioned set must declare capRequirements";
        return requirements.Has("add") || requirements.Has("delete") ? null : "a permissioned set must require a capability for add or delete";
    }

    // types.md sections 5.1 and 5.3: in the original the four settings are one map, two of them requirements by operation.
    private static AuthorityRules RulesOf(string reference, Literal.Map settings)
    {
        var requirements = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string operation in (ReadOnlySpan<string>)["add", "delete"])
        {
            if (settings.Text(operation) is { } capability) requirements.Add(operation, capability);
        }
        return new(reference, requirements, PayloadFormat.Texts(settings["refAdvance"]), settings["refAdvanceCreators"] != Literal.Boolean.False);
    }

    private bool Flag(string name, bool absent) => Payload.TryGet(name, out var value) ? value == Literal.Boolean.True : absent;

    private static bool IsTrue(Literal.Map map, string name) => map[name] == Literal.Boolean.True;

    /// <summary>Most elements that a set can begin with.</summary>
    public const int InitialElementsMax = 1024;

    private static readonly PayloadFormat CapRequirementsFormat = new(
        ("add", false, PayloadFormat.Text(256)),
        ("delete", false, PayloadFormat.Text(256)),
        ("refAdvance", false, PayloadFormat.ArrayOf(PayloadFormat.Text(256), 64)),
        ("refAdvanceCreators", false, PayloadFormat.IsBoolean));

    private static readonly PayloadFormat Format = new(
        ("action", true, PayloadFormat.Constant("create")),
        ("type", true, PayloadFormat.Constant(SetType.Id)),
        ("seed", true, PayloadFormat.Text(1024)),
        ("initialElements", true, PayloadFormat.ArrayOf(PayloadFormat.Text(int.MaxValue), InitialElementsMax)),
        ("acceptRedundantDelete", true, PayloadFormat.IsBoolean),
        ("contentType", false, PayloadFormat.Text(128)),
        ("acceptRedundantAdd", false, PayloadFormat.IsBoolean),
        ("acceptUpdateForDeleted", false, PayloadFormat.IsBoolean),
        ("supportBarrierAdd", false, PayloadFormat.IsBoolean),
        ("supportBarrierDelete", false, PayloadFormat.IsBoolean),
        ("hashAlgorithm", false, PayloadFormat.Text(256)),
        ("parent", false, PayloadFormat.Text(128)),
        ("capabilityRef", false, PayloadFormat.Text(128)),
        ("capRequirements", false, CapRequirementsFormat.Accepts));
}
