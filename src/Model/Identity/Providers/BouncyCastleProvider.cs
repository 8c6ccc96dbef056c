using Curve = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;
using Exchange = Org.BouncyCastle.Math.EC.Rfc7748.X25519;

namespace Hhs.Model.Identity.Providers;

/// <summary>BouncyCastle: managed code, slower, there on every platform.</summary>
internal sealed class BouncyCastleProvider : ICurveProvider
{
    public string Name => "BouncyCastle";

    // Its yes implies ZIP-215's: it hashes the bytes R and A as they came and compares R with the encoding of [S]B - [k]A, so the
    // equation holds even without the factor 8. That it refuses encodings not canonical makes only more noes.
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Curve.Verify(signature.ToArray(), 0, publicKey.ToArray(), 0, message.ToArray(), 0, message.Length);

    public void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        var made = new byte[64];
        Curve.Sign(seed.ToArray(), 0, message.ToArray(), 0, message.Length, made, 0);
        made.CopyTo(signature);
    }

    public void DerivePublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey)
    {
        var made = new byte[32];
        Curve.GeneratePublicKey(seed.ToArray(), 0, made, 0);
        made.CopyTo(publicKey);
    }

    public bool Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> product)
    {
        var made = new byte[32];
        bool usable = Exchange.CalculateAgreement(scalar.ToArray(), 0, point.ToArray(), 0, made, 0);
        made.CopyTo(product);
        return usable;
    }
}
