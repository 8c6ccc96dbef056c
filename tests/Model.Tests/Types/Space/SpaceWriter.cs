using System.Globalization;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>Makes and signs the entries of one space.</summary>
internal sealed class SpaceWriter : IPayloadSource
{
    private readonly ObjectScope _scope;
    private int _made;

    public SpaceWriter(Literal.Map create)
    {
        Create = create;
        CreateEntry = Entry.Make(create, Position.Empty);
        _scope = new(CreateEntry.Hash, new DagLog(), this, TypeRegistry.BuiltIn, NoForeignObjects.Instance);
    }

    public Literal.Map Create { get; }

    public Entry CreateEntry { get; }

    public ContentHash Id => CreateEntry.Hash;

    /// <summary>The entry, with an unused nonce.</summary>
    public Entry Make(SecretKey author, Literal.Map payload, params ReadOnlySpan<ContentHash> at)
    {
        var position = Position.Of(at);
        var whole = payload.With("nonce", (_made++).ToString(CultureInfo.InvariantCulture)).With("publicKey", author.PublicKey.ToBase64());
        return Entry.Make(BoundSignature.Sign(whole, author, _scope, TypeId, position), position);
    }

    public Literal.Map PayloadOf(ContentHash entry) => throw new InvalidOperationException("only the space's id is asked for");

    public static SecretKey Person(int number) => SecretKey.FromSeed([.. Enumerable.Repeat((byte)(100 + number), 32)]);

    /// <summary>A create payload.</summary>
    /// <param name="seed">Tells spaces apart.</param>
    /// <param name="creators">The creators.</param>
    /// <param name="sealAuthority">Who may seal; null for the first creator, "none" for nobody.</param>
    /// <param name="initialCaps">Capabilities and their managers; null for a space without an authority.</param>
    /// <param name="requires">What the actions take.</param>
    public static Literal.Map CreatePayload(
        string seed, SecretKey[] creators, string? sealAuthority = null, (string Name, string[] ManagedBy)[]? initialCaps = null, (string Action, string Capability)[]? requires = null)
    {
        var create = Literal.Map.Of(
            ("action", "create"), ("type", TypeId), ("seed", seed),
            ("creators", Texts(creators.Select(c => c.KeyId.ToString()))), ("creatorKeys", Texts(creators.Select(c => c.PublicKey.ToBase64()))));
        if (sealAuthority is not null) create = create.With("sealAuthority", sealAuthority);
        if (initialCaps is not null)
        {
            var caps = Literal.Map.Of([.. initialCaps.Select(c => (c.Name, (Literal)Literal.Map.Of(("managedBy", Texts(c.ManagedBy)))))]);
            create = create.With("capabilities", Literal.Map.Of(("initialCaps", caps), ("enrollCapability", initialCaps[0].Name)));
        }
        return requires is null ? create : create.With("requires", Literal.Map.Of([.. requires.Select(r => (r.Action, (Literal)r.Capability))]));
    }

    public static Literal.Map Member(string name, Literal.Map create, params (string Action, string Capability)[] requires)
    {
        var payload = Literal.Map.Of(("action", "member"), ("name", name), ("create", create));
        return requires.Length == 0 ? payload : payload.With("requires", Literal.Map.Of([.. requires.Select(r => (r.Action, (Literal)r.Capability))]));
    }

    public static Literal.Map Op(string member, Literal.Map operation) => Literal.Map.Of(("action", "op"), ("member", member), ("payload", operation));

    public static Literal.Map Op(ContentHash member, Literal.Map operation) => Op(member.ToString(), operation);

    public static Literal.Map Transact(IEnumerable<Literal> require, IEnumerable<(ContentHash Member, Literal.Map Operation)> operations, bool review = false) => Literal.Map.Of(
        ("action", "transact"), ("onConflict", review ? "review" : "void"),
        ("require", new Literal.Array([.. require])),
        ("ops", new Literal.Array([.. operations.Select(o => (Literal)Literal.Map.Of(("member", o.Member.ToString()), ("payload", o.Operation)))])));

    public static Literal.Map Condition(ContentHash member, string kind, Literal argument) => Literal.Map.Of(("member", member.ToString()), (kind, argument));

    public static Literal.Map Holds(SecretKey who, string capability) => Literal.Map.Of(
        ("member", "capabilities"), ("holds", Literal.Map.Of(("keyId", who.KeyId.ToString()), ("capability", capability))));

    public static Literal.Map Resolve(ContentHash transaction, string how) =>
        Literal.Map.Of(("action", "resolve"), ("transaction", transaction.ToString()), ("how", how));

    public static readonly Literal.Map Seal = Literal.Map.Of(("action", "seal"));

    private static Literal.Array Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (Literal)text)]);

    public const string TypeId = "hhs-actors/space_v1";
}
