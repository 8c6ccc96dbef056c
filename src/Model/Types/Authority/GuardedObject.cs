using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Types.Authority;

/// <summary>One object of a type of ours: one root, minimal predecessor sets, and optionally an authority.</summary>
/// <remarks>
/// With an authority, every operation is authored and signed for this object and position (<see cref="BoundSignature"/>), must be
/// allowed when it is made, and counts in a view only while it is allowed as judged from there. An operation on a nested
/// object is an operation of the container as well, signed and judged as such. A type supplies what is abstract here and asks
/// <see cref="Counts"/> which entries count. Source: supplement, decisions; types.md section 5.7.
/// </remarks>
public abstract class GuardedObject : ReplicatedObject
{
    /// <summary>Opens the object; the create payload has passed <see cref="AuthorityRules"/>.</summary>
    protected GuardedObject(ObjectScope scope, Literal.Map create) : base(scope)
    {
        if (AuthorityRules.Read(create) is { } rules) Authority = new(this, rules, isBound: true);
    }

    /// <summary>Who may do what; null where anybody may do anything, unsigned.</summary>
    public ObjectAuthority? Authority { get; }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<ContentHash> References => Authority?.References ?? [];

    /// <inheritdoc/>
    public sealed override Verdict Check(Literal payload, DagVersion at)
    {
        if (payload is not Literal.Map map || map.Text("action") is not { } action) return Invalid("an operation is a map with an action");
        // supplement, the rule: one root, minimal covers. Otherwise one operation could be spelled in many ways.
        if (at.Tips.Length == 0) return Invalid("an operation has predecessors");
        if (Scope.Log.MinimalCover(at).Tips.Length != at.Tips.Length) return Invalid("the predecessors reach one another");
        if (map.TryGet(Nonce, out var nonce) && nonce is not Literal.String { Value.Length: <= NonceUnitsMax }) return Invalid("a nonce is a text of at most 64 units");
        if (Authority is null)
            return map.Has(SignedPayload.Author) || map.Has(SignedPayload.Signature) ? Invalid("the object takes no authored operations") : CheckOperation(Bare(map), at);
        if (Authority.CheckReadable(at) is { } unreadable) return unreadable;
        if (action == ObjectAuthority.RefAdvance) return Authority.CheckRefAdvance(map, at);
        if (!map.Has(SignedPayload.Author) || !map.Has(SignedPayload.Signature)) return Invalid("the operation needs an author and a signature");
        var verdict = CheckOperation(Bare(map), at);
        if (verdict is Verdict.Refused) return verdict;
        // A refusal is for good, so it goes before what can only be waited for.
        var authority = Authority.Check(map, action, at);
        return authority == Verdict.Valid ? verdict : authority;
    }

    /// <inheritdoc/>
    public sealed override IEnumerable<Tag> Describe(Literal.Map payload, ContentHash entry)
    {
        if (Authority is null) return DescribeOperation(Bare(payload), entry);
        var tags = Authority.Describe(payload);
        return payload.Text("action") == ObjectAuthority.RefAdvance ? tags : tags.Concat(DescribeOperation(Bare(payload), entry));
    }

    /// <summary>The payload as it has to be to become an entry on top of a version: signed, where the object has an authority.</summary>
    public Literal.Map Sign(Literal.Map operation, DagVersion at, SecretKey author) =>
        Authority is null ? operation : BoundSignature.Sign(operation, author, Scope, TypeId, Scope.Log.PositionOf(at));

    /// <summary>Which entries count in views from a version, as a predicate for covers; null where all do.</summary>
    /// <remarks>
    /// The create entry counts always; what is nested counts while it counts for the container too, and what <see cref="ObjectScope.IsLive"/> leaves out never does. Make one a view: it
    /// remembers its answers. Throws <see cref="MissingDependencyException"/> when an authority is not here.
    /// </remarks>
    public Func<int, bool>? Counts(DagVersion from) => Scope.Counting(Authority, from);

    /// <summary>Who wrote an entry, for this object or else for the one it is nested in; null where neither has an authority.</summary>
    public string? AuthorOf(int entry) => Authority?.AuthorOf(entry) ?? Scope.Container?.AuthorOf(entry);

    /// <inheritdoc/>
    /// <remarks><c>holds</c>, where there is an authority: whether somebody has a capability, by what counts for this object.</remarks>
    protected override Condition? ConditionOf(string kind, Literal argument, DagVersion at) => kind == "holds" ? Authority?.HoldsCondition(argument) : null;

    internal sealed override Verdict? CheckReadable(DagVersion at) => Authority?.CheckReadable(at) ?? Scope.Container?.CheckReadable(at);

    /// <summary>The revision bound of a delta between two versions; <see cref="ObjectDelta.BoundOf"/>, and the authorities' bounds.</summary>
    protected DagVersion RevisionBoundOf(DagVersion start, DagVersion end) => Scope.RevisionBoundOf(Authority, start, end);

    /// <summary>Whether an operation, free of nonce, author and signature, is valid on top of a version: format and state.</summary>
    protected abstract Verdict CheckOperation(Literal.Map operation, DagVersion at);

    /// <summary>The index keys of a valid operation, free of nonce, author and signature, at this object's own level.</summary>
    protected abstract IEnumerable<Tag> DescribeOperation(Literal.Map operation, ContentHash entry);

    /// <summary>A refusal.</summary>
    protected static Reject Invalid(string detail) => new(RejectCode.InvalidOperation, detail);

    /// <summary>The operation itself: without nonce, author and signature.</summary>
    internal static Literal.Map Bare(Literal.Map payload)
    {
        foreach (string field in (ReadOnlySpan<string>)[Nonce, SignedPayload.Author, SignedPayload.Signature])
        {
            if (payload.Has(field)) payload = payload.Without(field);
        }
        return payload;
    }

    /// <summary>Field that any operation may carry: a text that tells it from the same operation of another writer on the same version.</summary>
    /// <remarks>Without it two such operations have one hash, so they are one entry: two increments by 1 would count once.</remarks>
    public const string Nonce = "nonce";

    /// <summary>Longest nonce, in UTF-16 units.</summary>
    public const int NonceUnitsMax = 64;
}
