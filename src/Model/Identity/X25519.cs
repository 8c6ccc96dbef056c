using Hhs.Model.Identity.Providers;

namespace Hhs.Model.Identity;

/// <summary>X25519 key agreement (RFC 7748), from the same library as Ed25519.</summary>
/// <remarks>Scalars and points have 32 bytes. Errors: <see cref="ArgumentException"/> for another length.</remarks>
public static class X25519
{
    /// <summary>Length of scalars, public keys and shared secrets.</summary>
    public const int SizeBytes = 32;

    /// <summary>The public key of a secret scalar.</summary>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> scalar)
    {
        var key = new byte[SizeBytes];
        if (!TryAgree(scalar, BasePoint, key)) throw new ArgumentException("no usable scalar", nameof(scalar));
        return key;
    }

    /// <summary>The secret shared with the holder of a public key; false when it would be all zero (a peer's key of low order).</summary>
    /// <remarks>Source: supplement 7.1 (such keys are refused); RFC 7748 section 6.1.</remarks>
    public static bool TryAgree(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> publicKey, Span<byte> shared)
    {
        if (scalar.Length != SizeBytes) throw new ArgumentException("an X25519 scalar has 32 bytes", nameof(scalar));
        if (publicKey.Length != SizeBytes) throw new ArgumentException("an X25519 key has 32 bytes", nameof(publicKey));
        if (shared.Length != SizeBytes) throw new ArgumentException("an X25519 secret has 32 bytes", nameof(shared));
        return CurveProviders.Best.Multiply(scalar, publicKey, shared) && shared.ContainsAnyExcept((byte)0);
    }

    internal static ReadOnlySpan<byte> BasePoint =>
        [9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
}
