using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Json;

public class CanonicalJsonTests
{
    private static readonly JsonElement[] Cases = [.. Vector.File("canonical_json.json").GetProperty("cases").EnumerateArray()];

    [Theory]
    [MemberData(nameof(CaseNumbers))]
    public void A_text_is_canonicalized_and_hashed_or_refused_as_by_the_original(int number)
    {
        var vector = Cases[number];
        bool read = LiteralReader.TryRead(Encoding.UTF8.GetBytes(vector.Text("json")), out var literal, out var why);
        if (vector.TryGetProperty("error", out _))
        {
            Assert.False(read);
            Assert.Equal(RejectCode.Malformed, why.Code);
            return;
        }
        Assert.True(read, why.Detail);
        byte[] canonical = CanonicalJson.Write(literal);
        Assert.Equal(vector.Text("canonicalUtf8Hex"), Convert.ToHexStringLower(canonical));
        if (vector.TryGetProperty("canonical", out var text)) Assert.Equal(text.GetString(), Encoding.UTF8.GetString(canonical));
        Assert.Equal(vector.Text("sha256B64"), CanonicalJson.Hash(literal).ToString());

        // The other direction: what we write for the wire and the journal stands for the same literal.
        Assert.True(LiteralReader.TryRead(JsonText.Write(literal), out var again, out why), why.Detail);
        Assert.Equal(literal, again);
        Assert.Equal(canonical, CanonicalJson.Write(again));
    }

    [Fact]
    public void All_cases_of_the_original_are_there() => Assert.Equal(69, Cases.Length);

    [Fact]
    public void The_order_of_keys_in_the_text_does_not_matter() => Prop.ForAll(
        (from key in Literals.Texts from value in Literals.Of(3) select KeyValuePair.Create(key, value)).ArrayOf().ToArbitrary(),
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        (pairs, seed) =>
        {
            pairs = [.. pairs.DistinctBy(p => p.Key)];
            byte[] canonical = CanonicalJson.Write(Literal.Map.FromPairs([.. pairs]));
            new System.Random(seed).Shuffle(pairs);
            string text = "{" + string.Join(" , ", pairs.Select(p => $"{KeyText(p.Key)}:{p.Value}")) + "}";
            Assert.True(LiteralReader.TryRead(Encoding.UTF8.GetBytes(text), out var read, out var why), why.Detail);
            Assert.Equal(canonical, CanonicalJson.Write(read));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Keys_are_in_the_order_of_their_UTF_16_units() => Prop.ForAll(Literals.Arbitrary, literal =>
    {
        if (literal is not Literal.Map map) return;
        for (int i = 1; i < map.Count; i++) Assert.True(string.CompareOrdinal(map.Entries[i - 1].Key, map.Entries[i].Key) < 0);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(12345)]
    public void Arrays_are_in_the_string_order_of_their_indices(int length)
    {
        Literal array = new Literal.Array([.. Enumerable.Range(0, length).Select(i => (Literal)i)]);
        var indices = Enumerable.Range(0, length).Select(i => i.ToString()).Order(StringComparer.Ordinal);
        Assert.Equal($"[{string.Join(',', indices)}]", Encoding.UTF8.GetString(CanonicalJson.Write(array)));
    }

    [Fact]
    public void The_hash_is_the_SHA_256_of_the_canonical_text() => Prop.ForAll(Literals.Arbitrary, literal =>
        Assert.Equal(SHA256.HashData(CanonicalJson.Write(literal)), CanonicalJson.Hash(literal).ToBytes())).QuickCheckThrowOnFailure();

    public static TheoryData<int> CaseNumbers => [.. Enumerable.Range(0, Cases.Length)];

    private static string KeyText(string key)
    {
        var buffer = new JsonBuffer();
        JsonText.WriteString(key, buffer);
        return Encoding.UTF8.GetString(buffer.Written);
    }
}
