using FsCheck;
using FsCheck.Fluent;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Json;

/// <summary>Random literals: awkward characters, keys that differ late, numbers of all magnitudes, arrays on both sides of 10.</summary>
internal static class Literals
{
    public static Arbitrary<Literal> Arbitrary => Gen.Sized(size => Of(Math.Min(size, 24))).ToArbitrary();

    public static Gen<double> Numbers => Gen.OneOf(
        Gen.Choose(-1000, 1000).Select(i => (double)i),
        Gen.Choose(int.MinValue, int.MaxValue).Select(i => i / 1000.0),
        from bits in Bits
        let value = BitConverter.Int64BitsToDouble(bits)
        select double.IsFinite(value) ? value : 1e21);

    public static Gen<string> Texts => Gen.Elements(
        'a', 'b', '"', '\\', '/', '\0', '\n', '\u001f', '\u007f', '\u2028', '\u00e9', '\u0301', '\uff5e', '\ue000', '\ufffd', '\ufeff', '\ud83d', '\ude00')
        .ArrayOf().Select(units => new string(units));

    public static Gen<Literal> Of(int size) => size == 0 ? Leaf : Gen.OneOf(
        Leaf,
        Of(size / 3).ArrayOf(size).Select(items => (Literal)new Literal.Array(items)),
        (from key in Texts from value in Of(size / 3) select new KeyValuePair<string, Literal>(key, value))
            .ArrayOf(size).Select(pairs => (Literal)Literal.Map.FromPairs(pairs)));

    private static Gen<Literal> Leaf => Gen.OneOf(
        Gen.Elements<Literal>(true, false),
        Numbers.Select(n => (Literal)n),
        Texts.Select(t => (Literal)t));

    private static Gen<long> Bits =>
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        select ((long)high << 32) | (uint)low;
}
