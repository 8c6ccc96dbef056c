using System.Security.Cryptography;

namespace Hhs.Protocols.Handshake;

/// <summary>The running hash that both sides sign. Source: wire.md section 3.</summary>
internal static class Transcript
{
    /// <summary>T1 = SHA-256(message 1), all received bytes of it.</summary>
    public static byte[] Open(ReadOnlySpan<byte> msg1) => SHA256.HashData(msg1);

    /// <summary>The next T = SHA-256(T || more).</summary>
    public static byte[] Extend(ReadOnlySpan<byte> transcript, ReadOnlySpan<byte> more)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(transcript);
        hash.AppendData(more);
        return hash.GetHashAndReset();
    }
}
