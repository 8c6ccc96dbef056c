using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;

namespace Hhs.Model.Types.Space;

/// <summary>One space: several objects in one log, changed together by transactions that are rolled back where they conflict.</summary>
/// <remarks>Source: docs/types/space.md.</remarks>
public sealed class ReplicatedSpace : ReplicatedObject
{
    private readonly SpaceEntryReader _reader;
    private readonly SpaceAuthority? _authority;
    private readonly SpaceRules _rules;
    private readonly Settler<SpaceState> _settler;

    internal ReplicatedSpace(ObjectScope scope, SpaceCreate create) : base(scope)
    {
        Create = create;
        _reader = new(scope, create);
        _authority = create.Capabilities is { } capabilities ? new(scope, _reader, capabilities) : null;
        _rules = new(scope, create, _reader, _authority);
        _settler = new(scope.Log, _rules);
    }

    /// <inheritdoc/>
    public override string TypeId => SpaceType.Id;

    /// <summary>What the create payload says.</summary>
    public SpaceCreate Create { get; }

    /// <summary>The capability object, read on the space's own log; null in a space without an authority.</summary>
    public ReplicatedCapabilities? Capabilities => _authority?.Capabilities;

    /// <summary>The space as a version of it comes to be settled.</summary>
    public Settlement Settle(DagVersion at)
    {
        _rules.CatchUp();
        return new(this, _reader, _authority, at, _settler.At(at));
    }

    /// <inheritdoc/>
    public override Verdict Check(Literal payload, DagVersion at)
    {
        if (payload is not Literal.Map map) return Invalid("an entry of a space is a map");
        if (at.Tips.Length == 0) return Invalid("an entry of a space has predecessors");
        if (Scope.Log.MinimalCover(at).Tips.Length != at.Tips.Length) return Invalid("the predecessors reach one another");
        if (SpaceEntryReader.KeyOf(map, out var why) is not { } key) return why;
        _rules.CatchUp();
        if (_reader.Read(map, at, out why) is not { } entry) return why;
        if (!BoundSignature.TryVerify(map, key, Scope, TypeId, Scope.Log.PositionOf(at), out why)) return why;
        return CheckPlace(entry, at) is { } refused ? refused : Verdict.Valid;
    }

    // Alone with its history it has to be live: then what it requires held where it was written.
    private Reject? CheckPlace(SpaceEntry entry, DagVersion at)
    {
        if (entry is SpaceEntry.Seal && entry.Author != Create.SealAuthority) return Invalid("only the seal authority may seal");
        if (entry is SpaceEntry.Capability operation) return _authority!.Capabilities.CheckAuthored(operation.Payload, at);
        var before = _settler.At(at)!.State;
        if (entry is SpaceEntry.Member && before.Members.Count >= Create.MembersMax) return new(RejectCode.OverLimit, $"the space has {Create.MembersMax} members, and no room for more");
        if (entry is SpaceEntry.Transact transaction && transaction.Require.Select(c => c.Check(before)).FirstOrDefault(c => c is not null) is { } none) return none;
        return _rules.JudgeNew(entry, at, before).Reason switch
        {
            null => null,
            SettledReason.NotAllowed(var capability) => Invalid(capability.Length == 0 ? "only the transaction's author and creators may resolve it" : $"the author does not have capability '{capability}'"),
            SettledReason.ConditionFails(var index, _) => Invalid($"condition {index} does not hold"),
            SettledReason.Inapplicable(var index, var reason) => reason with { Detail = $"operation {index}: {reason.Detail}" },
            SettledReason.MemberVoid => Invalid("a member is void"),
            SettledReason.Revived => Invalid("the transaction is live: there is nothing to resolve"),
            SettledReason.Resolved => Invalid("the transaction has been resolved"),
            var other => Invalid(other.ToString()),
        };
    }

    /// <summary>Why an entry would not be live on top of a version; null if it would be, or is no entry that could be there.</summary>
    /// <param name="payload">Its payload, signed.</param>
    /// <param name="at">The version.</param>
    public SettledReason? Foresee(Literal.Map payload, DagVersion at)
    {
        _rules.CatchUp();
        var before = _settler.At(at)!.State;
        if (_reader.Read(payload, at, out _) is not { } entry || entry is SpaceEntry.Capability) return null;
        bool asksNonsense = entry is SpaceEntry.Transact transaction && transaction.Require.Any(condition => condition.Check(before) is not null);
        return asksNonsense ? null : _rules.JudgeNew(entry, at, before).Reason;
    }

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeCreate() => _authority?.Capabilities.TagsOfCreate() ?? [];

    /// <inheritdoc/>
    public override IEnumerable<Tag> Describe(Literal.Map payload, ContentHash entry)
    {
        string action = payload.Text("action")!;
        var touched = action == "resolve" && payload.Text("how") == "retry" ? Scope.PayloadOf(NumberOf(payload.Text("transaction")!)) : payload;
        foreach (string member in MembersIn(touched).Distinct()) yield return new Tag(MemberKey, member);
        if (payload.Text("member") != SpacePayloads.Capabilities) yield break;
        var operation = ((Literal.Map)payload["payload"]!).With(SignedPayload.Author, payload.Text(SignedPayload.Author)!);
        foreach (var tag in _authority!.Capabilities.Describe(operation, entry)) yield return tag;
    }

    /// <inheritdoc/>
    public override SpaceDelta Delta(DagVersion start, DagVersion end) => SpaceDelta.Between(Settle(start), Settle(end), Scope.Log, ObjectDelta.BoundOf(Scope.Log, start, end));

    /// <summary>The payload as it has to be to become an entry on top of a version: signed.</summary>
    public Literal.Map Sign(Literal.Map payload, DagVersion at, SecretKey author) => SpacePayloads.Sign(payload, author, Scope, Scope.Log.PositionOf(at));

    private int NumberOf(string hash) => Scope.Log.TryIndex(ContentHash.Parse(hash), out int number) ? number : throw new System.Diagnostics.UnreachableException("an admitted resolve of nothing");

    private static IEnumerable<string> MembersIn(Literal.Map payload) => payload["ops"] is Literal.Array ops
        ? ops.Items.ToArray().Select(op => ((Literal.Map)op).Text("member")!) : payload.Text("member") is { } member ? [member] : [];

    private static Reject Invalid(string detail) => new(RejectCode.InvalidOperation, detail);

    internal const string MemberKey = "on";
}
