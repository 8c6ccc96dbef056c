using System.Diagnostics.CodeAnalysis;
using Hhs.Model;

namespace Hhs.Protocols.Handshake;

/// <summary>A key encapsulation mechanism: one side publishes a key, the other makes a secret that only its holder can open.</summary>
/// <remarks>Bytes of a peer never raise an exception. Source: wire.md section 3.</remarks>
public interface IKem
{
    /// <summary>A fresh key pair.</summary>
    KemKeyPair Generate(IRandomSource random);

    /// <summary>A fresh secret of 32 bytes for the holder of a public key; false when the key is unusable.</summary>
    bool TryEncapsulate(
        IRandomSource random, ReadOnlySpan<byte> publicKey,
        [NotNullWhen(true)] out byte[]? ciphertext, [NotNullWhen(true)] out byte[]? secret);

    /// <summary>The secret inside a ciphertext; false when the ciphertext is unusable.</summary>
    bool TryDecapsulate(KemKeyPair own, ReadOnlySpan<byte> ciphertext, [NotNullWhen(true)] out byte[]? secret);
}

/// <summary>One connection's key pair.</summary>
public sealed class KemKeyPair(byte[] publicKey, byte[] secretKey)
{
    /// <summary>The half that is sent.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; } = publicKey;

    internal ReadOnlyMemory<byte> SecretKey { get; } = secretKey;
}
