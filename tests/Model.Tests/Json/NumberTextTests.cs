using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Json;

public class NumberTextTests
{
    // RFC 8785 appendix B, by bits, and the edges of ECMA-262's four layouts.
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void A_number_is_printed_as_ECMAScript_prints_it(ulong bits, string expected) =>
        Assert.Equal(expected, Print(BitConverter.UInt64BitsToDouble(bits)));

    [Theory]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(999999999999999, "999999999999999")]
    [InlineData(-1e15, "-1000000000000000")]
    [InlineData(1e16, "10000000000000000")]
    [InlineData(1e17, "100000000000000000")]
    [InlineData(123456789012345680000.0, "123456789012345680000")]
    [InlineData(0.1, "0.1")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(1.5, "1.5")]
    [InlineData(0.00001, "0.00001")]
    [InlineData(1.5e-7, "1.5e-7")]
    [InlineData(1e-10, "1e-10")]
    [InlineData(4.9406564584124654e-324, "5e-324")]
    [InlineData(2.2250738585072014e-308, "2.2250738585072014e-308")]
    [InlineData(1e100, "1e+100")]
    [InlineData(123.456, "123.456")]
    [InlineData(100.5, "100.5")]
    public void Layouts_change_where_ECMA_262_says(double value, string expected) => Assert.Equal(expected, Print(value));

    [Fact]
    public void Every_number_reads_back_exactly_and_fits_its_room() => Prop.ForAll(Literals.Numbers.ToArbitrary(), value =>
    {
        string text = Print(value);
        Assert.Equal(value == 0 ? 0 : value, double.Parse(text, CultureInfo.InvariantCulture));
        Assert.Matches("^-?(0|[1-9][0-9]*)([.][0-9]*[1-9])?(e[+-][1-9][0-9]*)?$", text);
        bool plain = Math.Abs(value) is 0 or (>= 1e-6 and < 1e21);
        Assert.Equal(plain, !text.Contains('e'));
        Assert.InRange(text.Length, 1, NumberText.BytesMax);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    private static string Print(double value)
    {
        Span<byte> text = stackalloc byte[NumberText.BytesMax];
        return Encoding.ASCII.GetString(text[..NumberText.Format(value, text)]);
    }
}
