using System.Globalization;

namespace Hhs.Model.Json;

/// <summary>Numbers as ECMAScript prints them.</summary>
/// <remarks>
/// Shortest digits that read back to the same double (.NET finds the same ones), laid out by ECMA-262 Number::toString:
/// decimal for 1e-6 &lt;= |x| &lt; 1e21, else an exponent with its sign. Source: RFC 8785 section 3.2.2.3.
/// </remarks>
internal static class NumberText
{
    /// <summary>Longest text a number can have, in bytes: a sign, 17 digits, a point, leading zeros or an exponent.</summary>
    public const int BytesMax = 32;

    /// <summary>Writes the text; answers how many bytes it took.</summary>
    public static int Format(double value, Span<byte> text)
    {
        int written;
        if (Math.Abs(value) < 1e15 && value == Math.Truncate(value))
        {
            ((long)value).TryFormat(text, out written, default, CultureInfo.InvariantCulture);
            return written;
        }

        // "E16" would round; the default format has the shortest digits, in one of .NET's two layouts.
        Span<byte> net = stackalloc byte[BytesMax];
        value.TryFormat(net, out written, default, CultureInfo.InvariantCulture);
        Span<byte> digits = stackalloc byte[20];
        bool negative = Dissect(net[..written], digits, out int count, out int pointAfter);
        return Lay(negative, digits[..count], pointAfter, text);
    }

    // value = 0.d1d2d3... * 10^pointAfter, d1 not zero.
    private static bool Dissect(ReadOnlySpan<byte> net, Span<byte> digits, out int count, out int pointAfter)
    {
        bool negative = net[0] == (byte)'-';
        if (negative) net = net[1..];
        int exponent = 0, e = net.IndexOf((byte)'E');
        if (e >= 0)
        {
            exponent = int.Parse(net[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            net = net[..e];
        }
        int point = net.IndexOf((byte)'.');
        pointAfter = (point < 0 ? net.Length : point) + exponent;
        count = 0;
        bool leading = true;
        foreach (byte b in net)
        {
            if (b == (byte)'.') continue;
            if (leading && b == (byte)'0') { pointAfter--; continue; }
            leading = false;
            digits[count++] = b;
        }
        while (digits[count - 1] == (byte)'0') count--;
        return negative;
    }

    private static int Lay(bool negative, ReadOnlySpan<byte> digits, int pointAfter, Span<byte> text)
    {
        int at = 0, k = digits.Length;
        if (negative) text[at++] = (byte)'-';
        if (pointAfter is > 0 and <= 21)
        {
            int whole = Math.Min(k, pointAfter);
            digits[..whole].CopyTo(text[at..]);
            at += whole;
            for (int i = k; i < pointAfter; i++) text[at++] = (byte)'0';
            if (k > pointAfter) { text[at++] = (byte)'.'; digits[whole..].CopyTo(text[at..]); at += k - whole; }
            return at;
        }
        if (pointAfter is > -6 and <= 0)
        {
            text[at++] = (byte)'0';
            text[at++] = (byte)'.';
            for (int i = pointAfter; i < 0; i++) text[at++] = (byte)'0';
            digits.CopyTo(text[at..]);
            return at + k;
        }
        text[at++] = digits[0];
        if (k > 1) { text[at++] = (byte)'.'; digits[1..].CopyTo(text[at..]); at += k - 1; }
        text[at++] = (byte)'e';
        if (pointAfter > 0) text[at++] = (byte)'+';
        (pointAfter - 1).TryFormat(text[at..], out int written, default, CultureInfo.InvariantCulture);
        return at + written;
    }
}
