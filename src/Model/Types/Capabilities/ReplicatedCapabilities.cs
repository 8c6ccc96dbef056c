using Hhs.Model.Types.Conditions;
using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Types.Capabilities;

/// <summary>One capability object: who is known, which capabilities there are, and who holds them.</summary>
/// <remarks>Source: types.md section 6; docs/types/capabilities.md for our type.</remarks>
public sealed class ReplicatedCapabilities(ObjectScope scope, CapabilityType type, CapabilityCreate create) : ReplicatedObject(scope)
{
    private readonly Dictionary<string, PublicKey> _keys = new(StringComparer.Ordinal);
    private readonly List<CapabilityJudge> _judges = [];

    /// <inheritdoc/>
    public override string TypeId => Type.TypeId;

    /// <summary>The original's type or ours.</summary>
    public CapabilityType Type { get; } = type;

    /// <summary>What the create payload says.</summary>
    public CapabilityCreate Create { get; } = create;

    internal CapabilityIndex Index { get; } = new(scope);

    /// <summary>What holds at a version, as judged from a later one.</summary>
    public CapabilityView View(DagVersion at, DagVersion from) => new(this, JudgeFrom(from), at);

    /// <summary>What holds at a version, as known at that version.</summary>
    public CapabilityView View(DagVersion at) => View(at, at);

    /// <summary>Whether a key id is a creator's.</summary>
    public bool IsCreator(string keyId) => Create.Creators.ContainsKey(keyId);

    /// <summary>The key of a creator, or of an identity that any entry of the log adds.</summary>
    /// <remarks>Not a matter of versions: as in the original, a key is known once it is in the log (types.md section 3).</remarks>
    public bool TryGetKey(string keyId, [NotNullWhen(true)] out PublicKey? key)
    {
        if (Create.Creators.TryGetValue(keyId, out key) || _keys.TryGetValue(keyId, out key)) return true;
        if (!Index.TryGetIdentity(keyId, out int entry)) return false;
        string text = Scope.TagsOf(entry, CapabilityTags.PublicKey).First().Value;
        if (!PublicKey.TryDecodeBase64(text, out key, out _)) return false;   // admitted ones are keys
        if (_keys.Count >= KeysHeldMax) _keys.Clear();
        _keys.Add(keyId, key);
        return true;
    }

    /// <summary>The payload as it has to be to become an entry on top of a version: signed.</summary>
    public Literal.Map Sign(Literal.Map operation, DagVersion at, SecretKey author) => Type.IsOurs
        ? BoundSignature.Sign(operation, author, Scope, TypeId, Scope.Log.PositionOf(at))
        : SignedPayload.Sign(operation, author);

    // The order of types.md section 6.2: format, key binding, signature, then existence and authority. What is refused is so for
    // good; what depends on a key that is not known waits.
    /// <inheritdoc/>
    public override Verdict Check(Literal payload, DagVersion at)
    {
        if (payload is not Literal.Map map || map.Text("action") is not { } action) return Invalid("an operation is a map with an action");
        if (CapabilityFormats.Operation(action, Type.IsOurs) is not { } format) return Invalid("unknown action of a capability object");
        if (!format.Accepts(payload)) return Invalid($"the {action} has a field missing, unknown or out of bounds");
        if (Type.IsOurs && CheckPosition(at) is { } misplaced) return misplaced;
        if (action == "add-identity" && !Type.TryReadKey(map.Text("publicKey")!, map.Text("keyId")!)) return Invalid("the key is none, or does not have the key id");
        string author = map.Text(SignedPayload.Author)!;
        if (!KeyId.TryParse(author, out _)) return Invalid("the author is not a key id");
        // An identity is never removed, so a key that is not known can only become known.
        if (!TryGetKey(author, out var key)) return new Verdict.Waiting(default);
        bool good = Type.IsOurs
            ? BoundSignature.TryVerify(map, key, Scope, TypeId, Scope.Log.PositionOf(at), out var why)
            : SignedPayload.TryVerify(map, key, out why);
        return good ? CheckAllowed(map, at) : why;
    }

    /// <summary>Whether an operation whose author is known to be its author is valid on top of a version: all but position and signature.</summary>
    internal Reject? CheckAuthored(Literal.Map map, DagVersion at)
    {
        if (map.Text("action") is not { } action || CapabilityFormats.Operation(action, Type.IsOurs) is not { } format) return Invalid("unknown action of a capability object");
        if (!format.Accepts(map)) return Invalid($"the {action} has a field missing, unknown or out of bounds");
        if (action == "add-identity" && !Type.TryReadKey(map.Text("publicKey")!, map.Text("keyId")!)) return Invalid("the key is none, or does not have the key id");
        return CheckAllowed(map, at) is Verdict.Refused(var why) ? why : null;
    }

    /// <summary>Existence, authority and origins: what is left to check of an operation whose format and signature are good.</summary>
    internal Verdict CheckAllowed(Literal.Map map, DagVersion at)
    {
        var view = View(at);
        string author = map.Text(SignedPayload.Author)!, cap = map.Text("capName") ?? "";
        switch (map.Text("action"))
        {
            case "add-identity":
                return view.HasCapability(author, Create.EnrollCapability) ? Verdict.Valid : Invalid($"author '{author}' lacks the enroll capability");
            case "create-cap":
                if (!IsCreator(author)) return Invalid($"author '{author}' is not a creator");
                if (view.Exists(cap)) return Invalid($"capability '{cap}' exists");
                foreach (string manager in PayloadFormat.Texts(map["managedBy"]))
                {
                    if (manager != CapabilityType.CreatorManager && !view.Exists(manager)) return Invalid($"manager capability '{manager}' does not exist");
                }
                return Verdict.Valid;
            case "delete-cap":
                if (!IsCreator(author)) return Invalid($"author '{author}' is not a creator");
                if (!view.Exists(cap)) return Invalid($"capability '{cap}' does not exist");
                return CheckOrigins(map, cap, view);
            case "grant":
                if (!view.Exists(cap)) return Invalid($"capability '{cap}' does not exist");
                if (!view.IsIdentity(map.Text("grantee")!)) return Invalid("the grantee is not an identity");
                return Manages(view, author, cap) ? CheckOrigins(map, cap, view) : Invalid($"author '{author}' may not manage '{cap}'");
            default:
                if (!view.Exists(cap)) return Invalid($"capability '{cap}' does not exist");
                // "a" + ":" + "b:key" is "a:b" + ":" + "key": only with a key id does the pair's index key say which is meant.
                if (Type.IsOurs && !KeyId.TryParse(map.Text("grantee")!, out _)) return Invalid("the grantee is not a key id");
                return Manages(view, author, cap) ? CheckOrigins(map, cap, view) : Invalid($"author '{author}' may not manage '{cap}'");
        }
    }

    private bool Manages(CapabilityView view, string author, string cap) =>
        IsCreator(author) || view.ManagedBy(cap).Any(manager => manager != CapabilityType.CreatorManager && view.HasCapability(author, manager));

    private static Verdict CheckOrigins(Literal.Map map, string cap, CapabilityView view)
    {
        if (!map.Has("capOrigins")) return Verdict.Valid;
        var expected = view.SurvivingOrigins(cap).Take(CapabilityFormats.OriginsMax).Select(origin => origin.ToString());
        return PayloadFormat.Texts(map["capOrigins"]).SequenceEqual(expected) ? Verdict.Valid : Invalid($"capOrigins are not the surviving origins of '{cap}'");
    }

    /// <inheritdoc/>
    protected override Condition? ConditionOf(string kind, Literal argument, DagVersion at)
    {
        if (kind != "holds" || !TryReadHolds(argument, out string keyId, out string capability)) return null;
        return new((at, from) =>
        {
            bool holds = View(at, from).HasCapability(keyId, capability);
            return (holds, holds);
        }, operation => !IsCreator(keyId) && operation.Text("action") != "add-identity");
    }

    /// <summary>Reads <c>{"keyId": id, "capability": name}</c>.</summary>
    internal static bool TryReadHolds(Literal argument, out string keyId, out string capability)
    {
        (keyId, capability) = ("", "");
        if (!HoldsFormat.Accepts(argument)) return false;
        (keyId, capability) = (((Literal.Map)argument).Text("keyId")!, ((Literal.Map)argument).Text("capability")!);
        return true;
    }

    private Verdict? CheckPosition(DagVersion at)
    {
        if (at.Tips.Length == 0) return Invalid("an operation has predecessors");
        return Scope.Log.MinimalCover(at).Tips.Length == at.Tips.Length ? null : Invalid("the predecessors reach one another");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeCreate() => Create.InitialCaps.Keys.SelectMany(name => new Tag[]
    {
        new(CapabilityTags.Caps, name), new(CapabilityTags.Creates, name),
    });

    /// <inheritdoc/>
    public override IEnumerable<Tag> Describe(Literal.Map payload, ContentHash entry)
    {
        string action = payload.Text("action")!, cap = payload.Text("capName") ?? "";
        switch (action)
        {
            case "add-identity":
                yield return new Tag(CapabilityTags.Ids, payload.Text("keyId")!);
                yield return new Tag(CapabilityTags.PublicKey, payload.Text("publicKey")!);
                break;
            case "create-cap":
                yield return new Tag(CapabilityTags.Caps, cap);
                yield return new Tag(CapabilityTags.Creates, cap);
                foreach (string manager in PayloadFormat.Texts(payload["managedBy"])) yield return new Tag(CapabilityTags.Manager, manager);
                break;
            case "delete-cap":
                yield return new Tag(CapabilityTags.Caps, cap);
                yield return new Tag(CapabilityTags.Barrier, "t");
                foreach (string origin in PayloadFormat.Texts(payload["capOrigins"])) yield return new Tag(CapabilityTags.Deletes, $"{origin}:{cap}");
                break;
            default:
                yield return new Tag(CapabilityTags.Grants, PairOf(payload.Text("grantee")!, cap));
                yield return new Tag(CapabilityTags.GrantedCap, cap);
                yield return new Tag(CapabilityTags.Author, payload.Text(SignedPayload.Author)!);
                foreach (string origin in PayloadFormat.Texts(payload["capOrigins"])) yield return new Tag(CapabilityTags.Origin, origin);
                if (action == "revoke") yield return new Tag(CapabilityTags.Barrier, "t");
                break;
        }
    }

    /// <inheritdoc/>
    public override CapabilityDelta Delta(DagVersion start, DagVersion end) => CapabilityDelta.Between(this, start, end);

    internal static string PairOf(string grantee, string capName) => $"{capName}:{grantee}";

    // The last few versions that were judged from: an observer asks for many entries from one of its versions.
    private CapabilityJudge JudgeFrom(DagVersion from)
    {
        for (int i = 0; i < _judges.Count; i++)
        {
            var judge = _judges[i];
            if (!judge.From.Tips.SequenceEqual(from.Tips)) continue;
            if (i > 0)
            {
                _judges.RemoveAt(i);
                _judges.Insert(0, judge);
            }
            return judge;
        }
        if (_judges.Count == JudgesHeldMax) _judges.RemoveAt(JudgesHeldMax - 1);
        _judges.Insert(0, new(this, from));
        return _judges[0];
    }

    private static Reject Invalid(string detail) => new(RejectCode.InvalidOperation, detail);

    private static readonly PayloadFormat HoldsFormat = new(
        ("keyId", true, literal => literal is Literal.String text && KeyId.TryParse(text.Value, out _)),
        ("capability", true, PayloadFormat.Text(CapabilityFormats.NameUnitsMax)));

    private const int JudgesHeldMax = 4;
    private const int KeysHeldMax = 4096;
}
