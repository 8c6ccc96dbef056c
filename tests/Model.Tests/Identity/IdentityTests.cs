using System.Text;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;

namespace Hhs.Model.Tests.Identity;

public class IdentityTests
{
    [Fact]
    public void Seeds_give_the_keys_serialized_forms_and_ids_of_the_vectors()
    {
        int cases = 0;
        foreach (var v in CryptoVectors.Root.GetProperty("identities").EnumerateArray())
        {
            if (!v.Has("secretKeySeedHex")) continue;   // the post-quantum suites, which are not known here
            var secret = SecretKey.FromSeed(v.Hex("secretKeySeedHex"));
            Assert.Equal(v.Hex("publicKeyHex"), secret.PublicKey.Key.ToArray());
            Assert.Equal(v.Hex("serializedPublicKeyHex"), secret.PublicKey.Serialized.ToArray());
            Assert.Equal(v.Text("serializedPublicKeyB64"), secret.PublicKey.ToBase64());
            Assert.Equal(v.Text("keyId"), secret.KeyId.ToString());
            Assert.True(PublicKey.TryDecodeBase64(v.Text("serializedPublicKeyB64"), out var key, out _));
            Assert.Equal(secret.PublicKey, key);
            Assert.Equal("ed25519", key.Suite);
            cases++;
        }
        Assert.Equal(5, cases);
    }

    [Fact]
    public void A_generated_key_signs_what_its_public_half_verifies()
    {
        var secret = SecretKey.Generate(new SeededRandom(7));
        Assert.True(secret.PublicKey.TryVerify("m"u8, secret.Sign("m"u8), out _));
        Assert.False(secret.PublicKey.TryVerify("n"u8, secret.Sign("m"u8), out var why));
        Assert.Equal(RejectCode.BadSignature, why.Code);
        var seed = new byte[32];
        secret.CopySeedTo(seed);
        Assert.Equal(secret.KeyId, SecretKey.FromSeed(seed).KeyId);
        Assert.DoesNotContain(Convert.ToBase64String(seed), secret.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_an_unknown_suite_has_an_id_and_verifies_nothing()
    {
        var key = new PublicKey("ml-dsa-65", new byte[1952]);
        Assert.True(PublicKey.TryDecode(key.Serialized.Span, out var again, out _));
        Assert.Equal(key.KeyId, again.KeyId);
        Assert.False(key.TryVerify("m"u8, new byte[3309], out var why));
        Assert.Equal(RejectCode.Unsupported, why.Code);
    }

    [Theory]
    [InlineData("", null, 0)]
    [InlineData("000000", null, 0)]
    [InlineData("00000000", "", 0)]
    [InlineData("00000000aabb", "", 2)]
    [InlineData("00000003616263", "abc", 0)]
    [InlineData("ffffffff6162", "ab", 0)]      // a length past the end: a shorter name, no key
    [InlineData("80000000", "", 0)]
    [InlineData("00000004efbbbf6101", "a", 1)] // a byte order mark is dropped
    [InlineData("00000001ff01", "\ufffd", 1)]
    public void Serialized_keys_are_decoded_as_laxly_as_the_original_does(string hex, string? suite, int keyBytes)
    {
        bool ok = PublicKey.TryDecode(Convert.FromHexString(hex), out var key, out var why);
        Assert.Equal(suite is not null, ok);
        if (!ok) { Assert.Equal(RejectCode.Malformed, why.Code); return; }
        Assert.Equal(suite, key!.Suite);
        Assert.Equal(keyBytes, key.Key.Length);
        byte[] again = [0, 0, 0, (byte)Encoding.UTF8.GetByteCount(suite!), .. Encoding.UTF8.GetBytes(suite!), .. key.Key.Span];
        Assert.Equal(new KeyId(ContentHash.Of(again)), key.KeyId);
    }

    [Fact]
    public void A_serialized_key_over_the_limit_is_refused()
    {
        Assert.False(PublicKey.TryDecode(new byte[Limits.PublicKeyBytesMax + 1], out _, out var why));
        Assert.Equal(RejectCode.OverLimit, why.Code);
        Assert.True(PublicKey.TryDecode(new byte[Limits.PublicKeyBytesMax], out _, out _));
    }

    [Fact]
    public void Key_ids_sort_as_their_texts_do()
    {
        var random = new Random(3);
        var bytes = new byte[32];
        var ids = new List<KeyId>();
        for (int i = 0; i < 200; i++) { random.NextBytes(bytes); ids.Add(new(ContentHash.Of(bytes))); }
        ids.Sort();
        var texts = ids.ConvertAll(id => id.ToString());
        Assert.Equal(texts.Order(StringComparer.Ordinal), texts);
        Assert.All(ids, id => Assert.True(KeyId.TryParse(id.ToString(), out var same) && same == id));
        Assert.False(KeyId.TryParse("not a key id", out _));
    }

    [Fact]
    public void Random_bytes_decode_to_a_key_or_a_reason_and_never_throw()
    {
        var random = new Random(44);
        byte[] valid = new PublicKey("ed25519", new byte[32]).Serialized.ToArray();
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bytes = i % 2 == 0 ? new byte[random.Next(60)] : [.. valid];
            if (i % 2 == 0) random.NextBytes(bytes);
            else for (int n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            bool ok = PublicKey.TryDecode(bytes, out var key, out var why);
            Assert.True(ok == key is not null && ok == (why == default), $"case {i} of seed 44");
            if (ok) Assert.False(key!.TryVerify("m"u8, bytes, out _));
        }
    }

    internal sealed class SeededRandom(int seed) : IRandomSource
    {
        private readonly Random _random = new(seed);

        public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
    }
}
