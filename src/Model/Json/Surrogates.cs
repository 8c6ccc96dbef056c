namespace Hhs.Model.Json;

/// <summary>Ill-formed UTF-16: surrogates without their partner.</summary>
internal static class Surrogates
{
    /// <summary>The text with every lone surrogate replaced by U+FFFD; the same instance when there is none.</summary>
    public static string Replace(string text)
    {
        int at = FirstLone(text);
        if (at < 0) return text;
        var chars = text.ToCharArray();
        for (int i = at; i < chars.Length; i++)
        {
            if (!char.IsSurrogate(chars[i])) continue;
            if (char.IsHighSurrogate(chars[i]) && i + 1 < chars.Length && char.IsLowSurrogate(chars[i + 1])) i++;
            else chars[i] = '\ufffd';
        }
        return new string(chars);
    }

    /// <summary>Index of the first lone surrogate, or -1.</summary>
    public static int FirstLone(ReadOnlySpan<char> text)
    {
        int i = text.IndexOfAnyInRange('\ud800', '\udfff');
        if (i < 0) return -1;
        for (; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 >= text.Length || !char.IsLowSurrogate(text[i + 1])) return i;
            i++;
        }
        return -1;
    }
}
