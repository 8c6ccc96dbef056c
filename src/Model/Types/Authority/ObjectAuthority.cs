using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Types.Authority;

/// <summary>The authority of one object: which version of a capability object its entries are judged by.</summary>
/// <remarks>
/// The observed version is data of the observer's own log: a <c>ref-advance</c> entry names it, only forward, as a barrier. An entry
/// E is judged, in views from a version V, by the capabilities at what E knew (and what ref-advances concurrent with it, seen from V,
/// say) as judged from what V knows. Before the first ref-advance that is the capability object's create entry, when only its
/// creators can do anything. Source: types.md sections 5.3 and 5.7.
/// </remarks>
public sealed class ObjectAuthority
{
    private readonly ReplicatedObject _owner;
    private readonly ContentHash? _reference;
    private readonly bool _isBound;

    /// <summary>The authority of an object.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="rules">What its create payload says.</param>
    /// <param name="isBound">Whether signatures are bound to object and position, as in our types; else as the original has them.</param>
    internal ObjectAuthority(ReplicatedObject owner, AuthorityRules rules, bool isBound)
    {
        (_owner, Rules, _isBound) = (owner, rules, isBound);
        _reference = ContentHash.TryParse(rules.CapabilityRef, out var id) ? id : null;
        RefTag = new("ref", rules.CapabilityRef);
    }

    /// <summary>What the create payload says.</summary>
    public AuthorityRules Rules { get; }

    /// <summary>The capability object's id; none if the create payload names no possible id, and then nothing is ever allowed.</summary>
    public IReadOnlyList<ContentHash> References => _reference is { } id ? [id] : [];

    /// <summary>The version of the capability object that counts at a version of this one, as judged from a later one.</summary>
    /// <exception cref="MissingDependencyException">The capability object is not here, or lacks an entry.</exception>
    public Position RefVersion(DagVersion at, DagVersion from)
    {
        var caps = Capabilities();
        return caps.Scope.Log.PositionOf(Resolve(caps, at, from));
    }

    /// <summary>Which entries count in views from a version.</summary>
    /// <exception cref="MissingDependencyException">The capability object is not here, or lacks an entry.</exception>
    public Func<int, bool> Counts(DagVersion from)
    {
        var caps = Capabilities();
        var refFrom = Resolve(caps, from, from);
        var known = new Dictionary<int, bool>();
        return entry =>
        {
            if (known.TryGetValue(entry, out bool counts)) return counts;
            return known[entry] = Counts(caps, entry, from, refFrom);
        };
    }

    private bool Counts(ReplicatedCapabilities caps, int entry, DagVersion from, DagVersion refFrom)
    {
        if (AuthorTag(entry) is not { } by) return true;   // the create entry
        if (!Rules.Requirements.TryGetValue(by.Action, out string? capability)) return true;
        return caps.View(Resolve(caps, Log.VersionOf(entry), from), refFrom).HasCapability(by.Author, capability);
    }

    /// <summary>Who wrote an entry; null for the create entry.</summary>
    public string? AuthorOf(int entry) => AuthorTag(entry)?.Author;

    /// <summary>Why views at a version cannot be read yet, or ever; null when they can. To be asked before anything below.</summary>
    /// <remarks>Earlier versions of the capability object are in the history of what counts at this one, so they are here too.</remarks>
    internal Verdict? CheckReadable(DagVersion at)
    {
        if (Find(out var caps) is { } missing) return missing;
        return Resolve(caps, at, at, out _) is { } lacking ? new Verdict.Waiting(lacking) : null;
    }

    /// <summary>The condition that somebody has a capability, at what counts of the capability object; null if the argument is something else.</summary>
    /// <remarks>Only a ref-advance can change it, and that can change every condition.</remarks>
    internal Condition? HoldsCondition(Literal argument) => ReplicatedCapabilities.TryReadHolds(argument, out string keyId, out string capability)
        ? new((at, from) =>
        {
            var caps = Capabilities();
            bool holds = caps.View(Resolve(caps, at, from), Resolve(caps, from, from)).HasCapability(keyId, capability);
            return (holds, holds);
        }, _ => false)
        : null;

    /// <summary>Whether an authored operation is signed and allowed on top of a version.</summary>
    internal Verdict Check(Literal.Map payload, string action, DagVersion at)
    {
        var caps = Capabilities();
        if (CheckSignature(caps, payload, at, out string author) is { } verdict) return verdict;
        if (!Rules.Requirements.TryGetValue(action, out string? capability)) return Verdict.Valid;
        var version = Resolve(caps, at, at);
        return caps.View(version, version).HasCapability(author, capability)
            ? Verdict.Valid
            : Invalid($"author '{author}' does not have capability '{capability}'");
    }

    /// <summary>Whether a ref-advance is well-formed, forward, signed and allowed on top of a version.</summary>
    internal Verdict CheckRefAdvance(Literal.Map payload, DagVersion at)
    {
        if (!RefAdvanceFormat.Accepts(_isBound ? payload : Known(payload))) return Invalid("a ref-advance has a field missing or out of bounds");
        if (payload.Text("refId") != Rules.CapabilityRef) return Invalid("the ref-advance is not about the object's capability object");
        // The original throws on a value other than "" and calls {} and what is no hash "not monotonic".
        if (!Position.TryRead(payload["refVersion"], Limits.PrevEntryHashesMax, out var hashes, out var why)) return why;
        if (hashes.Count == 0) return Invalid("the ref-advance names no version");
        var caps = Capabilities();
        var log = caps.Scope.Log;
        if (log.MissingOf(hashes) is { Count: > 0 } unknown) return new Verdict.Waiting(Dependency.OnObject(caps.Id, unknown[0]));
        log.TryVersion(hashes, out var advanced);
        if (_isBound && log.MinimalCover(advanced!).Tips.Length != advanced!.Tips.Length) return Invalid("the entries of the ref-advance reach one another");
        if (CheckMonotone(caps, advanced!, at) is { } backwards) return backwards;
        if (CheckSignature(caps, payload, at, out string author) is { } verdict) return verdict;
        if (Rules.RefAdvanceCreators && caps.IsCreator(author)) return Verdict.Valid;
        var version = Resolve(caps, at, at);
        var view = caps.View(version, version);
        return Rules.RefAdvance.Any(capability => view.HasCapability(author, capability))
            ? Verdict.Valid
            : Invalid($"author '{author}' may not advance the capability reference");
    }

    // types.md section 5.3: at or above what counts at each predecessor separately.
    private Reject? CheckMonotone(ReplicatedCapabilities caps, DagVersion advanced, DagVersion at)
    {
        var points = new List<DagVersion>();
        foreach (int tip in at.Tips) points.Add(Log.VersionOf(tip));
        if (points.Count == 0) points.Add(at);
        foreach (var point in points)
        {
            if (!caps.Scope.Log.Includes(advanced, Resolve(caps, point, point))) return Invalid("the ref-advance is not monotonic");
        }
        return null;
    }

    /// <summary>The index keys of an operation's author, and of a ref-advance.</summary>
    internal IEnumerable<Tag> Describe(Literal.Map payload)
    {
        string action = payload.Text("action")!;
        yield return new Tag(AuthorKey + action, payload.Text(SignedPayload.Author)!);
        if (action != RefAdvance) yield break;
        yield return RefTag;
        yield return new Tag("barrier", "t");
        Position.TryRead(payload["refVersion"], Limits.PrevEntryHashesMax, out var hashes, out _);
        foreach (var hash in hashes!) yield return new Tag(RefVersionKey, hash);
    }

    /// <summary>The lower bound of change for this object between two versions, given the bound of its own log.</summary>
    /// <remarks>
    /// A ref-advance whose version is not below the capability object's own bound may stand for other capabilities now. The
    /// lowest of these are met with the log's bound. Ref-advances only go forward, so below a stable one all are stable.
    /// </remarks>
    internal DagVersion BoundOf(DagVersion bound, DagVersion start, DagVersion end)
    {
        var caps = Capabilities();
        var log = caps.Scope.Log;
        DagVersion refStart = Resolve(caps, start, start), refEnd = Resolve(caps, end, end);
        var refBound = ObjectDelta.BoundOf(log, refStart, refEnd);
        if (log.Includes(refBound, refStart) && log.Includes(refBound, refEnd)) return bound;
        var bounds = new List<DagVersion> { bound };
        var seen = new HashSet<int>();
        var open = new Stack<int>(Advances(start).Concat(Advances(end)));
        while (open.TryPop(out int advance))
        {
            if (!seen.Add(advance) || IsStable(advance)) continue;
            int[] below = [.. Advances(Log.VersionOf(Log.PrevOf(advance))).Where(other => !IsStable(other))];
            if (below.Length == 0) bounds.Add(Log.VersionOf(advance));
            foreach (int other in below) open.Push(other);
        }
        return Log.Meet([.. bounds]);

        IReadOnlyList<int> Advances(DagVersion at) => Log.Cover(at, TagFilter.Of(Own(RefTag)), _owner.Scope.IsLive);
        bool IsStable(int advance) => RefTips(caps, advance).All(tip => log.Includes(refBound, tip));
    }

    private Verdict? CheckSignature(ReplicatedCapabilities caps, Literal.Map payload, DagVersion at, out string author)
    {
        author = payload.Text(SignedPayload.Author) ?? "";
        if (!KeyId.TryParse(author, out _)) return Invalid("the author is not a key id");
        // An identity is never removed, so a key that is not known can only become known: wait for it.
        if (!caps.TryGetKey(author, out var key)) return new Verdict.Waiting(Dependency.OnObject(caps.Id));
        bool good = _isBound
            ? BoundSignature.TryVerify(payload, key, _owner.Scope, _owner.TypeId, Log.PositionOf(at), out var why)
            : SignedPayload.TryVerify(payload, key, out why);
        return good ? null : why;
    }

    private Verdict? Find(out ReplicatedCapabilities caps)
    {
        caps = null!;
        if (_reference is not { } id) return Invalid("the object's capabilityRef is not the id of any object");
        if (!_owner.Scope.Foreign.TryGet(id, out var found)) return new Verdict.Waiting(Dependency.OnObject(id));
        if (found is not ReplicatedCapabilities capabilities) return Invalid($"the object's capabilityRef is a {Reject.Excerpt(found.TypeId)}");
        caps = capabilities;
        return null;
    }

    private ReplicatedCapabilities Capabilities() => Find(out var caps) switch
    {
        null => caps,
        Verdict.Waiting(var on) => throw new MissingDependencyException(on),
        // Nothing was ever admitted under an authority that cannot be one, but the create entry is there to be looked at.
        _ => throw new InvalidOperationException("the object's capabilityRef is not a capability object"),
    };

    private DagVersion Resolve(ReplicatedCapabilities caps, DagVersion at, DagVersion from) =>
        Resolve(caps, at, from, out var version) is { } missing ? throw new MissingDependencyException(missing) : version;

    // types.md section 5.7, refVersion(at, from): the union, not its minimal cover.
    private Dependency? Resolve(ReplicatedCapabilities caps, DagVersion at, DagVersion from, out DagVersion version)
    {
        var tips = new HashSet<int>();
        Dependency? missing = null;
        foreach (int entry in Log.Cover(at, TagFilter.Of(Own(RefTag)), _owner.Scope.IsLive)) missing ??= Add(entry);
        foreach (int entry in Log.ConcurrentCover(from, at, TagFilter.Of(Own(RefTag)), _owner.Scope.IsLive)) missing ??= Add(entry);
        version = missing is not null ? DagVersion.Empty : tips.Count == 0 ? caps.Scope.Log.VersionOf(0) : caps.Scope.Log.VersionOf([.. tips]);
        return missing;

        Dependency? Add(int entry)
        {
            foreach (var tag in _owner.Scope.TagsOf(entry, RefVersionKey))
            {
                if (!caps.Scope.Log.TryIndex(tag.ValueAsHash!.Value, out int tip)) return Dependency.OnObject(caps.Id, tag.ValueAsHash);
                tips.Add(tip);
            }
            return null;
        }
    }

    private IEnumerable<int> RefTips(ReplicatedCapabilities caps, int advance)
    {
        foreach (var tag in _owner.Scope.TagsOf(advance, RefVersionKey))
        {
            caps.Scope.Log.TryIndex(tag.ValueAsHash!.Value, out int tip);
            yield return tip;
        }
    }

    private (string Action, string Author)? AuthorTag(int entry)
    {
        string prefix = _owner.Scope.Tag(AuthorKey, "").Key;
        foreach (var tag in Log.TagsOf(entry))
        {
            if (tag.Key.StartsWith(prefix, StringComparison.Ordinal)) return (tag.Key[prefix.Length..], tag.Value);
        }
        return null;
    }

    private Tag Own(Tag tag) => _owner.Scope.Tag(tag.Key, tag.Value);

    private DagLog Log => _owner.Scope.Log;

    private Tag RefTag { get; }

    // The original takes further fields in a ref-advance (types.md section 5.2); our types do not.
    private static Literal.Map Known(Literal.Map payload) => Literal.Map.FromPairs([.. payload.Entries.ToArray().Where(e => RefAdvanceFields.Contains(e.Key))]);

    private static Reject Invalid(string detail) => new(RejectCode.InvalidOperation, detail);

    /// <summary>The operation that makes a later version of the capability object count.</summary>
    public const string RefAdvance = "ref-advance";

    /// <summary>Tag key of an entry's author; the operation's name follows.</summary>
    internal const string AuthorKey = "by-";

    /// <summary>Tag key of the hashes that a ref-advance names.</summary>
    internal const string RefVersionKey = "ref-version";

    private static readonly string[] RefAdvanceFields = ["action", "refId", "refVersion", SignedPayload.Author, SignedPayload.Signature];

    private static readonly PayloadFormat RefAdvanceFormat = new(
        ("action", true, PayloadFormat.Constant(RefAdvance)),
        ("refId", true, PayloadFormat.Text(256)),
        ("refVersion", true, PayloadFormat.Anything),
        (SignedPayload.Author, true, PayloadFormat.Text(int.MaxValue)),
        (SignedPayload.Signature, true, PayloadFormat.Text(int.MaxValue)));
}
