using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Hhs.Model.Json;

/// <summary>Reads JSON text that a stranger sent into a <see cref="Literal"/>.</summary>
/// <remarks>
/// Refuses, each with its reason: text over the size limit, nesting over <see cref="Limits.JsonDepthMax"/>, null, numbers
/// that are not finite, ill-formed UTF-8, bytes after the value, anything that RFC 8259 does not allow. Normalizes what the
/// original takes: of equal keys the last wins, a lone surrogate in a string becomes U+FFFD. Never throws on any input.
/// Source: RFC 8259; supplement section 1.
/// </remarks>
public ref struct LiteralReader
{
    private readonly ReadOnlySpan<byte> _text;
    private int _at;
    private Reject _why;

    private LiteralReader(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>Reads one literal that takes up the whole text.</summary>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="bytesMax">Longest text to look at, in bytes.</param>
    /// <param name="literal">The literal, when the answer is true.</param>
    /// <param name="why">The reason, when the answer is false.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8, int bytesMax, out Literal literal, out Reject why)
    {
        literal = Literal.Boolean.False;
        why = default;
        if (utf8.Length > bytesMax)
        {
            why = new(RejectCode.OverLimit, $"JSON text of {utf8.Length} bytes, at most {bytesMax} allowed");
            return false;
        }
        if (!Utf8.IsValid(utf8))
        {
            why = new(RejectCode.Malformed, "ill-formed UTF-8 in JSON text");
            return false;
        }
        var reader = new LiteralReader(utf8);
        if (reader.Value(0) is not { } value) { why = reader._why; return false; }
        reader.SkipSpace();
        if (reader._at != utf8.Length)
        {
            why = new(RejectCode.Malformed, $"bytes after the JSON value, from offset {reader._at}");
            return false;
        }
        literal = value;
        return true;
    }

    /// <summary>Reads one literal of at most <see cref="Limits.PayloadBytesMax"/> bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, out Literal literal, out Reject why) =>
        TryRead(utf8, Limits.PayloadBytesMax, out literal, out why);

    private Literal? Value(int depth)
    {
        SkipSpace();
        if (_at >= _text.Length) return Fail("the JSON text ends in the middle of a value");
        switch (_text[_at])
        {
            case (byte)'{': return Map(depth + 1);
            case (byte)'[': return Array(depth + 1);
            case (byte)'"': return TryString(out var text) ? new Literal.String(text) : null;
            case (byte)'t': return Word("true"u8) ? Literal.Boolean.True : null;
            case (byte)'f': return Word("false"u8) ? Literal.Boolean.False : null;
            case (byte)'n': return Word("null"u8) ? Fail("null is not a literal") : null;
            default: return Number();
        }
    }

    private Literal.Map? Map(int depth)
    {
        if (depth > Limits.JsonDepthMax) { TooDeep(); return null; }
        _at++;
        SkipSpace();
        if (Take((byte)'}')) return Literal.Map.Empty;
        var pairs = new List<KeyValuePair<string, Literal>>(4);
        while (true)
        {
            SkipSpace();
            if (_at >= _text.Length || _text[_at] != (byte)'"') { Fail("a key was expected"); return null; }
            if (!TryString(out var key)) return null;
            SkipSpace();
            if (!Take((byte)':')) { Fail("a colon was expected"); return null; }
            if (Value(depth) is not { } value) return null;
            pairs.Add(new(key, value));
            SkipSpace();
            if (Take((byte)',')) continue;
            if (Take((byte)'}')) return Literal.Map.FromPairs([.. pairs]);
            Fail("a comma or a closing brace was expected");
            return null;
        }
    }

    private Literal.Array? Array(int depth)
    {
        if (depth > Limits.JsonDepthMax) { TooDeep(); return null; }
        _at++;
        SkipSpace();
        if (Take((byte)']')) return new Literal.Array();
        var items = new List<Literal>(4);
        while (true)
        {
            if (Value(depth) is not { } value) return null;
            items.Add(value);
            SkipSpace();
            if (Take((byte)',')) continue;
            if (Take((byte)']')) return new Literal.Array([.. items]);
            Fail("a comma or a closing bracket was expected");
            return null;
        }
    }

    // RFC 8259 section 6: an optional minus, no leading zeros, an optional fraction and exponent.
    private Literal.Number? Number()
    {
        int start = _at;
        Take((byte)'-');
        int whole = Digits();
        if (whole == 0 || (whole > 1 && _text[_at - whole] == (byte)'0')) { Fail("a value was expected"); return null; }
        if (Take((byte)'.') && Digits() == 0) { Fail("a digit was expected after the point"); return null; }
        if (_at < _text.Length && (_text[_at] | 0x20) == 'e')
        {
            _at++;
            if (!Take((byte)'+')) Take((byte)'-');
            if (Digits() == 0) { Fail("a digit was expected in the exponent"); return null; }
        }
        var digits = _text[start.._at];
        if (!double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !double.IsFinite(value))
        {
            Fail("a number that is not finite");
            return null;
        }
        return new Literal.Number(value);
    }

    private int Digits()
    {
        int start = _at;
        while (_at < _text.Length && _text[_at] is >= (byte)'0' and <= (byte)'9') _at++;
        return _at - start;
    }

    private bool TryString(out string value)
    {
        value = "";
        int start = ++_at;
        int end = _text[start..].IndexOfAny(StringStops);
        if (end < 0) { Fail("a string that does not end"); return false; }
        _at = start + end;
        if (_text[_at] == (byte)'"')
        {
            value = Encoding.UTF8.GetString(_text[start.._at++]);
            return true;
        }
        return TryEscapedString(start, out value);
    }

    private bool TryEscapedString(int start, out string value)
    {
        value = "";
        int close = start;
        while (true)
        {
            int stop = _text[close..].IndexOfAny(StringStops);
            if (stop < 0) { Fail("a string that does not end"); return false; }
            close += stop;
            if (_text[close] == (byte)'"') break;
            if (_text[close] < 0x20) { Fail("a control character in a string must be escaped"); return false; }
            close += 2;   // the escaped character can be a quote
            if (close > _text.Length) { Fail("a string that does not end"); return false; }
        }

        // Never more UTF-16 units than bytes: each escape shrinks, and UTF-8 has at least one byte a unit.
        char[] units = ArrayPool<char>.Shared.Rent(close - start);
        try
        {
            int length = 0;
            _at = start;
            while (_at < close)
            {
                if (_text[_at] != (byte)'\\')
                {
                    int run = _text[_at..close].IndexOf((byte)'\\');
                    if (run < 0) run = close - _at;
                    length += Encoding.UTF8.GetChars(_text.Slice(_at, run), units.AsSpan(length));
                    _at += run;
                    continue;
                }
                if (!TryEscape(close, out char unit)) return false;
                units[length++] = unit;
            }
            _at = close + 1;
            value = new string(units, 0, length);
            return true;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(units);
        }
    }

    private bool TryEscape(int close, out char unit)
    {
        byte escape = _text[_at + 1];
        _at += 2;
        switch (escape)
        {
            case (byte)'"': unit = '"'; return true;
            case (byte)'\\': unit = '\\'; return true;
            case (byte)'/': unit = '/'; return true;
            case (byte)'b': unit = '\b'; return true;
            case (byte)'f': unit = '\f'; return true;
            case (byte)'n': unit = '\n'; return true;
            case (byte)'r': unit = '\r'; return true;
            case (byte)'t': unit = '\t'; return true;
            case (byte)'u' when _at + 4 <= close && TryHex(_text.Slice(_at, 4), out unit): _at += 4; return true;
            default: unit = default; Fail("an unknown escape in a string"); return false;
        }
    }

    private static bool TryHex(ReadOnlySpan<byte> four, out char unit)
    {
        int value = 0;
        unit = default;
        foreach (byte digit in four)
        {
            int nibble = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
                _ => -1,
            };
            if (nibble < 0) return false;
            value = (value << 4) | nibble;
        }
        unit = (char)value;
        return true;
    }

    private bool Word(ReadOnlySpan<byte> word)
    {
        if (_text[_at..].StartsWith(word)) { _at += word.Length; return true; }
        Fail("a value was expected");
        return false;
    }

    private bool Take(byte expected)
    {
        if (_at >= _text.Length || _text[_at] != expected) return false;
        _at++;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && (_text[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')) _at++;
    }

    private Literal? Fail(string detail)
    {
        _why = new(RejectCode.Malformed, $"{detail}, at offset {_at} of the JSON text");
        return null;
    }

    private void TooDeep() => _why = new(RejectCode.OverLimit, $"JSON nested deeper than {Limits.JsonDepthMax}");

    private static readonly SearchValues<byte> StringStops = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(i => (byte)i)]);
}
