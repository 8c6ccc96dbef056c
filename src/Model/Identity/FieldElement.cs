using System.Buffers.Binary;

namespace Hhs.Model.Identity;

/// <summary>An integer modulo 2^255 - 19, in five limbs of 51 bits.</summary>
/// <remarks>
/// Only <see cref="Zip215"/> uses it, on public data, so nothing here needs constant time. Limbs may run over 51 bits between
/// operations: sums are left unreduced, which the products can take (factors below 2^54 fit 128 bits).
/// </remarks>
internal readonly struct FieldElement
{
    private readonly ulong _0, _1, _2, _3, _4;

    private FieldElement(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4) => (_0, _1, _2, _3, _4) = (l0, l1, l2, l3, l4);

    public static FieldElement Zero => default;

    public static FieldElement One => new(1, 0, 0, 0, 0);

    /// <summary>Reads 32 little-endian bytes; the top bit is ignored and values of p and above are taken modulo p.</summary>
    public static FieldElement FromBytes(ReadOnlySpan<byte> bytes)
    {
        ulong a = BinaryPrimitives.ReadUInt64LittleEndian(bytes), b = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        ulong c = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), d = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return new(
            a & Mask, ((a >> 51) | (b << 13)) & Mask, ((b >> 38) | (c << 26)) & Mask,
            ((c >> 25) | (d << 39)) & Mask, (d >> 12) & Mask);
    }

    public static FieldElement operator +(in FieldElement x, in FieldElement y) =>
        new(x._0 + y._0, x._1 + y._1, x._2 + y._2, x._3 + y._3, x._4 + y._4);

    // 16 p is added first, so that no limb goes below zero.
    public static FieldElement operator -(in FieldElement x, in FieldElement y) => Carry(
        x._0 + (16 * (Mask - 18)) - y._0, x._1 + (16 * Mask) - y._1, x._2 + (16 * Mask) - y._2,
        x._3 + (16 * Mask) - y._3, x._4 + (16 * Mask) - y._4);

    public static FieldElement operator -(in FieldElement x) => default(FieldElement) - x;

    public static FieldElement operator *(in FieldElement x, in FieldElement y)
    {
        // 2^255 = 19 modulo p: what would land in a sixth limb and above comes back times 19.
        ulong y1 = y._1 * 19, y2 = y._2 * 19, y3 = y._3 * 19, y4 = y._4 * 19;
        return Carry(
            Math.BigMul(x._0, y._0) + Math.BigMul(x._1, y4) + Math.BigMul(x._2, y3) + Math.BigMul(x._3, y2) + Math.BigMul(x._4, y1),
            Math.BigMul(x._0, y._1) + Math.BigMul(x._1, y._0) + Math.BigMul(x._2, y4) + Math.BigMul(x._3, y3) + Math.BigMul(x._4, y2),
            Math.BigMul(x._0, y._2) + Math.BigMul(x._1, y._1) + Math.BigMul(x._2, y._0) + Math.BigMul(x._3, y4) + Math.BigMul(x._4, y3),
            Math.BigMul(x._0, y._3) + Math.BigMul(x._1, y._2) + Math.BigMul(x._2, y._1) + Math.BigMul(x._3, y._0) + Math.BigMul(x._4, y4),
            Math.BigMul(x._0, y._4) + Math.BigMul(x._1, y._3) + Math.BigMul(x._2, y._2) + Math.BigMul(x._3, y._1) + Math.BigMul(x._4, y._0));
    }

    public FieldElement Square()
    {
        ulong twice0 = _0 * 2, twice1 = _1 * 2, by19_3 = _3 * 19, by19_4 = _4 * 19;
        return Carry(
            Math.BigMul(_0, _0) + Math.BigMul(twice1, by19_4) + Math.BigMul(_2 * 2, by19_3),
            Math.BigMul(twice0, _1) + Math.BigMul(_2 * 2, by19_4) + Math.BigMul(_3, by19_3),
            Math.BigMul(twice0, _2) + Math.BigMul(_1, _1) + Math.BigMul(_3 * 2, by19_4),
            Math.BigMul(twice0, _3) + Math.BigMul(twice1, _2) + Math.BigMul(_4, by19_4),
            Math.BigMul(twice0, _4) + Math.BigMul(twice1, _3) + Math.BigMul(_2, _2));
    }

    /// <summary>This to the power (p - 5) / 8 = 2^252 - 3, which square roots are made of.</summary>
    public FieldElement Power22523()
    {
        var x2 = Square() * this;                 // 2^2 - 1
        var x4 = x2.Square(2) * x2;               // 2^4 - 1
        var x5 = x4.Square() * this;              // 2^5 - 1
        var x10 = x5.Square(5) * x5;
        var x20 = x10.Square(10) * x10;
        var x40 = x20.Square(20) * x20;
        var x50 = x40.Square(10) * x10;
        var x100 = x50.Square(50) * x50;
        var x200 = x100.Square(100) * x100;
        var x250 = x200.Square(50) * x50;
        return x250.Square(2) * this;             // (2^250 - 1) * 4 + 1
    }

    /// <summary>Whether the value is zero modulo p.</summary>
    public bool IsZero
    {
        get
        {
            var (a, b, c, d, e) = Canonical();
            return (a | b | c | d | e) == 0;
        }
    }

    /// <summary>Whether the value in 0 .. p-1 is odd, which RFC 8032 calls negative.</summary>
    public bool IsNegative => (Canonical().L0 & 1) == 1;

    private FieldElement Square(int times)
    {
        var x = this;
        for (int i = 0; i < times; i++) x = x.Square();
        return x;
    }

    private (ulong L0, ulong L1, ulong L2, ulong L3, ulong L4) Canonical()
    {
        var x = Carry(_0, _1, _2, _3, _4);
        // The value is now below 2p; q is 1 exactly when it is p or more, i.e. when adding 19 carries out of bit 255.
        ulong q = (x._0 + 19) >> 51;
        q = (x._1 + q) >> 51;
        q = (x._2 + q) >> 51;
        q = (x._3 + q) >> 51;
        q = (x._4 + q) >> 51;
        ulong l0 = x._0 + (19 * q);
        ulong l1 = x._1 + (l0 >> 51), l2 = x._2 + (l1 >> 51), l3 = x._3 + (l2 >> 51), l4 = x._4 + (l3 >> 51);
        return (l0 & Mask, l1 & Mask, l2 & Mask, l3 & Mask, l4 & Mask);
    }

    private static FieldElement Carry(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4) => new(
        (l0 & Mask) + ((l4 >> 51) * 19), (l1 & Mask) + (l0 >> 51), (l2 & Mask) + (l1 >> 51),
        (l3 & Mask) + (l2 >> 51), (l4 & Mask) + (l3 >> 51));

    private static FieldElement Carry(UInt128 c0, UInt128 c1, UInt128 c2, UInt128 c3, UInt128 c4)
    {
        c1 += (ulong)(c0 >> 51);
        c2 += (ulong)(c1 >> 51);
        c3 += (ulong)(c2 >> 51);
        c4 += (ulong)(c3 >> 51);
        ulong l0 = ((ulong)c0 & Mask) + ((ulong)(c4 >> 51) * 19);
        return new(l0 & Mask, ((ulong)c1 & Mask) + (l0 >> 51), (ulong)c2 & Mask, (ulong)c3 & Mask, (ulong)c4 & Mask);
    }

    private const ulong Mask = (1UL << 51) - 1;
}
