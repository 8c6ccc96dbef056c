using Hhs.Model;
using Hhs.Model.Identity;

namespace Hhs.Protocols.Handshake;

/// <summary>A public key in a message, together with a signature over the transcript: the same in messages 2 and 3.</summary>
internal static class ProvenKey
{
    /// <summary>Checks the signature and, where it counts, that the message is spelled in the one way there is.</summary>
    /// <param name="key">The key as decoded.</param>
    /// <param name="serialized">The key as it came.</param>
    /// <param name="signature">The signature as it came.</param>
    /// <param name="transcript">What is signed.</param>
    /// <param name="strict">Whether the spelling counts.</param>
    /// <param name="exact">Whether the message around it was spelled so.</param>
    /// <param name="why">The reason, when the answer is false.</param>
    public static bool Check(
        PublicKey key, ReadOnlySpan<byte> serialized, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> transcript,
        bool strict, bool exact, out Reject why)
    {
        if (!strict || (exact && key.Serialized.Span.SequenceEqual(serialized))) return key.TryVerify(transcript, signature, out why);
        why = new(RejectCode.Malformed, "handshake message with more or other bytes than it needs");
        return false;
    }
}
