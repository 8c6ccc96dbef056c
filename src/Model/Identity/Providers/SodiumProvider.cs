using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Hhs.Model.Identity.Providers;

/// <summary>libsodium, found under the names its packages use.</summary>
internal sealed unsafe class SodiumProvider : ICurveProvider
{
    private readonly delegate* unmanaged<byte*, byte*, ulong, byte*, int> _verify;
    private readonly delegate* unmanaged<byte*, ulong*, byte*, ulong, byte*, int> _sign;
    private readonly delegate* unmanaged<byte*, byte*, byte*, int> _seedKeyPair;
    private readonly delegate* unmanaged<byte*, byte*, byte*, int> _scalarMult;

    private SodiumProvider(nint verify, nint sign, nint seedKeyPair, nint scalarMult)
    {
        _verify = (delegate* unmanaged<byte*, byte*, ulong, byte*, int>)verify;
        _sign = (delegate* unmanaged<byte*, ulong*, byte*, ulong, byte*, int>)sign;
        _seedKeyPair = (delegate* unmanaged<byte*, byte*, byte*, int>)seedKeyPair;
        _scalarMult = (delegate* unmanaged<byte*, byte*, byte*, int>)scalarMult;
    }

    public string Name => "libsodium";

    /// <summary>Loads the library; null when it is not there or lacks a function.</summary>
    public static SodiumProvider? TryLoad()
    {
        if (!NativeLibraries.TryLoad(Names, out nint library)
            || !NativeLibrary.TryGetExport(library, "sodium_init", out nint init)
            || !NativeLibrary.TryGetExport(library, "crypto_sign_ed25519_verify_detached", out nint verify)
            || !NativeLibrary.TryGetExport(library, "crypto_sign_ed25519_detached", out nint sign)
            || !NativeLibrary.TryGetExport(library, "crypto_sign_ed25519_seed_keypair", out nint seedKeyPair)
            || !NativeLibrary.TryGetExport(library, "crypto_scalarmult", out nint scalarMult)) return null;
        return ((delegate* unmanaged<int>)init)() < 0 ? null : new(verify, sign, seedKeyPair, scalarMult);
    }

    // Its yes implies ZIP-215's: it hashes the bytes R and A as they came and compares R with the encoding of [S]B - [k]A, so the
    // equation holds even without the factor 8. What else it refuses (small order, A not canonical) makes only more noes.
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        fixed (byte* s = signature, m = message, k = publicKey) return _verify(s, m, (ulong)message.Length, k) == 0;
    }

    public void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Span<byte> pair = stackalloc byte[64], publicKey = stackalloc byte[32];
        fixed (byte* p = pair, k = publicKey, d = seed, m = message, s = signature)
        {
            if (_seedKeyPair(k, p, d) != 0 || _sign(s, null, m, (ulong)message.Length, p) != 0)
                throw new InvalidOperationException("libsodium did not sign");
        }
        CryptographicOperations.ZeroMemory(pair);
    }

    public void DerivePublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey)
    {
        Span<byte> pair = stackalloc byte[64];
        fixed (byte* p = pair, k = publicKey, d = seed)
        {
            if (_seedKeyPair(k, p, d) != 0) throw new InvalidOperationException("libsodium made no key");
        }
        CryptographicOperations.ZeroMemory(pair);
    }

    public bool Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> product)
    {
        fixed (byte* s = scalar, p = point, q = product) return _scalarMult(q, s, p) == 0;
    }

    private static readonly string[] Names =
        ["libsodium", "libsodium.so.26", "libsodium.so.23", "libsodium.26.dylib", "libsodium.23.dylib"];
}
