using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Types.Space;

/// <summary>The payload shapes of a space's entries.</summary>
/// <remarks>Source: docs/types/space.md, payloads.</remarks>
internal static class SpaceFormats
{
    public const int NameUnitsMax = 64;

    private static readonly Func<Literal, bool> MemberId = literal => literal is Literal.String { Value: SpacePayloads.Capabilities } || PayloadFormat.Hash(literal);
    private static readonly Func<Literal, bool> IsMap = literal => literal is Literal.Map;

    private static readonly PayloadFormat OpInTransaction = new(("member", true, PayloadFormat.Hash), ("payload", true, IsMap));

    public static readonly PayloadFormat Member = Of("member",
        ("name", true, literal => literal is Literal.String { Value.Length: > 0 and <= NameUnitsMax }),
        ("create", true, IsMap),
        ("requires", false, PayloadFormat.MapOf(PayloadFormat.Text(AuthorityRules.CapNameUnitsMax), AuthorityRules.RequirementsMax)));

    public static readonly PayloadFormat Op = Of("op", ("member", true, MemberId), ("payload", true, IsMap));

    public static readonly PayloadFormat Transact = Of("transact",
        ("require", true, literal => literal is Literal.Array),
        ("ops", true, literal => literal is Literal.Array { Items.Length: > 0 } && PayloadFormat.ArrayOf(OpInTransaction.Accepts, int.MaxValue)(literal)),
        ("onConflict", true, literal => literal is Literal.String { Value: "void" or "review" }));

    public static readonly PayloadFormat Resolve = Of("resolve",
        ("transaction", true, PayloadFormat.Hash),
        ("how", true, literal => literal is Literal.String { Value: "retry" or "dismiss" }));

    public static readonly PayloadFormat Seal = Of("seal");

    private static PayloadFormat Of(string action, params (string, bool, Func<Literal, bool>)[] fields) => new([
        ("action", true, PayloadFormat.Constant(action)),
        .. fields,
        (GuardedObject.Nonce, false, PayloadFormat.Text(GuardedObject.NonceUnitsMax)),
        (SignedPayload.Author, true, PayloadFormat.Hash),
        (SpacePayloads.PublicKeyField, true, PayloadFormat.Text(128)),
        (SignedPayload.Signature, true, PayloadFormat.Text(128)),
    ]);
}
