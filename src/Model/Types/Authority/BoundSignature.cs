using Hhs.Model.Dag;
using Hhs.Model.Identity;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Authority;

/// <summary>Signed payloads of our own types: the signature says in which object and on top of what it was meant.</summary>
/// <remarks>
/// The message is the canonical JSON of one map: the protocol's name, the type, the object's id, the predecessor set, and the
/// payload without its signature. So the operation counts nowhere else: not in another object, nor again later in the same.
/// Strict where <see cref="SignedPayload"/> has to be as lax as the original: one spelling of a signature, 64 bytes of it.
/// Source: supplement, decisions.
/// </remarks>
public static class BoundSignature
{
    /// <summary>The payload with author and signature set, for one object at one predecessor set.</summary>
    public static Literal.Map Sign(Literal.Map payload, SecretKey author, ObjectScope scope, string typeId, Position prevEntryHashes)
    {
        var authored = payload.With(SignedPayload.Author, author.KeyId.ToString());
        return authored.With(SignedPayload.Signature, Convert.ToBase64String(author.Sign(MessageOf(authored, scope, typeId, prevEntryHashes))));
    }

    /// <summary>Whether the payload was signed by the holder of the key for this object and predecessor set.</summary>
    /// <remarks>Errors: <see cref="RejectCode.Malformed"/>, <see cref="RejectCode.Unsupported"/>, <see cref="RejectCode.BadSignature"/>.</remarks>
    public static bool TryVerify(Literal.Map payload, PublicKey key, ObjectScope scope, string typeId, Position prevEntryHashes, out Reject why)
    {
        Span<byte> signature = stackalloc byte[SignatureBytes];
        if (payload.Text(SignedPayload.Signature) is not { } text || !IsCanonicalBase64(text, signature))
        {
            why = new(RejectCode.Malformed, "the signature is not 64 bytes in canonical Base64");
            return false;
        }
        return key.TryVerify(MessageOf(payload, scope, typeId, prevEntryHashes), signature, out why);
    }

    /// <summary>The bytes that are signed.</summary>
    public static byte[] MessageOf(Literal.Map payload, ObjectScope scope, string typeId, Position prevEntryHashes) => CanonicalJson.Write(Literal.Map.Of(
        ("protocol", "hhs-actors/v1"),
        ("type", typeId),
        ("object", scope.Id.ToString()),
        ("prevEntryHashes", prevEntryHashes.ToLiteral()),
        ("payload", payload.Without(SignedPayload.Signature))));

    // Convert ignores white space and spare bits, so several texts decode to the same bytes: accept only the one we would write.
    internal static bool IsCanonicalBase64(string text, Span<byte> bytes) =>
        text.Length == (bytes.Length + 2) / 3 * 4
        && Convert.TryFromBase64String(text, bytes, out int written) && written == bytes.Length
        && Convert.ToBase64String(bytes) == text;

    /// <summary>Length of a signature; Ed25519 is the one suite that our types take.</summary>
    public const int SignatureBytes = 64;
}
