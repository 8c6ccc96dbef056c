using Hhs.Model.Json;

namespace Hhs.Model.Types;

/// <summary>Values in the payloads of our own types.</summary>
public static class PayloadValue
{
    /// <summary>Longest canonical text of one value, in bytes; an operation with a longer one is refused.</summary>
    public const int BytesMax = 65_536;

    /// <summary>Whether a value is small enough, by its canonical text.</summary>
    internal static bool IsSmall(Literal value) => value switch
    {
        Literal.Boolean or Literal.Number => true,
        // A UTF-16 unit takes at most three bytes of UTF-8, an escaped one two.
        Literal.String text when text.Value.Length <= BytesMax / 4 => true,
        _ => CanonicalJson.Write(value).Length <= BytesMax,
    };

    /// <summary>Reads a whole number within bounds.</summary>
    internal static bool TryReadWhole(Literal literal, int min, int max, out int value)
    {
        value = 0;
        if (literal is not Literal.Number { Value: var number } || number < min || number > max || number != Math.Floor(number)) return false;
        value = (int)number;
        return true;
    }
}
