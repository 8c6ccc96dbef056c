namespace Hhs.Model.Json;

/// <summary>Whether a literal can be a payload: whether the text that it is stored and sent as can be read back.</summary>
/// <remarks>
/// What came from a peer has passed <see cref="LiteralReader"/>, but one literal has many texts: <c>1e20</c> is written out as 21
/// digits. What is made here has passed nothing. An entry that nobody could read back would be lost to its own node and refused by all
/// others, so it is not admitted. The verdict depends on the literal alone, so replicas agree.
/// </remarks>
internal static class PayloadBounds
{
    /// <summary>Why the literal is none; null if it can be a payload. Errors: <see cref="RejectCode.OverLimit"/>.</summary>
    public static Reject? Check(Literal payload)
    {
        long most = 0;
        if (!TryMeasure(payload, 1, ref most)) return new(RejectCode.OverLimit, $"a payload is nested at most {Limits.JsonDepthMax} levels deep");
        if (most <= Limits.PayloadBytesMax || JsonText.Write(payload).Length <= Limits.PayloadBytesMax) return null;
        return new(RejectCode.OverLimit, $"a payload has at most {Limits.PayloadBytesMax} bytes of JSON text");
    }

    // Adds what the text takes at most; false where it is nested too deep.
    private static bool TryMeasure(Literal literal, int depth, ref long bytes)
    {
        switch (literal)
        {
            case Literal.Array array:
                if (depth > Limits.JsonDepthMax) return false;
                bytes += 2 + array.Items.Length;
                foreach (var item in array.Items)
                {
                    if (!TryMeasure(item, depth + 1, ref bytes)) return false;
                }
                return true;
            case Literal.Map map:
                if (depth > Limits.JsonDepthMax) return false;
                bytes += 2;
                foreach (var (key, value) in map.Entries)
                {
                    bytes += MostBytesOf(key) + 2;
                    if (!TryMeasure(value, depth + 1, ref bytes)) return false;
                }
                return true;
            case Literal.String text: bytes += MostBytesOf(text.Value); return true;
            default: bytes += NumberText.BytesMax; return true;
        }
    }

    // A unit escaped as \u0000 takes six bytes.
    private static long MostBytesOf(string text) => 2 + (6L * text.Length);
}
