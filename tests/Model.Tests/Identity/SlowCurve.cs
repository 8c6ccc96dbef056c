using System.Numerics;
using System.Security.Cryptography;

namespace Hhs.Model.Tests.Identity;

/// <summary>Ed25519 the textbook way, in big integers: an oracle for the quick code, sharing nothing with it.</summary>
internal static class SlowCurve
{
    public static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    public static readonly BigInteger L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
    private static readonly BigInteger D = Mod(-121665 * Inverse(121666));

    public readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z);

    public static readonly Point Zero = new(0, 1, 1);
    public static readonly Point Base = Decode(Convert.FromHexString("58" + string.Concat(Enumerable.Repeat("66", 31))))!.Value;

    public static BigInteger Mod(BigInteger x) => ((x % P) + P) % P;

    public static BigInteger ModL(BigInteger x) => ((x % L) + L) % L;

    private static BigInteger Inverse(BigInteger x) => BigInteger.ModPow(Mod(x), P - 2, P);

    /// <summary>Projective form of the affine law x3 = (x1 y2 + y1 x2) / (1 + d x1 x2 y1 y2), y3 = (y1 y2 + x1 x2) / (1 - ...).</summary>
    public static Point Add(Point p, Point q)
    {
        BigInteger a = Mod(p.Z * q.Z), xx = Mod(p.X * q.X), yy = Mod(p.Y * q.Y), e = Mod(D * xx * yy), aa = Mod(a * a);
        BigInteger cross = Mod((p.X * q.Y) + (p.Y * q.X));
        return new(Mod(a * cross * (aa - e)), Mod(a * (yy + xx) * (aa + e)), Mod((aa - e) * (aa + e)));
    }

    public static Point Negate(Point p) => new(Mod(-p.X), p.Y, p.Z);

    public static Point Multiply(BigInteger k, Point p)
    {
        var sum = Zero;
        for (int bit = (int)k.GetBitLength() - 1; bit >= 0; bit--)
        {
            sum = Add(sum, sum);
            if (!((k >> bit) & 1).IsZero) sum = Add(sum, p);
        }
        return sum;
    }

    public static bool Same(Point p, Point q) => Mod((p.X * q.Z) - (q.X * p.Z)).IsZero && Mod((p.Y * q.Z) - (q.Y * p.Z)).IsZero;

    public static byte[] Encode(Point p)
    {
        BigInteger z = Inverse(p.Z), x = Mod(p.X * z), y = Mod(p.Y * z);
        return Bytes(y + (x.IsEven ? 0 : BigInteger.Pow(2, 255)));
    }

    public static byte[] Bytes(BigInteger value)
    {
        var bytes = new byte[32];
        Assert.True(value.TryWriteBytes(bytes, out _, isUnsigned: true));
        return bytes;
    }

    public static Point? Decode(ReadOnlySpan<byte> encoding)
    {
        var whole = new BigInteger(encoding, isUnsigned: true);
        bool sign = !(whole >> 255).IsZero;
        var y = Mod(whole % BigInteger.Pow(2, 255));
        var xx = Mod(((y * y) - 1) * Inverse((D * y * y) + 1));
        var x = BigInteger.ModPow(xx, (P + 3) / 8, P);
        if (Mod((x * x) - xx) != 0) x = Mod(x * BigInteger.ModPow(2, (P - 1) / 4, P));
        if (Mod((x * x) - xx) != 0) return null;
        if (x.IsEven == sign) x = Mod(-x);
        return new(x, y, 1);
    }

    public static BigInteger HashToScalar(params byte[][] parts) =>
        ModL(new BigInteger(SHA512.HashData(parts.SelectMany(p => p).ToArray()), isUnsigned: true));

    /// <summary>ZIP-215, word for word.</summary>
    public static bool Verify(byte[] key, byte[] message, byte[] signature)
    {
        byte[] rBytes = signature[..32];
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true);
        if (s >= L || Decode(key) is not { } a || Decode(rBytes) is not { } r) return false;
        var k = HashToScalar(rBytes, key, message);
        return Same(Multiply(8, Multiply(s, Base)), Multiply(8, Add(r, Multiply(k, a))));
    }
}
