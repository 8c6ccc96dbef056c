using System.Numerics;
using System.Security.Cryptography;

namespace Hhs.Model.Identity;

/// <summary>The exact verdict on an Ed25519 signature: the rules of ZIP-215, which every replica must agree on.</summary>
/// <remarks>
/// A and R are decoded with y of p and above allowed; S must be below L; k = SHA-512(R || A || message) over the bytes as they
/// came; accepted exactly when [8][S]B = [8]R + [8][k]A. This is the one primitive written here because no library at hand has
/// it. All inputs are public, so it need not run in constant time; a hostile peer can force it, so it must be quick.
/// Source: ZIP-215; supplement 0.8.
/// </remarks>
internal static class Zip215
{
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != 32 || signature.Length != 64) return false;
        if (!IsScalar(signature[32..])) return false;
        if (!EdwardsPoint.TryDecode(publicKey, out var a) || !EdwardsPoint.TryDecode(signature[..32], out var r)) return false;

        // k modulo L instead of k: on the part of A that has small order they may differ, and the factor 8 removes that part.
        var k = HashToScalar(signature[..32], publicKey, message) % L;
        var s = new BigInteger(signature[32..], isUnsigned: true);
        var difference = SubtractProducts(s, k, a).Subtract(r.ToAddend());
        return difference.Double().Double().Double().IsIdentity;
    }

    /// <summary>Whether 32 little-endian bytes are below L, the order of B: the one spelling that S may have.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> s)
    {
        for (int i = 31; i >= 0; i--) if (s[i] != OrderBytes[i]) return s[i] < OrderBytes[i];
        return false;
    }

    private static BigInteger HashToScalar(ReadOnlySpan<byte> r, ReadOnlySpan<byte> a, ReadOnlySpan<byte> message)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(r);
        hash.AppendData(a);
        hash.AppendData(message);
        Span<byte> digest = stackalloc byte[64];
        hash.GetHashAndReset(digest);
        return new(digest, isUnsigned: true);
    }

    // [s]B - [k]A by Straus: one run of doublings for both, each scalar in a signed sliding-window form (NAF).
    private static EdwardsPoint SubtractProducts(BigInteger s, BigInteger k, in EdwardsPoint a)
    {
        Span<sbyte> ofS = stackalloc sbyte[NafLength], ofK = stackalloc sbyte[NafLength];
        WriteNaf(s, BaseWindow, ofS);
        WriteNaf(k, KeyWindow, ofK);
        var ofA = OddMultiples(a, 1 << (KeyWindow - 2));

        int i = NafLength - 1;
        while (i > 0 && ofS[i] == 0 && ofK[i] == 0) i--;
        var sum = EdwardsPoint.Identity;
        for (; i >= 0; i--)
        {
            sum = sum.Double();
            if (ofS[i] > 0) sum = sum.Add(OfBase[ofS[i] >> 1]);
            else if (ofS[i] < 0) sum = sum.Subtract(OfBase[-ofS[i] >> 1]);
            if (ofK[i] > 0) sum = sum.Subtract(ofA[ofK[i] >> 1]);
            else if (ofK[i] < 0) sum = sum.Add(ofA[-ofK[i] >> 1]);
        }
        return sum;
    }

    // P, 3P, 5P, ...
    private static EdwardsPoint.Addend[] OddMultiples(in EdwardsPoint p, int count)
    {
        var multiples = new EdwardsPoint.Addend[count];
        multiples[0] = p.ToAddend();
        var next = p;
        var twice = p.Double().ToAddend();
        for (int i = 1; i < count; i++)
        {
            next = next.Add(twice);
            multiples[i] = next.ToAddend();
        }
        return multiples;
    }

    // Digits are odd and below 2^(width-1) in size, or zero; after an odd digit come width-1 zeros.
    private static void WriteNaf(BigInteger scalar, int width, Span<sbyte> digits)
    {
        Span<byte> bytes = stackalloc byte[NafLength / 8];
        scalar.TryWriteBytes(bytes, out _, isUnsigned: true);
        digits.Clear();
        int carry = 0;
        for (int at = 0; at < NafLength;)
        {
            if (Bits(bytes, at, 1) == carry) { at++; continue; }
            int window = Bits(bytes, at, width) + carry;
            carry = window >> (width - 1);
            digits[at] = (sbyte)(window - (carry << width));
            at += width;
        }
    }

    private static int Bits(ReadOnlySpan<byte> bytes, int at, int count)
    {
        int held = 0;
        for (int i = at >> 3, shift = 0; shift < 24 && i < bytes.Length; i++, shift += 8) held |= bytes[i] << shift;
        return (held >> (at & 7)) & ((1 << count) - 1);
    }

    // A scalar below L has 253 bits; the rest takes the last carry, and makes whole bytes.
    private const int NafLength = 264;
    private const int KeyWindow = 5;
    private const int BaseWindow = 8;

    // L = 2^252 + 27742317777372353535851937790883648493, little-endian.
    private static ReadOnlySpan<byte> OrderBytes =>
    [
        0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
    ];

    private static readonly BigInteger L = new(OrderBytes, isUnsigned: true);

    private static readonly EdwardsPoint.Addend[] OfBase = OddMultiples(EdwardsPoint.Base, 1 << (BaseWindow - 2));
}
