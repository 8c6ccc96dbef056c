using NSec.Cryptography;
using NSecKey = NSec.Cryptography.PublicKey;

namespace Hhs.Model.Identity.Providers;

/// <summary>NSec, with the libsodium of its package. Compiled where the feed has it (AkkaFeed=nuget).</summary>
internal sealed class NSecProvider : ICurveProvider
{
    public string Name => "NSec";

    /// <summary>Null where its native library is missing or is not the version that it demands.</summary>
    public static NSecProvider? TryLoad()
    {
        try
        {
            _ = SignatureAlgorithm.Ed25519;
            _ = KeyAgreementAlgorithm.X25519;
            return new();
        }
        catch (Exception failure) when (failure is TypeInitializationException or DllNotFoundException or InvalidOperationException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    // Its yes implies ZIP-215's, as libsodium's does (SodiumProvider): it takes a key's 32 bytes as they are, and asks libsodium.
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        NSecKey.TryImport(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out var key) && key is not null && SignatureAlgorithm.Ed25519.Verify(key, message, signature);

    public void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        using var key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        SignatureAlgorithm.Ed25519.Sign(key, message, signature);
    }

    public void DerivePublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey)
    {
        using var key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        if (!key.PublicKey.TryExport(KeyBlobFormat.RawPublicKey, publicKey, out _)) throw new InvalidOperationException("NSec made no key");
    }

    public bool Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> product)
    {
        using var own = Key.Import(KeyAgreementAlgorithm.X25519, scalar, KeyBlobFormat.RawPrivateKey);
        if (!NSecKey.TryImport(KeyAgreementAlgorithm.X25519, point, KeyBlobFormat.RawPublicKey, out var peer) || peer is null) return false;
        using var secret = KeyAgreementAlgorithm.X25519.Agree(own, peer, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        return secret is not null && secret.TryExport(SharedSecretBlobFormat.RawSharedSecret, product, out _);
    }
}

internal static partial class CurveProviders
{
    static partial void AddPackaged(List<ICurveProvider> found)
    {
        if (NSecProvider.TryLoad() is { } nsec && Works(nsec)) found.Add(nsec);
    }
}
