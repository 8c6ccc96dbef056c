using System.Buffers;
using System.Diagnostics;
using Hhs.Model.Hashing;

namespace Hhs.Model.Json;

/// <summary>The canonical text of a literal, which hashes and signatures are taken over.</summary>
/// <remarks>
/// No white space; keys in ordinal order; in strings only <c>"</c> and <c>\</c> escaped; numbers as ECMAScript prints them;
/// arrays in the *string* order of their indices (0, 1, 10, 11, 2, ...). Not RFC 8785, and not what System.Text.Json writes.
/// Source: wire.md section 1, supplement section 1 (0.2 for arrays).
/// </remarks>
public static class CanonicalJson
{
    /// <summary>The canonical text as UTF-8 in a new array.</summary>
    public static byte[] Write(Literal literal)
    {
        var buffer = new JsonBuffer();
        Write(literal, buffer);
        return buffer.Written.ToArray();
    }

    /// <summary>Appends the canonical text to a buffer.</summary>
    public static void Write(Literal literal, JsonBuffer to)
    {
        switch (literal)
        {
            case Literal.Array array: WriteArray(array.Items, to); break;
            case Literal.Boolean boolean: to.Add(boolean.Value ? "true"u8 : "false"u8); break;
            case Literal.Map map: WriteMap(map, to); break;
            case Literal.Number number: to.Advance(NumberText.Format(number.Value, to.Room(NumberText.BytesMax))); break;
            case Literal.String text: WriteString(text.Value, to); break;
            default: throw new UnreachableException(literal.GetType().Name);
        }
    }

    /// <summary>SHA-256 of the canonical text.</summary>
    public static ContentHash Hash(Literal literal)
    {
        var buffer = _scratch ??= new JsonBuffer();
        buffer.Clear();
        Write(literal, buffer);
        return ContentHash.Of(buffer.Written);
    }

    /// <summary>Appends a string with its quotes.</summary>
    internal static void WriteString(ReadOnlySpan<char> text, JsonBuffer to)
    {
        to.Add((byte)'"');
        int stop;
        while ((stop = text.IndexOfAny(Escaped)) >= 0)
        {
            to.AddUtf8(text[..stop]);
            to.Add((byte)'\\');
            to.Add((byte)text[stop]);
            text = text[(stop + 1)..];
        }
        to.AddUtf8(text);
        to.Add((byte)'"');
    }

    private static void WriteMap(Literal.Map map, JsonBuffer to)
    {
        to.Add((byte)'{');
        bool first = true;
        foreach (var (key, value) in map.Entries)
        {
            if (!first) to.Add((byte)',');
            first = false;
            WriteString(key, to);
            to.Add((byte)':');
            Write(value, to);
        }
        to.Add((byte)'}');
    }

    private static void WriteArray(ReadOnlySpan<Literal> items, JsonBuffer to)
    {
        to.Add((byte)'[');
        if (items.Length > 0)
        {
            Write(items[0], to);
            int index = 1;
            for (int written = 1; written < items.Length; written++)
            {
                to.Add((byte)',');
                Write(items[index], to);
                index = NextInStringOrder(index, items.Length);
            }
        }
        to.Add((byte)']');
    }

    // supplement 0.2: the original sorts index *strings*, so 10 comes between 1 and 2. The walk over the decimal tree:
    // first child (append a 0), else next sibling, else the nearest ancestor's next sibling.
    private static int NextInStringOrder(int index, int length)
    {
        if ((long)index * 10 < length) return index * 10;
        while (index % 10 == 9 || index + 1 >= length) index /= 10;
        return index + 1;
    }

    [ThreadStatic] private static JsonBuffer? _scratch;

    private static readonly SearchValues<char> Escaped = SearchValues.Create("\"\\");
}
