using System.Text;

namespace Hhs.Model;

/// <summary>UTF-8 decoded as a browser's TextDecoder does it, for names that the original reads so.</summary>
public static class BrowserUtf8
{
    /// <summary>Decodes; one leading byte order mark is dropped, ill-formed bytes become U+FFFD. Never throws.</summary>
    /// <remarks>Source: supplement 7.5; WHATWG Encoding "UTF-8 decode".</remarks>
    public static string Decode(ReadOnlySpan<byte> bytes) =>
        Encoding.UTF8.GetString(bytes.StartsWith(Mark) ? bytes[Mark.Length..] : bytes);

    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];
}
