using Hhs.Model.Identity;

namespace Hhs.Model.Tests.Identity;

public class ForgivingBase64Tests
{
    [Theory]
    [InlineData("", "")]
    [InlineData(" \t\n\f\r", "")]
    [InlineData("YQ==", "61")]
    [InlineData("YQ", "61")]
    [InlineData("YR==", "61")]            // spare bits may be anything
    [InlineData("YWI=", "6162")]
    [InlineData("YWI", "6162")]
    [InlineData("YWJj", "616263")]
    [InlineData(" Y W\nJ\tj ", "616263")]
    [InlineData("Y Q = =", "61")]
    [InlineData("YWJjZA= =\n", "61626364")]
    [InlineData("+/+/", "fbffbf")]
    public void Text_that_browsers_decode_is_decoded(string text, string hex)
    {
        Assert.True(ForgivingBase64.TryDecode(text, 100, out var bytes));
        Assert.Equal(hex, Convert.ToHexStringLower(bytes));
    }

    [Theory]
    [InlineData("Y")]
    [InlineData("YWJjZ")]
    [InlineData("YQ=")]                   // padding that completes no group of four
    [InlineData("=")]
    [InlineData("==")]
    [InlineData("===")]
    [InlineData("====")]
    [InlineData("Y===")]
    [InlineData("YW=j")]
    [InlineData("=YWJ")]
    [InlineData("YWI==")]
    [InlineData("-_-_")]
    [InlineData("!!!")]
    [InlineData("YW\u000bJj")]            // a vertical tab is no white space here
    [InlineData("YW\u00a0Jj")]
    [InlineData("YWJ\u017f")]
    public void Text_that_browsers_refuse_is_refused(string text) =>
        Assert.False(ForgivingBase64.TryDecode(text, 100, out _));

    [Fact]
    public void A_value_over_the_bound_is_refused_and_one_at_the_bound_is_not()
    {
        Assert.True(ForgivingBase64.TryDecode(Convert.ToBase64String(new byte[64]), 64, out _));
        Assert.False(ForgivingBase64.TryDecode(Convert.ToBase64String(new byte[65]), 64, out _));
    }

    [Fact]
    public void Random_text_never_throws_and_agrees_with_a_plain_decoder_of_the_same_rules()
    {
        const string Pool = "ABCabc019+/=== \n\t-_!\u00e9";
        var random = new Random(64);
        int decoded = 0;
        for (int i = 0; i < 10_000; i++)
        {
            var text = string.Create(random.Next(14), random, (chars, r) => { foreach (ref char c in chars) c = Pool[r.Next(i % 2 == 0 ? 11 : Pool.Length)]; });
            byte[]? expected = Plain(text);
            bool ok = ForgivingBase64.TryDecode(text, 100, out var bytes);
            Assert.True(ok == expected is not null, $"case {i} of seed 64: {text}");
            if (ok) { Assert.Equal(expected, bytes); decoded++; }
        }
        Assert.True(decoded > 1000);
    }

    // The steps of the standard, literally.
    private static byte[]? Plain(string text)
    {
        string data = new([.. text.Where(c => !"\t\n\f\r ".Contains(c, StringComparison.Ordinal))]);
        if (data.Length % 4 == 0) data = data.EndsWith("==", StringComparison.Ordinal) ? data[..^2] : data.EndsWith('=') ? data[..^1] : data;
        if (data.Length % 4 == 1 || data.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not '+' and not '/')) return null;
        return Convert.FromBase64String(data.PadRight((data.Length + 3) / 4 * 4, '='));
    }
}
