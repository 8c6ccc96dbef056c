using Hhs.Model.Json;

namespace Hhs.Model.Types;

/// <summary>Whole numbers in payloads.</summary>
internal static class PayloadNumber
{
    /// <summary>Reads a whole number within bounds.</summary>
    public static bool TryRead(Literal literal, int min, int max, out int value)
    {
        value = 0;
        if (literal is not Literal.Number { Value: var number } || number < min || number > max || number != Math.Floor(number)) return false;
        value = (int)number;
        return true;
    }
}
