using System.Buffers;

namespace Hhs.Protocols.Wire;

/// <summary>Steps through the members of one JSON map or array without looking inside them.</summary>
/// <remarks>
/// The envelope of a message is a few flat fields; cutting it into slices costs one vectorized pass and no memory, and
/// each slice then goes to the parser its field deserves. Not recursive, so nesting cannot exhaust the stack.
/// </remarks>
internal ref struct JsonParts
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly byte _close;
    private int _at;
    private bool _first = true;

    private JsonParts(ReadOnlySpan<byte> text, byte close)
    {
        _text = text;
        _close = close;
    }

    /// <summary>Whether the slice is not well formed as far as it was looked at; final once Next has answered false.</summary>
    public bool Broken { get; private set; }

    public static JsonParts OfArray(ReadOnlySpan<byte> text) => Of(text, (byte)'[', (byte)']');

    public static JsonParts OfMap(ReadOnlySpan<byte> text) => Of(text, (byte)'{', (byte)'}');

    private static JsonParts Of(ReadOnlySpan<byte> text, byte open, byte close)
    {
        var parts = new JsonParts(text, close);
        parts.SkipSpace();
        if (!parts.Take(open)) parts.Broken = true;
        return parts;
    }

    /// <summary>The next item of an array; false at its end, or when it is broken.</summary>
    public bool Next(out ReadOnlySpan<byte> value)
    {
        value = default;
        return Advance() && TryValue(out value);
    }

    /// <summary>The next field of a map, its key with quotes and still escaped; false at its end, or when it is broken.</summary>
    public bool Next(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        key = value = default;
        if (!Advance()) return false;
        int start = _at;
        if (!SkipString()) return Break();
        key = _text[start.._at];
        SkipSpace();
        if (!Take((byte)':')) return Break();
        SkipSpace();
        return TryValue(out value);
    }

    // Before a member: the comma, or the end of the whole text.
    private bool Advance()
    {
        if (Broken) return false;
        SkipSpace();
        if (Take(_close))
        {
            SkipSpace();
            if (_at != _text.Length) Broken = true;
            return false;
        }
        if (!_first && !Take((byte)',')) return Break();
        _first = false;
        SkipSpace();
        return true;
    }

    private bool TryValue(out ReadOnlySpan<byte> value)
    {
        value = default;
        int start = _at;
        if (_at >= _text.Length) return Break();
        bool whole = _text[_at] switch
        {
            (byte)'"' => SkipString(),
            (byte)'{' or (byte)'[' => SkipNested(),
            _ => SkipWord(),
        };
        if (!whole) return Break();
        value = _text[start.._at];
        return true;
    }

    private bool SkipNested()
    {
        int depth = 0;
        do
        {
            int stop = _text[_at..].IndexOfAny(Structure);
            if (stop < 0) return false;
            _at += stop;
            switch (_text[_at])
            {
                case (byte)'"':
                    if (!SkipString()) return false;
                    continue;
                case (byte)'{' or (byte)'[': depth++; break;
                default: depth--; break;
            }
            _at++;
        }
        while (depth > 0);
        return true;
    }

    private bool SkipString()
    {
        if (!Take((byte)'"')) return false;
        while (true)
        {
            int stop = _text[_at..].IndexOfAny((byte)'"', (byte)'\\');
            if (stop < 0) return false;
            _at += stop + 1;
            if (_text[_at - 1] == (byte)'"') return true;
            if (++_at > _text.Length) return false;   // the escaped character can be a quote
        }
    }

    private bool SkipWord()
    {
        int length = _text[_at..].IndexOfAny(WordEnds);
        if (length < 0) length = _text.Length - _at;
        _at += length;
        return length > 0;
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

    private bool Break()
    {
        Broken = true;
        return false;
    }

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> WordEnds = SearchValues.Create(",]} \n\r\t:\"{["u8);
}
