using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Json;

public class LiteralReaderTests
{
    [Fact]
    public void Every_literal_written_as_text_reads_back_as_itself() => Prop.ForAll(Literals.Arbitrary, literal =>
    {
        byte[] text = JsonText.Write(literal);
        Assert.True(LiteralReader.TryRead(text, int.MaxValue, out var read, out var why), why.Detail);
        Assert.Equal(literal, read);
        Assert.Equal(literal.GetHashCode(), read.GetHashCode());
        Assert.Equal(text, JsonText.Write(read));
        Assert.Equal(CanonicalJson.Write(literal), CanonicalJson.Write(read));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Texts_written_are_JSON_to_an_independent_reader() => Prop.ForAll(Literals.Arbitrary, literal =>
    {
        using var parsed = System.Text.Json.JsonDocument.Parse(JsonText.Write(literal), new() { MaxDepth = 100 });
        Assert.NotEqual(System.Text.Json.JsonValueKind.Undefined, parsed.RootElement.ValueKind);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("{\"a\":null}")]
    [InlineData("nul")]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    [InlineData("[1e309]")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("1 2")]
    [InlineData("{}{}")]
    [InlineData("true x")]
    [InlineData("true\0")]
    [InlineData("truetrue")]
    [InlineData("\ufeff1")]
    [InlineData("\u00a01")]
    [InlineData("\v1")]
    [InlineData("01")]
    [InlineData("-01")]
    [InlineData("00")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1.e5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e1.5")]
    [InlineData("0x10")]
    [InlineData("1_000")]
    [InlineData("1,5")]
    [InlineData("\u0661")]
    [InlineData("[1,]")]
    [InlineData("[,1]")]
    [InlineData("[1 2]")]
    [InlineData("[1}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{,}")]
    [InlineData("{\"a\"}")]
    [InlineData("{\"a\":}")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{a:1}")]
    [InlineData("{'a':1}")]
    [InlineData("{1:1}")]
    [InlineData("{\"a\":1]")]
    [InlineData("'a'")]
    [InlineData("\"a")]
    [InlineData("\"a\\\"")]
    [InlineData("\"\\")]
    [InlineData("\"a\nb\"")]
    [InlineData("\"\\n\n\"")]
    [InlineData("\"a\0b\"")]
    [InlineData("\"\\x41\"")]
    [InlineData("\"\\a\"")]
    [InlineData("\"\\'\"")]
    [InlineData("\"\\U0041\"")]
    [InlineData("\"\\u12\"")]
    [InlineData("\"\\u12G4\"")]
    [InlineData("\"\\u 123\"")]
    [InlineData("\"\\u+123\"")]
    [InlineData("\"\\ud83d\\u\"")]
    [InlineData("// c\n1")]
    [InlineData("/* c */1")]
    [InlineData("True")]
    [InlineData("undefined")]
    public void What_is_no_literal_is_refused(string text) => AssertRefused(Encoding.UTF8.GetBytes(text), RejectCode.Malformed);

    [Theory]
    [InlineData("22c02022")]                 // a lead byte alone
    [InlineData("22c0af22")]                 // overlong
    [InlineData("22e080af22")]               // overlong
    [InlineData("22eda0bd22")]               // a surrogate
    [InlineData("22eda0bdedb88022")]         // a pair of surrogates (CESU-8)
    [InlineData("22f490808022")]             // over U+10FFFF
    [InlineData("22f880808022")]
    [InlineData("228022")]                   // a continuation byte alone
    [InlineData("22ff22")]
    [InlineData("22e28222")]                 // cut short
    [InlineData("80")]
    [InlineData("31ff")]
    public void Ill_formed_UTF_8_is_refused(string hex) => AssertRefused(Convert.FromHexString(hex), RejectCode.Malformed);

    [Theory]
    [InlineData("\"\\ud83d\"", "\ufffd")]
    [InlineData("\"\\ude00x\"", "\ufffdx")]
    [InlineData("\"\\ude00\\ud83d\"", "\ufffd\ufffd")]
    [InlineData("\"\\ud83d\\ude00\"", "\ud83d\ude00")]
    [InlineData("\"\\uD83D\\uDE00\"", "\ud83d\ude00")]
    [InlineData("\"\\ud83d \\ude00\"", "\ufffd \ufffd")]
    [InlineData("\"\\ud83d\\ud83d\\ude00\"", "\ufffd\ud83d\ude00")]
    [InlineData("\"\\u0000\\/\\b\\f\\n\\r\\t\\\\\\\"\"", "\0/\b\f\n\r\t\\\"")]
    [InlineData("\"\\u00E9\u00e9\"", "\u00e9\u00e9")]
    [InlineData("\"\u007f\u2028\"", "\u007f\u2028")]
    [InlineData(" \t\r\n\"\" \t\r\n", "")]
    public void Strings_are_unescaped_and_lone_surrogates_replaced(string text, string expected) =>
        Assert.Equal(expected, Assert.IsType<Literal.String>(Read(text)).Value);

    [Theory]
    [InlineData("-0", 0.0)]
    [InlineData("-0.0e5", 0.0)]
    [InlineData("42.0", 42.0)]
    [InlineData("4.2e1", 42.0)]
    [InlineData("1E2", 100.0)]
    [InlineData("1e-400", 0.0)]
    [InlineData("9007199254740993", 9007199254740992.0)]
    [InlineData("1.7976931348623157e308", double.MaxValue)]
    [InlineData("0.1e1", 1.0)]
    public void Numbers_are_the_nearest_doubles(string text, double expected)
    {
        double value = Assert.IsType<Literal.Number>(Read(text)).Value;
        Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(value));
    }

    [Fact]
    public void Of_equal_keys_the_last_wins_however_they_are_spelt()
    {
        var map = Assert.IsType<Literal.Map>(Read("{\"b\":0,\"a\":1,\"\\u0061\":2,\"b\":3}"));
        Assert.Equal(2, map.Count);
        Assert.Equal(2, map["a"]);
        Assert.Equal(3, map["b"]);
    }

    [Fact]
    public void Keys_that_differ_in_lone_surrogates_stay_apart()
    {
        var map = Assert.IsType<Literal.Map>(Read("{\"\\ud800\":1,\"\\ufffd\":2,\"\\udc00\":3}"));
        Assert.Equal(["\ud800", "\udc00", "\ufffd"], map.Entries.ToArray().Select(e => e.Key));
        Assert.Equal(map, Read(map.ToString()));
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    [InlineData("[{\"a\":", "}]")]
    public void Nesting_is_read_up_to_the_limit_and_refused_beyond(string open, string close)
    {
        int levels = open.Count(c => c is '[' or '{');
        int most = Limits.JsonDepthMax / levels;
        Read(Nested(most));
        AssertRefused(Encoding.UTF8.GetBytes(Nested(most + 1)), RejectCode.OverLimit);
        AssertRefused(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, 100_000))), RejectCode.OverLimit);

        string Nested(int times) => string.Concat(Enumerable.Repeat(open, times)) + "0" + string.Concat(Enumerable.Repeat(close, times));
    }

    [Fact]
    public void Text_over_the_size_limit_is_refused_unread()
    {
        byte[] most = Encoding.UTF8.GetBytes($"\"{new string('a', Limits.PayloadBytesMax - 2)}\"");
        Assert.True(LiteralReader.TryRead(most, out _, out _));
        byte[] more = Encoding.UTF8.GetBytes($"\"{new string('a', Limits.PayloadBytesMax - 1)}\"");
        Assert.False(LiteralReader.TryRead(more, out _, out var why));
        Assert.Equal(RejectCode.OverLimit, why.Code);
        Assert.True(LiteralReader.TryRead("[1]"u8, 3, out _, out _));
        Assert.False(LiteralReader.TryRead("[12]"u8, 3, out _, out _));
    }

    [Fact]
    public void Every_truncation_of_a_text_is_refused()
    {
        const string text = "{\"k\\u00e9\\n\":[true,false,-1.5e+10,\"\\ud83d\\ude00 \u00e9\u4e8c\ud83d\ude00\\\\\",{\"\":{}}],\"z\":[[],\"\"]}";
        byte[] whole = Encoding.UTF8.GetBytes(text);
        Read(text);
        for (int length = 0; length < whole.Length; length++) AssertRefused(whole[..length], RejectCode.Malformed);
        foreach (string word in new[] { "true", "false", "-1.5e+10x", "\"\\ud83d\\ude00\"" })
        {
            byte[] bytes = Encoding.UTF8.GetBytes(word);
            for (int length = 0; length < bytes.Length; length++) LiteralReader.TryRead(bytes.AsSpan(0, length), out _, out _);
        }
    }

    [Fact]
    public void Every_changed_byte_gives_a_literal_that_survives_a_round_trip_or_a_reason()
    {
        byte[] whole = Encoding.UTF8.GetBytes("{\"k\\u00e9\":[true,-1.5e+1,\"\\ud83d\\ude00 \u00e9\\\\\",{\"\":{}}]}");
        for (int at = 0; at < whole.Length; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] changed = [.. whole];
                changed[at] = (byte)value;
                AssertReadOrReason(changed);
            }
        }
    }

    [Fact]
    public void No_bytes_at_all_make_the_reader_throw() => Prop.ForAll(
        Gen.Elements("{}[]\":,\\u dtrufalsen019.eE+-\n\u0000\u00ff\u00c3\u00a9".Select(c => (byte)c).ToArray()).ArrayOf().ToArbitrary(),
        AssertReadOrReason).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    private static void AssertReadOrReason(byte[] text)
    {
        if (!LiteralReader.TryRead(text, out var literal, out var why))
        {
            Assert.NotEmpty(why.Detail);
            return;
        }
        Assert.True(LiteralReader.TryRead(JsonText.Write(literal), out var again, out why), why.Detail);
        Assert.Equal(literal, again);
    }

    private static Literal Read(string text)
    {
        Assert.True(LiteralReader.TryRead(Encoding.UTF8.GetBytes(text), out var literal, out var why), why.Detail);
        return literal;
    }

    private static void AssertRefused(byte[] text, RejectCode code)
    {
        Assert.False(LiteralReader.TryRead(text, out _, out var why), Encoding.UTF8.GetString(text));
        Assert.Equal(code, why.Code);
        Assert.NotEmpty(why.Detail);
    }
}
