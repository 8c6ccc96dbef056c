using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Types.Space;

/// <summary>Options of a new space.</summary>
public sealed record SpaceOptions
{
    /// <summary>Any text of at most 1024 UTF-16 units.</summary>
    public required string Seed { get; init; }

    /// <summary>Who may do everything, at least one.</summary>
    public required IReadOnlyList<PublicKey> Creators { get; init; }

    /// <summary>Who may seal; null for the first creator.</summary>
    public KeyId? SealAuthority { get; init; }

    /// <summary>Whether nobody may seal, so that nothing is ever final.</summary>
    public bool HasNoSealAuthority { get; init; }

    /// <summary>The capabilities that there are, and by which others each is managed; null for a space without an authority.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Capabilities { get; init; }

    /// <summary>The capability whose holders enrol identities; null for <c>enroll</c>.</summary>
    public string? EnrollCapability { get; init; }

    /// <summary>The capability that an action takes: <c>member</c>, <c>op</c>, <c>transact</c>, <c>resolve</c>.</summary>
    public IReadOnlyDictionary<string, string> Requires { get; init; } = new Dictionary<string, string>();
}

/// <summary>Makes the payloads of a space, unsigned.</summary>
/// <remarks>Source: docs/types/space.md, payloads.</remarks>
public static class SpacePayloads
{
    /// <summary>The word that names the capability object among the members.</summary>
    public const string Capabilities = "capabilities";

    /// <summary>A new space.</summary>
    public static Literal.Map Create(SpaceOptions options)
    {
        var create = NativeCreate.Of(SpaceType.Id, options.Seed)
            .With("creators", Texts(options.Creators.Select(key => key.KeyId.ToString())))
            .With("creatorKeys", Texts(options.Creators.Select(key => key.ToBase64())));
        if (options.HasNoSealAuthority) create = create.With("sealAuthority", SpaceCreate.NoSealAuthority);
        else if (options.SealAuthority is { } authority) create = create.With("sealAuthority", authority.ToString());
        if (options.Capabilities is { } capabilities)
        {
            var initial = Literal.Map.FromPairs([.. capabilities.Select(cap => KeyValuePair.Create(cap.Key, (Literal)Literal.Map.Of(("managedBy", Texts(cap.Value)))))]);
            create = create.With("capabilities", Literal.Map.Of(("initialCaps", initial)).WithIf("enrollCapability", options.EnrollCapability is { } enroll ? (Literal)enroll : null));
        }
        return options.Requires.Count == 0 ? create : create.With("requires", Map(options.Requires));
    }

    /// <summary>Adds a member.</summary>
    /// <param name="name">Its name for people.</param>
    /// <param name="create">The create payload of its type.</param>
    /// <param name="requires">The capability that each action on it takes; null for none.</param>
    public static Literal.Map Member(string name, Literal.Map create, IReadOnlyDictionary<string, string>? requires = null) =>
        Literal.Map.Of(("action", "member"), ("name", name), ("create", create)).WithIf("requires", requires is null ? null : Map(requires));

    /// <summary>A plain operation on a member.</summary>
    public static Literal.Map Op(string member, Literal.Map payload) => Literal.Map.Of(("action", "op"), ("member", member), ("payload", payload));

    /// <summary>A transaction.</summary>
    /// <param name="require">What must hold.</param>
    /// <param name="ops">What is done then, in order.</param>
    /// <param name="isReviewed">Whether somebody is asked what to do when it cannot be done.</param>
    public static Literal.Map Transact(IEnumerable<Literal> require, IEnumerable<(string Member, Literal.Map Payload)> ops, bool isReviewed) => Literal.Map.Of(
        ("action", "transact"),
        ("require", new Literal.Array([.. require])),
        ("ops", new Literal.Array([.. ops.Select(op => (Literal)Literal.Map.Of(("member", op.Member), ("payload", op.Payload)))])),
        ("onConflict", isReviewed ? "review" : "void"));

    /// <summary>A condition on a member.</summary>
    public static Literal.Map Condition(string member, string kind, Literal argument) => Literal.Map.Of(("member", member), (kind, argument));

    /// <summary>Does a transaction again that was void or pending, or gives it up.</summary>
    public static Literal.Map Resolve(ContentHash transaction, bool isRetried) =>
        Literal.Map.Of(("action", "resolve"), ("transaction", transaction.ToString()), ("how", isRetried ? "retry" : "dismiss"));

    /// <summary>Makes all that is known final.</summary>
    public static readonly Literal.Map Seal = Literal.Map.Of(("action", "seal"));

    /// <summary>A payload with its author's key, author and signature, for one space at one predecessor set.</summary>
    public static Literal.Map Sign(Literal.Map payload, SecretKey author, ObjectScope space, Dag.Position prevEntryHashes) =>
        BoundSignature.Sign(payload.With(PublicKeyField, author.PublicKey.ToBase64()), author, space, SpaceType.Id, prevEntryHashes);

    internal const string PublicKeyField = "publicKey";

    private static Literal.Array Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (Literal)text)]);

    private static Literal.Map Map(IReadOnlyDictionary<string, string> texts) =>
        Literal.Map.FromPairs([.. texts.Select(pair => KeyValuePair.Create(pair.Key, (Literal)pair.Value))]);
}
