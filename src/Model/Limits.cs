namespace Hhs.Model;

/// <summary>Bounds on what a peer can make us hold or compute. Each says what happens when it is hit.</summary>
/// <remarks>Well above honest use: where the original accepts more, an entry over a bound is refused and named in the log.</remarks>
public static class Limits
{
    /// <summary>Deepest nesting of arrays and maps in JSON text; deeper text is refused as <see cref="RejectCode.OverLimit"/>.</summary>
    public const int JsonDepthMax = 64;

    /// <summary>
    /// Longest JSON text of one payload, in UTF-8 bytes, as it comes and as it is stored (numbers written out, control characters as six
    /// bytes); a longer one is refused as <see cref="RejectCode.OverLimit"/>.
    /// </summary>
    public const int PayloadBytesMax = 1 << 20;

    /// <summary>Most predecessors in one header; a header with more is refused as <see cref="RejectCode.OverLimit"/>.</summary>
    public const int PrevEntryHashesMax = 1024;

    /// <summary>
    /// Longest serialized public key, in bytes; a longer one is refused as <see cref="RejectCode.OverLimit"/>. The longest that
    /// the original's types let through is 8192 characters of Base64, and its longest suite takes 2005 bytes.
    /// </summary>
    public const int PublicKeyBytesMax = 8192;

    /// <summary>
    /// Longest signature, in bytes once decoded; a longer one is refused as <see cref="RejectCode.Malformed"/>. The longest suite
    /// of the original signs in 3373 bytes, and no longer text can verify.
    /// </summary>
    public const int SignatureBytesMax = 8192;

    /// <summary>Longest canonical text of one condition, in bytes: twice the longest value of our types. A longer one is refused as <see cref="RejectCode.OverLimit"/>.</summary>
    public const int ConditionBytesMax = 131_072;

    /// <summary>Deepest nesting of <c>allOf</c> and <c>anyOf</c> in one condition; a deeper one is refused as <see cref="RejectCode.OverLimit"/>.</summary>
    public const int ConditionDepthMax = 4;

    /// <summary>Most parts of one condition, compositions and itself included; one with more is refused as <see cref="RejectCode.OverLimit"/>.</summary>
    public const int ConditionPartsMax = 64;

    /// <summary>Longest canonical text of a value that a condition reports as seen, in bytes; a longer one is reported by its hash and length.</summary>
    public const int ConditionSeenBytesMax = 4096;

    /// <summary>Most members of a space; a further one is refused as <see cref="RejectCode.OverLimit"/>.</summary>
    public const int SpaceMembersMax = 1024;

    /// <summary>Most conditions of a transaction; one with more is refused as <see cref="RejectCode.OverLimit"/>.</summary>
    public const int TransactionConditionsMax = 64;

    /// <summary>Most operations of a transaction; one with more is refused as <see cref="RejectCode.OverLimit"/>.</summary>
    public const int TransactionOperationsMax = 1024;

    /// <summary>Most winners, and most lost, that an explanation lists; it says how many there are.</summary>
    public const int WinnersMax = 16;
}
