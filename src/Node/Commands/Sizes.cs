using System.CommandLine;
using System.Globalization;

namespace Hhs.Node.Commands;

/// <summary>Sizes that a person typed: <c>512MiB</c>, <c>10 GiB</c>, <c>4096</c>.</summary>
internal static class Sizes
{
    /// <summary>The option's size in bytes; null when it was not given.</summary>
    public static long? Read(Option<string?> option, ParseResult parsed)
    {
        if (parsed.GetValue(option) is not { } text) return null;
        return TryParse(text, out long size) ? size : throw CommandException.BadInput($"{option.Name} must be a size such as 512MiB or 10GiB: '{text}' is not.");
    }

    public static bool TryParse(string text, out long size)
    {
        size = 0;
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var (number, unit) = digits < 0 ? (text, "") : (text[..digits], text[digits..].Trim());
        if (!Units.TryGetValue(unit, out int shift) || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out size)) return false;
        if (size is <= 0 || size > long.MaxValue >> (shift + 2)) return false;
        size <<= shift;
        return true;
    }

    private static readonly Dictionary<string, int> Units = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = 0, ["B"] = 0, ["K"] = 10, ["KiB"] = 10, ["M"] = 20, ["MiB"] = 20, ["G"] = 30, ["GiB"] = 30, ["T"] = 40, ["TiB"] = 40,
    };
}
