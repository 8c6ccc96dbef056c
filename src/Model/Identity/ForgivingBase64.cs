using System.Diagnostics.CodeAnalysis;

namespace Hhs.Model.Identity;

/// <summary>Base64 as browsers decode it: what the original accepts for keys and signatures.</summary>
/// <remarks>
/// ASCII white space (tab, LF, FF, CR, space) anywhere is skipped; padding may be left out; the spare bits of the last digit may
/// be anything. So one byte string has many texts, and a payload's hash covers the one that was sent. All else, the
/// url-safe alphabet included, is refused. Source: WHATWG Infra "forgiving-base64 decode"; supplement section 2.
/// </remarks>
public static class ForgivingBase64
{
    /// <summary>Decodes text that a peer sent. Never throws.</summary>
    /// <param name="text">The text.</param>
    /// <param name="bytesMax">Most bytes to decode to; a longer value is refused before it takes up memory.</param>
    /// <param name="bytes">The bytes, when the answer is true.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, int bytesMax, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        long symbols = 0;
        foreach (char c in text) if (!IsSpace(c)) symbols++;

        // Padding counts only where it completes a group of four, and then at most two characters of it.
        int padding = 0;
        if (symbols % 4 == 0)
        {
            for (int i = text.Length - 1; i >= 0 && padding < 2; i--)
            {
                if (IsSpace(text[i])) continue;
                if (text[i] != '=') break;
                padding++;
            }
        }
        long digits = symbols - padding;
        long length = digits * 6 / 8;
        if (digits % 4 == 1 || length > bytesMax) return false;

        var decoded = new byte[length];
        int at = 0, bits = 0, held = 0;
        foreach (char c in text)
        {
            if (IsSpace(c)) continue;
            if (digits-- == 0) break;   // only the padding counted above is left
            int digit = Digit(c);
            if (digit < 0) return false;
            held = ((held << 6) | digit) & 0xFFFF;
            bits += 6;
            if (bits < 8) continue;
            bits -= 8;
            decoded[at++] = (byte)(held >> bits);
        }
        bytes = decoded;
        return true;
    }

    private static bool IsSpace(char c) => c is '\t' or '\n' or '\f' or '\r' or ' ';

    private static int Digit(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '+' => 62,
        '/' => 63,
        _ => -1,
    };
}
