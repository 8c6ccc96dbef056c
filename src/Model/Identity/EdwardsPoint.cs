using System.Diagnostics;

namespace Hhs.Model.Identity;

/// <summary>A point of the curve of Ed25519 in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z.</summary>
/// <remarks>
/// The addition law is complete on this curve, so points of small order need no case of their own.
/// Source: Hisil, Wong, Carter, Dawson, "Twisted Edwards Curves Revisited" (2008), sections 3.1 and 3.3; RFC 8032 section 5.1.
/// </remarks>
internal readonly struct EdwardsPoint
{
    private readonly FieldElement _x, _y, _z, _t;

    private EdwardsPoint(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t) => (_x, _y, _z, _t) = (x, y, z, t);

    public static EdwardsPoint Identity => new(FieldElement.Zero, FieldElement.One, FieldElement.One, FieldElement.Zero);

    /// <summary>The base point B.</summary>
    public static readonly EdwardsPoint Base = DecodeBase();

    /// <summary>Decodes as ZIP-215 asks: y of p and above is taken modulo p, and x = 0 may come with the sign bit set.</summary>
    /// <returns>False when no point of the curve has that y.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> encoding, out EdwardsPoint point)
    {
        point = default;
        var y = FieldElement.FromBytes(encoding);
        var yy = y.Square();
        var u = yy - FieldElement.One;
        var v = (yy * D) + FieldElement.One;

        // x = sqrt(u/v) = u v^3 (u v^7)^((p-5)/8), up to a factor of sqrt(-1): RFC 8032 section 5.1.3.
        var v3 = v.Square() * v;
        var x = u * v3 * (v3.Square() * v * u).Power22523();
        var vxx = v * x.Square();
        if (!(vxx - u).IsZero)
        {
            if (!(vxx + u).IsZero) return false;
            x *= SqrtMinusOne;
        }
        if (x.IsNegative != (encoding[31] >> 7 == 1)) x = -x;
        point = new(x, y, FieldElement.One, x * y);
        return true;
    }

    public bool IsIdentity => _x.IsZero && (_y - _z).IsZero;

    public static EdwardsPoint operator -(in EdwardsPoint p) => new(-p._x, p._y, p._z, -p._t);

    public EdwardsPoint Double()
    {
        var a = _x.Square();
        var b = _y.Square();
        var zz = _z.Square();
        var h = a + b;
        var e = h - (_x + _y).Square();
        var g = a - b;
        var f = zz + zz + g;
        return new(e * f, g * h, f * g, e * h);
    }

    /// <summary>The point in the form that additions take.</summary>
    public Addend ToAddend() => new(_y + _x, _y - _x, _z + _z, _t * TwiceD);

    public EdwardsPoint Add(in Addend q) => Combine((_y - _x) * q.Minus, (_y + _x) * q.Plus, _t * q.TwiceDT, _z * q.TwiceZ);

    // -Q swaps y + x with y - x and negates T.
    public EdwardsPoint Subtract(in Addend q) => Combine((_y - _x) * q.Plus, (_y + _x) * q.Minus, -(_t * q.TwiceDT), _z * q.TwiceZ);

    private static EdwardsPoint Combine(in FieldElement a, in FieldElement b, in FieldElement c, in FieldElement d)
    {
        FieldElement e = b - a, f = d - c, g = d + c, h = b + a;
        return new(e * f, g * h, f * g, e * h);
    }

    /// <summary>What an addition needs of its second operand, computed once.</summary>
    public readonly struct Addend(FieldElement plus, FieldElement minus, FieldElement twiceZ, FieldElement twiceDT)
    {
        public readonly FieldElement Plus = plus, Minus = minus, TwiceZ = twiceZ, TwiceDT = twiceDT;
    }

    private static EdwardsPoint DecodeBase()
    {
        Span<byte> encoding = stackalloc byte[32];
        encoding.Fill(0x66);
        encoding[0] = 0x58;   // y = 4/5, x even
        return TryDecode(encoding, out var point) ? point : throw new UnreachableException("base point");
    }

    // Static fields are initialized in the order of their text, and Base above needs these: hence properties over literals.
    private static FieldElement D => FieldElement.FromBytes(
    [
        0xA3, 0x78, 0x59, 0x13, 0xCA, 0x4D, 0xEB, 0x75, 0xAB, 0xD8, 0x41, 0x41, 0x4D, 0x0A, 0x70, 0x00,
        0x98, 0xE8, 0x79, 0x77, 0x79, 0x40, 0xC7, 0x8C, 0x73, 0xFE, 0x6F, 0x2B, 0xEE, 0x6C, 0x03, 0x52,
    ]);

    private static FieldElement SqrtMinusOne => FieldElement.FromBytes(
    [
        0xB0, 0xA0, 0x0E, 0x4A, 0x27, 0x1B, 0xEE, 0xC4, 0x78, 0xE4, 0x2F, 0xAD, 0x06, 0x18, 0x43, 0x2F,
        0xA7, 0xD7, 0xFB, 0x3D, 0x99, 0x00, 0x4D, 0x2B, 0x0B, 0xDF, 0xC1, 0x4F, 0x80, 0x24, 0x83, 0x2B,
    ]);

    private static FieldElement TwiceD => D + D;
}
