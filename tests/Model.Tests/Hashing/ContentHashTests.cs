using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hhs.Model.Hashing;

namespace Hhs.Model.Tests.Hashing;

public class ContentHashTests
{
    [Fact]
    public void Text_is_the_padded_Base64_of_the_digest_and_reads_back() => Prop.ForAll(Digests, digest =>
    {
        var hash = ContentHash.FromDigest(digest);
        string text = Convert.ToBase64String(digest);
        Assert.Equal(text, hash.ToString());
        Assert.Equal(digest, hash.ToBytes());
        Assert.Equal(hash, ContentHash.Parse(text));
        Assert.True(ContentHash.TryParse(Encoding.ASCII.GetBytes(text), out var fromAscii));
        Assert.Equal(hash, fromAscii);
        Assert.Equal(hash.GetHashCode(), fromAscii.GetHashCode());
        byte[] formatted = new byte[ContentHash.TextLength];
        hash.FormatTo(formatted);
        Assert.Equal(text, Encoding.ASCII.GetString(formatted));
        Assert.Equal(text[..8], hash.Short);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Order_is_the_ordinal_order_of_the_texts() => Prop.ForAll(Digests, Digests, Gen.Choose(0, 255).ToArbitrary(), (a, b, bit) =>
    {
        // Independent digests differ in the first digit most often; a flipped bit reaches all the others.
        byte[] near = (byte[])a.Clone();
        near[bit / 8] ^= (byte)(1 << (bit % 8));
        foreach (byte[] other in new[] { a, b, near })
        {
            ContentHash x = ContentHash.FromDigest(a), y = ContentHash.FromDigest(other);
            int expected = Math.Sign(string.CompareOrdinal(x.ToString(), y.ToString()));
            Assert.Equal(expected, Math.Sign(x.CompareTo(y)));
            Assert.Equal(-expected, Math.Sign(y.CompareTo(x)));
            Assert.Equal(expected == 0, x == y);
            Assert.Equal(expected != 0, x != y);
            Assert.Equal(expected == 0, x.Equals((object)y));
            Assert.Equal(expected < 0, x < y);
            Assert.Equal(expected > 0, x > y);
            Assert.Equal(expected <= 0, x <= y);
            Assert.Equal(expected >= 0, x >= y);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_hash_of_bytes_is_their_SHA_256() =>
        Assert.Equal(SHA256.HashData("abc"u8), ContentHash.Of("abc"u8).ToBytes());

    [Fact]
    public void Of_the_four_spellings_that_decode_to_one_digest_only_the_canonical_one_is_taken() => Prop.ForAll(Digests, digest =>
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        string text = Convert.ToBase64String(digest);
        for (int spare = 1; spare < 4; spare++)
        {
            string other = text[..42] + alphabet[alphabet.IndexOf(text[42]) + spare] + "=";
            Assert.Equal(digest, Convert.FromBase64String(other));
            Assert.False(ContentHash.TryParse(other, out var hash));
            Assert.Equal(default, hash);
            Assert.Throws<FormatException>(() => ContentHash.Parse(other));
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("YeG+SWyMfUqORJixEoqT++55nDRqVnnbbttTptLaNGk")]        // no padding
    [InlineData("YeG+SWyMfUqORJixEoqT++55nDRqVnnbbttTptLaNG==")]       // 31 bytes
    [InlineData("YeG+SWyMfUqORJixEoqT++55nDRqVnnbbttTptLaNGkA")]       // 33 bytes
    [InlineData("YeG-SWyMfUqORJixEoqT--55nDRqVnnbbttTptLaNGk=")]       // the URL alphabet
    [InlineData("YeG+SWyMfUqORJixEoqT+ +55nDRqVnnbbttTptLaNG=")]       // a space
    [InlineData("YeG+SWyMfUqORJixEoqT++55nDRqVnnbbttTptLaNGk=\n")]
    [InlineData(" YeG+SWyMfUqORJixEoqT++55nDRqVnnbbttTptLaNGk=")]
    [InlineData("YeG+SWyMfUqORJixEoqT++55nDRqVnnbbttTptLaNG\u00ff=")]
    [InlineData("YeG+SWyMfUqORJixEoqT++55nDRqVnnbbttTptLaNG\u4e8c=")]
    [InlineData("=eG+SWyMfUqORJixEoqT++55nDRqVnnbbttTptLaNGk=")]
    public void Anything_but_44_characters_of_padded_standard_Base64_is_refused(string text)
    {
        Assert.False(ContentHash.TryParse(text, out _));
        Assert.False(ContentHash.TryParse(Encoding.UTF8.GetBytes(text), out _));
        Assert.False(ContentHash.TryParse(Encoding.Latin1.GetBytes(text), out _));
    }

    [Fact]
    public void Every_changed_character_changes_the_hash_or_is_refused()
    {
        const string text = "YeG+SWyMfUqORJixEoqT++55nDRqVnnbbttTptLaNGk=";
        var hash = ContentHash.Parse(text);
        for (int at = 0; at < text.Length; at++)
        {
            for (int unit = 0; unit < 256; unit++)
            {
                string changed = text[..at] + (char)unit + text[(at + 1)..];
                if (ContentHash.TryParse(changed, out var other)) Assert.Equal((changed == text, changed), (other == hash, other.ToString()));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_digest_of_another_length_is_the_callers_mistake(int length) =>
        Assert.Throws<ArgumentException>(() => ContentHash.FromDigest(new byte[length]));

    private static Arbitrary<byte[]> Digests =>
        Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(ContentHash.SizeBytes).ToArbitrary();
}
