using System.Diagnostics;

namespace Hhs.Model.Json;

/// <summary>The JSON text of a literal as it travels and is stored: arrays in natural order, RFC 8259 escapes.</summary>
/// <remarks>One literal has one text (keys in ordinal order), which <see cref="LiteralReader"/> reads back to the same literal.</remarks>
public static class JsonText
{
    /// <summary>The text as UTF-8 in a new array.</summary>
    public static byte[] Write(Literal literal)
    {
        var buffer = _scratch ??= new JsonBuffer();
        buffer.Clear();
        Write(literal, buffer);
        return buffer.Written.ToArray();
    }

    /// <summary>Appends the text to a buffer.</summary>
    public static void Write(Literal literal, JsonBuffer to)
    {
        bool first = true;
        switch (literal)
        {
            case Literal.Array array:
                to.Add((byte)'[');
                foreach (var item in array.Items)
                {
                    if (!first) to.Add((byte)',');
                    first = false;
                    Write(item, to);
                }
                to.Add((byte)']');
                break;
            case Literal.Boolean boolean: to.Add(boolean.Value ? "true"u8 : "false"u8); break;
            case Literal.Map map:
                to.Add((byte)'{');
                foreach (var (key, value) in map.Entries)
                {
                    if (!first) to.Add((byte)',');
                    first = false;
                    WriteString(key, to);
                    to.Add((byte)':');
                    Write(value, to);
                }
                to.Add((byte)'}');
                break;
            case Literal.Number number: to.Advance(NumberText.Format(number.Value, to.Room(NumberText.BytesMax))); break;
            case Literal.String text: WriteString(text.Value, to); break;
            default: throw new UnreachableException(literal.GetType().Name);
        }
    }

    /// <summary>Appends a string with its quotes.</summary>
    public static void WriteString(ReadOnlySpan<char> text, JsonBuffer to)
    {
        // Only keys can hold lone surrogates; they travel as escapes, as the original's JSON.stringify sends them.
        if (text.IndexOfAnyInRange('\0', '\u001f') < 0 && Surrogates.FirstLone(text) < 0)
        {
            CanonicalJson.WriteString(text, to);
            return;
        }
        to.Add((byte)'"');
        for (int i = 0; i < text.Length; i++)
        {
            char unit = text[i];
            if (unit is '"' or '\\') { to.Add((byte)'\\'); to.Add((byte)unit); }
            else if (unit < 0x20) AddUnitEscape(unit, to);
            else if (!char.IsSurrogate(unit)) to.AddUtf8(text.Slice(i, 1));
            else if (char.IsHighSurrogate(unit) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) to.AddUtf8(text.Slice(i++, 2));
            else AddUnitEscape(unit, to);
        }
        to.Add((byte)'"');
    }

    private static void AddUnitEscape(char unit, JsonBuffer to)
    {
        to.Add("\\u"u8);
        for (int shift = 12; shift >= 0; shift -= 4) to.Add("0123456789abcdef"u8[(unit >> shift) & 15]);
    }

    [ThreadStatic] private static JsonBuffer? _scratch;
}
