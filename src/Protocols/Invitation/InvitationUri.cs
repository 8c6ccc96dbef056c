using System.Buffers.Text;
using Hhs.Model;

namespace Hhs.Protocols.Invitation;

/// <summary>An invitation as a link: <c>hhs:</c> and its bytes in URL-safe Base64 (RFC 4648 section 5), without padding.</summary>
public static class InvitationUri
{
    /// <summary>What every link begins with.</summary>
    public const string Prefix = "hhs:";

    /// <summary>The link of an invitation's bytes.</summary>
    public static string Write(ReadOnlySpan<byte> bytes) => Prefix + Base64Url.EncodeToString(bytes);

    /// <summary>Reads a link; false and the reason when it is none. Whether the bytes are an invitation is <see cref="InvitationCodec"/>'s to say.</summary>
    public static bool TryRead(string text, out byte[] bytes, out Reject why)
    {
        bytes = [];
        why = default;
        if (!text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) why = new(RejectCode.Malformed, $"an invitation begins with {Prefix}");
        else if (text.Length > Prefix.Length + CharsMax) why = new(RejectCode.OverLimit, $"an invitation has at most {Prefix.Length + CharsMax} characters");
        else if (Strange(text.AsSpan(Prefix.Length)) is >= 0 and var at) why = new(RejectCode.Malformed, $"character {Prefix.Length + at + 1} of the invitation is none that can stand there");
        else if ((text.Length - Prefix.Length) % 4 != 0) why = new(RejectCode.Malformed, "the invitation is mistyped or incomplete: characters are missing, or too many");
        else bytes = Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length));
        return why == default;
    }

    private static int Strange(ReadOnlySpan<char> text) => text.IndexOfAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    // Three bytes are four characters; the length of an invitation is divided by three.
    private const int CharsMax = InvitationCodec.BytesMax / 3 * 4;
}
