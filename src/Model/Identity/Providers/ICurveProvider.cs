namespace Hhs.Model.Identity.Providers;

/// <summary>A library that has Ed25519 and X25519. All of them sign and agree alike; they differ in which odd signatures they refuse.</summary>
/// <remarks>Keys, seeds and scalars have 32 bytes and signatures 64: the callers see to that.</remarks>
internal interface ICurveProvider
{
    string Name { get; }

    /// <summary>Whether the library accepts the signature. For S below L a yes must imply ZIP-215's yes; a no means nothing.</summary>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    /// <summary>The deterministic signature of RFC 8032.</summary>
    void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message, Span<byte> signature);

    /// <summary>The public key of an Ed25519 seed.</summary>
    void DerivePublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey);

    /// <summary>X25519 of RFC 7748; false, perhaps, when the result is all zero.</summary>
    bool Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> product);
}
