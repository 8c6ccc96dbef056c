namespace Hhs.Model.Types.Capabilities;

/// <summary>Index keys of a capability object's entries: the original's, and some of ours so that views read no payload.</summary>
/// <remarks>Source: types.md section 6.2, meta; those marked ours are local.</remarks>
internal static class CapabilityTags
{
    /// <summary>Key id of an added identity.</summary>
    public const string Ids = "ids";

    /// <summary>Name of a capability that is created or deleted.</summary>
    public const string Caps = "caps";

    /// <summary><c>capability:grantee</c> of a grant or revoke.</summary>
    public const string Grants = "grants";

    /// <summary>On revokes and deletions.</summary>
    public const string Barrier = "barrier";

    /// <summary>Ours: the serialized key of an added identity.</summary>
    public const string PublicKey = "public-key";

    /// <summary>Ours: the author of a grant or revoke.</summary>
    public const string Author = "by";

    /// <summary>Ours: the capability of a grant or revoke (names may hold a colon).</summary>
    public const string GrantedCap = "granted-cap";

    /// <summary>Ours: an origin that a grant or revoke names.</summary>
    public const string Origin = "origin";

    /// <summary>Ours: name of a capability that is created.</summary>
    public const string Creates = "creates";

    /// <summary>Ours: a manager of the capability that is created.</summary>
    public const string Manager = "manager";

    /// <summary>Ours, our type: <c>origin:capability</c> that a delete-cap deletes.</summary>
    public const string Deletes = "deletes";
}
