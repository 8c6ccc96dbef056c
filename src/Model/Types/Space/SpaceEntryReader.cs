using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Types.Space;

/// <summary>Reads the payloads of a space's entries: from peers, and again those that were admitted.</summary>
internal sealed class SpaceEntryReader(ObjectScope scope, SpaceCreate create)
{
    private readonly Dictionary<int, SpaceEntry> _recent = [];
    private readonly Dictionary<int, MemberDefinition> _members = [];

    /// <summary>An entry of the log.</summary>
    public SpaceEntry EntryAt(int number)
    {
        if (_recent.TryGetValue(number, out var known)) return known;
        var payload = scope.PayloadOf(number);
        var entry = scope.Log.HashOf(number) == scope.Id ? new SpaceEntry.Create()
            : Read(payload, scope.Log.VersionOf(scope.Log.PrevOf(number)), number, out var why)
            // An admitted one can be read: whether it can be is a matter of its own history.
            ?? throw new System.Diagnostics.UnreachableException(why.ToString());
        if (_recent.Count >= RecentMax) _recent.Clear();
        _recent.Add(number, entry);
        return entry;
    }

    /// <summary>An entry that is being judged; null and the reason if it is malformed, over a limit, or names what is not in its history.</summary>
    public SpaceEntry? Read(Literal.Map payload, DagVersion at, out Reject why) => Read(payload, at, scope.Log.Count, out why);

    /// <summary>The key of an entry's author; null and the reason if there is none that fits.</summary>
    public static PublicKey? KeyOf(Literal.Map payload, out Reject why)
    {
        why = new(RejectCode.InvalidOperation, "the entry needs an author and that author's Ed25519 key");
        string author = payload.Text(SignedPayload.Author) ?? "", text = payload.Text(SpacePayloads.PublicKeyField) ?? "";
        return CapabilityType.Ours.TryReadKey(text, author) && PublicKey.TryDecodeBase64(text, out var key, out _) ? key : null;
    }

    private SpaceEntry? Read(Literal.Map payload, DagVersion at, int number, out Reject why)
    {
        string author = payload.Text(SignedPayload.Author) ?? "";
        why = default;
        switch (payload.Text("action"))
        {
            case "member" when SpaceFormats.Member.Accepts(payload):
                return DefinitionOf(payload, number, out why) is { } definition ? new SpaceEntry.Member(author, definition) : null;
            case "op" when SpaceFormats.Op.Accepts(payload):
                return ReadOperation(payload, author, at, out why);
            case "transact" when SpaceFormats.Transact.Accepts(payload):
                return ReadTransaction(payload, author, at, out why);
            case "resolve" when SpaceFormats.Resolve.Accepts(payload):
                if (!scope.Log.TryIndex(ContentHash.Parse(payload.Text("transaction")!), out int transaction) || !scope.Log.Includes(at, transaction)
                    || scope.PayloadOf(transaction).Text("action") != "transact")
                {
                    why = Invalid("there is no such transaction in the history of the resolve");
                    return null;
                }
                return new SpaceEntry.Resolve(author, transaction, payload.Text("how") == "retry");
            case "seal" when SpaceFormats.Seal.Accepts(payload):
                return new SpaceEntry.Seal(author);
            default:
                why = Invalid("an entry of a space is member, op, transact, resolve or seal, with no field missing, unknown or out of bounds");
                return null;
        }
    }

    private SpaceEntry? ReadOperation(Literal.Map payload, string author, DagVersion at, out Reject why)
    {
        if (Bare((Literal.Map)payload["payload"]!, out why) is not { } operation) return null;
        if (payload.Text("member") == SpacePayloads.Capabilities)
        {
            if (create.Capabilities is null) why = Invalid("the space has no capabilities");
            return create.Capabilities is null ? null
                : new SpaceEntry.Capability(author, operation.With(SignedPayload.Author, author).With(SignedPayload.Signature, payload.Text(SignedPayload.Signature)!));
        }
        return MemberIn(payload, at, out why) is { } target ? new SpaceEntry.Operation(author, target, operation) : null;
    }

    private SpaceEntry.Transact? ReadTransaction(Literal.Map payload, string author, DagVersion at, out Reject why)
    {
        why = default;
        var require = ((Literal.Array)payload["require"]!).Items;
        var ops = ((Literal.Array)payload["ops"]!).Items;
        if (require.Length > create.RequireMax || ops.Length > create.OpsMax)
        {
            why = new(RejectCode.OverLimit, $"a transaction has at most {create.RequireMax} conditions and {create.OpsMax} operations here");
            return null;
        }
        if (CanonicalJson.Write(payload["require"]!).Length > Limits.ConditionBytesMax)
        {
            why = new(RejectCode.OverLimit, $"the conditions of a transaction have at most {Limits.ConditionBytesMax} bytes");
            return null;
        }
        var conditions = new SpaceCondition[require.Length];
        for (int i = 0; i < conditions.Length; i++)
        {
            if (ConditionReader<SpaceCondition>.Read(require[i], one => ReadCondition(one, at), SpaceCondition.Compose, out why) is not { } condition) return null;
            conditions[i] = condition;
        }
        var targets = new (MemberDefinition, Literal.Map)[ops.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            var op = (Literal.Map)ops[i];
            if (MemberIn(op, at, out why) is not { } target) return null;
            if (Bare((Literal.Map)op["payload"]!, out why) is not { } operation) return null;
            targets[i] = (target, operation);
        }
        return new(author, conditions, targets, payload.Text("onConflict") == "review");
    }

    // The operation itself; what tells it from an equal one is said by the entry that it is in.
    private static Literal.Map? Bare(Literal.Map operation, out Reject why)
    {
        why = operation.Has(SignedPayload.Author) || operation.Has(SignedPayload.Signature) ? Invalid("operations in a space have no author of their own")
            : operation.TryGet(GuardedObject.Nonce, out var nonce) && !PayloadFormat.Text(GuardedObject.NonceUnitsMax)(nonce) ? Invalid("a nonce is a text of at most 64 units")
            : default;
        return why.Detail is null ? GuardedObject.Bare(operation) : null;
    }

    private SpaceCondition? ReadCondition(Literal.Map one, DagVersion at)
    {
        if (one.Count != 2 || one.Text("member") is not { } name) return null;
        var (kind, argument) = one.Without("member").Entries[0];
        if (name != SpacePayloads.Capabilities) return MemberIn(one, at, out _) is { } member ? new SpaceCondition.OnMember(member, kind, argument) : null;
        return create.Capabilities is not null && kind == "holds" && ReplicatedCapabilities.TryReadHolds(argument, out string keyId, out string capability)
            ? new SpaceCondition.Holding(keyId, capability) : null;
    }

    private MemberDefinition? MemberIn(Literal.Map map, DagVersion at, out Reject why)
    {
        why = default;
        if (ContentHash.TryParse(map.Text("member"), out var id) && scope.Log.TryIndex(id, out int number) && scope.Log.Includes(at, number) && Member(number) is { } member) return member;
        why = Invalid("there is no such member in the history of the entry");
        return null;
    }

    private MemberDefinition? Member(int number)
    {
        if (_members.TryGetValue(number, out var known)) return known;
        var payload = scope.PayloadOf(number);
        if (payload.Text("action") != "member" || DefinitionOf(payload, number, out _) is not { } definition) return null;
        _members.Add(number, definition);
        return definition;
    }

    private MemberDefinition? DefinitionOf(Literal.Map payload, int number, out Reject why)
    {
        var id = number < scope.Log.Count ? scope.Log.HashOf(number) : default;
        var made = (Literal.Map)payload["create"]!;
        why = default;
        if (!scope.Types.TryGet(made.Text("type") ?? "", out var type)) why = new(RejectCode.Unsupported, $"the type '{Reject.Excerpt(made.Text("type") ?? "")}' of the member is not known");
        else if (!type.CanBeNested) why = Invalid("objects of this type cannot be members of a space");
        else if (made.Has("capabilityRef")) why = Invalid("a member of a space has no authority of its own: use requires");
        else if (type.CheckCreate(made, scope.Types, null) is { } invalid) why = invalid;
        else if (payload.Has("requires") && create.Capabilities is null) why = Invalid("requires needs a space with capabilities");
        if (why.Detail is not null) return null;
        var requires = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (action, capability) in payload["requires"] is Literal.Map map ? map.Entries : []) requires.Add(action, ((Literal.String)capability).Value);
        return new(number, id, payload.Text("name")!, type!, made, requires);
    }

    private static Reject Invalid(string detail) => new(RejectCode.InvalidOperation, detail);

    private const int RecentMax = 4096;
}
