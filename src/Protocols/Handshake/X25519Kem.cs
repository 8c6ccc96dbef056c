using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Hhs.Model;
using Hhs.Model.Identity;

namespace Hhs.Protocols.Handshake;

/// <summary>X25519 with HKDF-SHA256, the classical mechanism of the original.</summary>
/// <remarks>
/// The ciphertext is the sender's ephemeral public key; secret = HKDF(ikm = DH, salt = ephemeral || recipient key, info =
/// "hhs3-dhkem-x25519", 32). An all-zero DH result is refused. Source: wire.md section 3, supplement 7.1.
/// </remarks>
public sealed class X25519Kem : IKem
{
    /// <inheritdoc/>
    public KemKeyPair Generate(IRandomSource random)
    {
        var scalar = new byte[X25519.SizeBytes];
        random.Fill(scalar);
        return new(X25519.PublicKeyOf(scalar), scalar);
    }

    /// <inheritdoc/>
    public bool TryEncapsulate(
        IRandomSource random, ReadOnlySpan<byte> publicKey,
        [NotNullWhen(true)] out byte[]? ciphertext, [NotNullWhen(true)] out byte[]? secret)
    {
        var ephemeral = Generate(random);
        bool usable = TryDerive(ephemeral.SecretKey.Span, publicKey, ephemeral.PublicKey.Span, publicKey, out secret);
        ciphertext = usable ? ephemeral.PublicKey.ToArray() : null;
        return usable;
    }

    /// <inheritdoc/>
    public bool TryDecapsulate(KemKeyPair own, ReadOnlySpan<byte> ciphertext, [NotNullWhen(true)] out byte[]? secret) =>
        TryDerive(own.SecretKey.Span, ciphertext, ciphertext, own.PublicKey.Span, out secret);

    private static bool TryDerive(
        ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> peer, ReadOnlySpan<byte> ephemeral, ReadOnlySpan<byte> recipient,
        [NotNullWhen(true)] out byte[]? secret)
    {
        secret = null;
        Span<byte> agreed = stackalloc byte[X25519.SizeBytes];
        if (peer.Length != X25519.SizeBytes || !X25519.TryAgree(scalar, peer, agreed)) return false;
        Span<byte> salt = stackalloc byte[2 * X25519.SizeBytes];
        ephemeral.CopyTo(salt);
        recipient.CopyTo(salt[X25519.SizeBytes..]);
        secret = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, agreed, secret, salt, "hhs3-dhkem-x25519"u8);
        CryptographicOperations.ZeroMemory(agreed);
        return true;
    }
}
