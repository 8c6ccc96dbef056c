namespace Hhs.Model;

/// <summary>Why something that a peer or a journal supplied was turned down.</summary>
public enum RejectCode
{
    /// <summary>Not decodable as what it claims to be: bad JSON, bad Base64, a short field.</summary>
    Malformed,
    /// <summary>Decodable, but larger, deeper or longer than <see cref="Limits"/> allows.</summary>
    OverLimit,
    /// <summary>The bytes do not hash to the name they came under.</summary>
    HashMismatch,
    /// <summary>A signature does not verify under the key it names.</summary>
    BadSignature,
    /// <summary>A ciphertext or its tag does not open.</summary>
    BadCiphertext,
    /// <summary>Well formed, but against the rules of the object's type at its position.</summary>
    InvalidOperation,
    /// <summary>Names an algorithm, suite or type that we do not know.</summary>
    Unsupported,
    /// <summary>A message that the protocol does not allow in the present state.</summary>
    UnexpectedMessage,
    /// <summary>The other side is not the peer that was asked for.</summary>
    UnexpectedRemote,
    /// <summary>No answer came in time.</summary>
    TimedOut,
    /// <summary>The other side declined: no such topic here, no room, or not allowed.</summary>
    Declined,
}

/// <summary>A refusal as a value: a peer's mistake never becomes an exception.</summary>
/// <param name="Code">What kind of fault it is.</param>
/// <param name="Detail">One sentence for a log; never holds secrets, may quote at most a short piece of the input.</param>
public readonly record struct Reject(RejectCode Code, string Detail)
{
    /// <summary>What of a peer's text may be quoted in a detail: its first 64 UTF-16 units, and dots where more follows.</summary>
    public static string Excerpt(string text)
    {
        if (text.Length <= ExcerptUnitsMax) return text;
        int end = char.IsHighSurrogate(text[ExcerptUnitsMax - 1]) ? ExcerptUnitsMax - 1 : ExcerptUnitsMax;
        return text[..end] + "...";
    }

    private const int ExcerptUnitsMax = 64;

    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Detail}";
}
