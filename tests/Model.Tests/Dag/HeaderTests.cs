using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Dag;

public class HeaderTests
{
    private const string A = "YeG+SWyMfUqORJixEoqT++55nDRqVnnbbttTptLaNGk=";
    private const string B = "pjJqooXG9SJCwPBngicc8Xpu44+D6FKSsh54cY96HmI=";

    [Fact]
    public void The_text_of_a_header_is_its_canonical_text_and_reads_back() => Prop.ForAll(
        Gen.Choose(0, 40).SelectMany(n => Gen.Choose(0, int.MaxValue).ArrayOf(n)).ToArbitrary(),
        numbers =>
        {
            var prev = Position.Of([.. numbers.Select(n => ContentHash.Of(BitConverter.GetBytes(n)))]);
            var header = new Header(ContentHash.Of([1]), prev);
            var text = new JsonBuffer();
            header.Write(text);
            Assert.True(LiteralReader.TryRead(text.Written, out var literal, out _));
            Assert.Equal(CanonicalJson.Write(literal), text.Written.ToArray());
            Assert.Equal(CanonicalJson.Hash(literal), header.Hash);
            Assert.Equal(prev.ToLiteral(), ((Literal.Map)literal)["prevEntryHashes"]);
            Assert.True(Header.TryRead(literal, out var read, out _));
            Assert.Equal((header.Hash, header.PayloadHash, header.PrevEntryHashes), (read.Hash, read.PayloadHash, read.PrevEntryHashes));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"payloadHash\":\"" + A + "\"}")]
    [InlineData("{\"prevEntryHashes\":{}}")]
    [InlineData("{\"payloadHash\":\"" + A + "\",\"prevEntryHashes\":{},\"extra\":1}")]
    [InlineData("{\"payloadHash\":\"" + A + "\",\"prevEntryHash\":{}}")]
    [InlineData("{\"payloadHash\":1,\"prevEntryHashes\":{}}")]
    [InlineData("{\"payloadHash\":\"abc=\",\"prevEntryHashes\":{}}")]
    [InlineData("{\"payloadHash\":\"YeG+SWyMfUqORJixEoqT++55nDRqVnnbbttTptLaNGl=\",\"prevEntryHashes\":{}}")]
    [InlineData("{\"payloadHash\":\"" + A + "\",\"prevEntryHashes\":[\"" + B + "\"]}")]
    [InlineData("{\"payloadHash\":\"" + A + "\",\"prevEntryHashes\":\"\"}")]
    [InlineData("{\"payloadHash\":\"" + A + "\",\"prevEntryHashes\":{\"" + B + "\":\"x\"}}")]
    [InlineData("{\"payloadHash\":\"" + A + "\",\"prevEntryHashes\":{\"" + B + "\":true}}")]
    [InlineData("{\"payloadHash\":\"" + A + "\",\"prevEntryHashes\":{\"x\":\"\"}}")]
    public void Anything_but_the_two_fields_of_hashes_is_refused(string text)
    {
        Assert.True(LiteralReader.TryRead(Encoding.UTF8.GetBytes(text), out var literal, out _));
        Assert.False(Header.TryRead(literal, out _, out var why));
        Assert.Equal(RejectCode.Malformed, why.Code);
    }

    [Fact]
    public void Predecessors_are_bounded()
    {
        Assert.True(Header.TryRead(WithPrev(Limits.PrevEntryHashesMax), out _, out _));
        Assert.False(Header.TryRead(WithPrev(Limits.PrevEntryHashesMax + 1), out _, out var why));
        Assert.Equal(RejectCode.OverLimit, why.Code);

        static Literal WithPrev(int count) => Literal.Map.Of(
            ("payloadHash", A),
            ("prevEntryHashes", Position.Of([.. Enumerable.Range(0, count).Select(i => ContentHash.Of(BitConverter.GetBytes(i)))]).ToLiteral()));
    }

    [Fact]
    public void No_literal_at_all_is_refused()
    {
        Assert.False(Header.TryRead(null, out _, out _));
        Assert.False(Position.TryRead(null, 10, out _, out _));
    }

    [Fact]
    public void A_position_is_a_set_whatever_the_order_and_repetitions()
    {
        ContentHash a = ContentHash.Parse(A), b = ContentHash.Parse(B);
        Assert.Equal(Position.Of(a, b), Position.Of(b, a, b, a));
        Assert.Equal(Position.Of(a, b).GetHashCode(), Position.Of(b, a).GetHashCode());
        Assert.Equal([a, b], Position.Of(b, a));
        Assert.NotEqual(Position.Of(a), Position.Of(b));
        Assert.True(Position.Of(a, b).Contains(b));
        Assert.False(Position.Of(a).Contains(b));
        Assert.Same(Position.Empty, Position.Of());
    }
}
