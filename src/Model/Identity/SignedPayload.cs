using Hhs.Model.Json;

namespace Hhs.Model.Identity;

/// <summary>Payloads of the original's types that carry their author and a signature.</summary>
/// <remarks>
/// The signature covers the canonical payload without its <c>signature</c> field; <c>author</c> is covered, object and position
/// are not, so such a payload can be replayed elsewhere (our own types sign over more). Source: types.md section 3.
/// </remarks>
public static class SignedPayload
{
    /// <summary>The field that names the author's key.</summary>
    public const string Author = "author";

    /// <summary>The field that holds the signature in Base64.</summary>
    public const string Signature = "signature";

    /// <summary>The payload with author and signature set (in place of any there were).</summary>
    public static Literal.Map Sign(Literal.Map payload, SecretKey author)
    {
        var authored = payload.With(Author, author.KeyId.ToString());
        return authored.With(Signature, Convert.ToBase64String(author.Sign(MessageOf(authored))));
    }

    /// <summary>The author that the payload names, if it is signed at all and the name is a key id.</summary>
    public static bool TryReadAuthor(Literal.Map payload, out KeyId author)
    {
        author = default;
        return payload.Text(Signature) is not null && payload.Text(Author) is { } text && KeyId.TryParse(text, out author);
    }

    /// <summary>Whether the payload was signed by the holder of a key, and names that key as its author.</summary>
    /// <remarks>
    /// Length limits on the two fields are the types' own rules. Errors: <see cref="RejectCode.Malformed"/> (also for a
    /// signature that is not Base64, on which the original throws), <see cref="RejectCode.Unsupported"/>,
    /// <see cref="RejectCode.BadSignature"/>.
    /// </remarks>
    public static bool TryVerify(Literal.Map payload, PublicKey key, out Reject why)
    {
        if (!TryReadAuthor(payload, out var author))
        {
            why = new(RejectCode.Malformed, "no author and signature in the payload");
            return false;
        }
        if (author != key.KeyId)
        {
            why = new(RejectCode.BadSignature, $"the author is {author.Short}, not {key.KeyId.Short}");
            return false;
        }
        if (!ForgivingBase64.TryDecode(payload.Text(Signature), Limits.SignatureBytesMax, out var signature))
        {
            why = new(RejectCode.Malformed, "signature is not Base64, or too long");
            return false;
        }
        return key.TryVerify(MessageOf(payload), signature, out why);
    }

    /// <summary>The bytes that are signed: the canonical payload without <c>signature</c>.</summary>
    /// <remarks>
    /// The original copies the other fields by assignment, which in JavaScript loses a top-level field named
    /// <c>__proto__</c>: so that field is not covered here either, or the two would disagree about such a payload.
    /// </remarks>
    public static byte[] MessageOf(Literal.Map payload) =>
        CanonicalJson.Write(payload.Without(Signature).Without("__proto__"));
}
