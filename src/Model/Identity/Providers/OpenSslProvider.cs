using System.Runtime.InteropServices;

namespace Hhs.Model.Identity.Providers;

/// <summary>OpenSSL's libcrypto, version 3.</summary>
internal sealed unsafe class OpenSslProvider : ICurveProvider
{
    private readonly delegate* unmanaged<int, nint, byte*, nuint, nint> _newPublic, _newPrivate;
    private readonly delegate* unmanaged<nint, byte*, nuint*, int> _getPublic;
    private readonly delegate* unmanaged<nint, void> _freeKey, _freeDigest, _freeContext;
    private readonly delegate* unmanaged<nint> _newDigest;
    private readonly delegate* unmanaged<nint, nint*, nint, nint, nint, int> _signInit, _verifyInit;
    private readonly delegate* unmanaged<nint, byte*, nuint*, byte*, nuint, int> _sign;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int> _verify;
    private readonly delegate* unmanaged<nint, nint, nint> _newContext;
    private readonly delegate* unmanaged<nint, int> _deriveInit;
    private readonly delegate* unmanaged<nint, nint, int> _setPeer;
    private readonly delegate* unmanaged<nint, byte*, nuint*, int> _derive;
    private readonly delegate* unmanaged<void> _clearErrors;

    private OpenSslProvider(nint library)
    {
        nint Find(string name) => NativeLibrary.GetExport(library, name);
        _newPublic = (delegate* unmanaged<int, nint, byte*, nuint, nint>)Find("EVP_PKEY_new_raw_public_key");
        _newPrivate = (delegate* unmanaged<int, nint, byte*, nuint, nint>)Find("EVP_PKEY_new_raw_private_key");
        _getPublic = (delegate* unmanaged<nint, byte*, nuint*, int>)Find("EVP_PKEY_get_raw_public_key");
        _freeKey = (delegate* unmanaged<nint, void>)Find("EVP_PKEY_free");
        _newDigest = (delegate* unmanaged<nint>)Find("EVP_MD_CTX_new");
        _freeDigest = (delegate* unmanaged<nint, void>)Find("EVP_MD_CTX_free");
        _signInit = (delegate* unmanaged<nint, nint*, nint, nint, nint, int>)Find("EVP_DigestSignInit");
        _verifyInit = (delegate* unmanaged<nint, nint*, nint, nint, nint, int>)Find("EVP_DigestVerifyInit");
        _sign = (delegate* unmanaged<nint, byte*, nuint*, byte*, nuint, int>)Find("EVP_DigestSign");
        _verify = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int>)Find("EVP_DigestVerify");
        _newContext = (delegate* unmanaged<nint, nint, nint>)Find("EVP_PKEY_CTX_new");
        _freeContext = (delegate* unmanaged<nint, void>)Find("EVP_PKEY_CTX_free");
        _deriveInit = (delegate* unmanaged<nint, int>)Find("EVP_PKEY_derive_init");
        _setPeer = (delegate* unmanaged<nint, nint, int>)Find("EVP_PKEY_derive_set_peer");
        _derive = (delegate* unmanaged<nint, byte*, nuint*, int>)Find("EVP_PKEY_derive");
        _clearErrors = (delegate* unmanaged<void>)Find("ERR_clear_error");
    }

    public string Name => "OpenSSL";

    /// <summary>Loads the library; null when it is not there or lacks a function.</summary>
    public static OpenSslProvider? TryLoad()
    {
        if (!NativeLibraries.TryLoad(Names, out nint library)) return null;
        try { return new(library); }
        catch (EntryPointNotFoundException) { return null; }
    }

    // Its yes implies ZIP-215's: it decodes A as ZIP-215 does (y modulo p, x = 0 with either sign), hashes the bytes R and A as
    // they came, and compares R with the encoding of [S]B - [k]A, so the equation holds even without the factor 8.
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        fixed (byte* s = signature, m = message, k = publicKey)
        {
            nint key = _newPublic(Ed25519Id, 0, k, (nuint)publicKey.Length), digest = _newDigest();
            try
            {
                return key != 0 && digest != 0 && _verifyInit(digest, null, 0, 0, key) == 1
                    && _verify(digest, s, (nuint)signature.Length, m, (nuint)message.Length) == 1;
            }
            finally
            {
                _freeDigest(digest);
                _freeKey(key);
                // A no is queued as an error for this thread, where .NET's own use of OpenSSL would find it.
                _clearErrors();
            }
        }
    }

    public void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        fixed (byte* d = seed, m = message, s = signature)
        {
            nuint length = (nuint)signature.Length;
            nint key = _newPrivate(Ed25519Id, 0, d, (nuint)seed.Length), digest = _newDigest();
            try
            {
                if (key == 0 || digest == 0 || _signInit(digest, null, 0, 0, key) != 1
                    || _sign(digest, s, &length, m, (nuint)message.Length) != 1)
                    throw new InvalidOperationException("OpenSSL did not sign");
            }
            finally
            {
                _freeDigest(digest);
                _freeKey(key);
                _clearErrors();
            }
        }
    }

    public void DerivePublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey)
    {
        fixed (byte* d = seed, k = publicKey)
        {
            nuint length = (nuint)publicKey.Length;
            nint key = _newPrivate(Ed25519Id, 0, d, (nuint)seed.Length);
            try
            {
                if (key == 0 || _getPublic(key, k, &length) != 1) throw new InvalidOperationException("OpenSSL made no key");
            }
            finally
            {
                _freeKey(key);
                _clearErrors();
            }
        }
    }

    public bool Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> product)
    {
        fixed (byte* s = scalar, p = point, q = product)
        {
            nuint length = (nuint)product.Length;
            nint own = _newPrivate(X25519Id, 0, s, (nuint)scalar.Length), peer = _newPublic(X25519Id, 0, p, (nuint)point.Length);
            nint context = own == 0 ? 0 : _newContext(own, 0);
            try
            {
                return context != 0 && peer != 0 && _deriveInit(context) == 1 && _setPeer(context, peer) == 1
                    && _derive(context, q, &length) == 1;
            }
            finally
            {
                _freeContext(context);
                _freeKey(peer);
                _freeKey(own);
                _clearErrors();
            }
        }
    }

    // NID_ED25519 and NID_X25519 of obj_mac.h.
    private const int Ed25519Id = 1087, X25519Id = 1034;

    private static readonly string[] Names = ["libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64", "libcrypto-3-arm64"];
}
