using Hhs.Model.Identity.Providers;

namespace Hhs.Model.Identity;

/// <summary>Ed25519 signatures, judged by the rules of ZIP-215.</summary>
/// <remarks>
/// A verdict is consensus: all replicas must accept the same signatures. S is checked here, since a library built for old
/// signatures may let S of L and above pass. Honest signatures then pass the quick library check, whose yes implies ZIP-215's
/// yes for each library used (argued at each); whatever it refuses is judged again, exactly.
/// Source: supplement 0.8; types.md section 3.
/// </remarks>
public sealed class Ed25519 : ISignatureSuite
{
    private Ed25519() { }

    /// <summary>The suite, for <see cref="SignatureSuites"/>.</summary>
    public static readonly Ed25519 Suite = new();

    /// <inheritdoc/>
    public string Name => "ed25519";

    /// <summary>The library that signs and makes the quick check: libsodium, OpenSSL or BouncyCastle. For logs and reports.</summary>
    public static string Library => CurveProviders.Best.Name;

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        key.Length == 32 && signature.Length == 64 && Zip215.IsScalar(signature[32..])
        && (CurveProviders.Best.Verify(key, message, signature) || Zip215.Verify(key, message, signature));

    internal static byte[] PublicKeyOf(ReadOnlySpan<byte> seed)
    {
        var key = new byte[32];
        CurveProviders.Best.DerivePublicKey(seed, key);
        return key;
    }

    internal static byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message)
    {
        var signature = new byte[64];
        CurveProviders.Best.Sign(seed, message, signature);
        return signature;
    }
}
