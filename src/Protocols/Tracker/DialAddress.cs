namespace Hhs.Protocols.Tracker;

/// <summary>The text of an address as trackers pass it on: <c>scheme://rest</c>.</summary>
/// <remarks>
/// Shape: a scheme as RFC 3986 spells it in lower case, then at least one printable ASCII character. Whether somebody is there
/// shows only a dial. Source: wire.md section 7.
/// </remarks>
public static class DialAddress
{
    /// <summary>Whether the text is an address that may be stored, passed on, or dialled.</summary>
    public static bool IsValid(string text)
    {
        int end = text.IndexOf(Separator, StringComparison.Ordinal);
        if (end < 1 || text.Length > TrackerLimits.AddressCharsMax || text.Length == end + Separator.Length) return false;
        if (!IsScheme(text.AsSpan(0, end))) return false;
        foreach (char c in text) if (c is <= ' ' or > '~') return false;
        return true;
    }

    /// <summary>Whether the text is a scheme, such as <c>ws</c>.</summary>
    public static bool IsScheme(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > TrackerLimits.SchemeCharsMax || !char.IsAsciiLetterLower(text[0])) return false;
        foreach (char c in text) if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('+' or '-' or '.')) return false;
        return true;
    }

    /// <summary>Whether the address begins with one of the schemes.</summary>
    public static bool HasScheme(string address, IReadOnlyCollection<string> schemes)
    {
        foreach (string scheme in schemes)
        {
            if (address.Length > scheme.Length && address.StartsWith(scheme, StringComparison.Ordinal)
                && address.AsSpan(scheme.Length).StartsWith(Separator, StringComparison.Ordinal)) return true;
        }
        return false;
    }

    private const string Separator = "://";
}
