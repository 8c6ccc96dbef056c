using Hhs.Model.Identity;
using Hhs.Model.Identity.Providers;

namespace Hhs.Model.Tests.Identity;

public class X25519Tests
{
    // RFC 7748 section 5.2, first vector.
    [Fact]
    public void Every_provider_gives_the_product_of_RFC_7748()
    {
        byte[] scalar = Convert.FromHexString("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
        byte[] point = Convert.FromHexString("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
        foreach (var provider in CurveProviders.All)
        {
            var product = new byte[32];
            Assert.True(provider.Multiply(scalar, point, product), provider.Name);
            Assert.Equal("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552", Convert.ToHexStringLower(product));
        }
    }

    [Fact]
    public void The_shared_secret_is_that_of_the_vectors()
    {
        var v = CryptoVectors.Root.GetProperty("kem")[0];
        var shared = new byte[32];
        Assert.Equal(v.Hex("recipientPublicHex"), X25519.PublicKeyOf(v.Hex("recipientSecretHex")));
        Assert.True(X25519.TryAgree(v.Hex("ephemeralSecretHex"), v.Hex("recipientPublicHex"), shared));
        Assert.Equal(v.Hex("dhHex"), shared);
        Assert.True(X25519.TryAgree(v.Hex("recipientSecretHex"), v.Hex("ciphertextHex"), shared));
        Assert.Equal(v.Hex("dhHex"), shared);
    }

    // y-coordinates of Ed25519's small-order points turned into u, and the values 0, 1, p-1, p, p+1.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    public void A_public_key_of_low_order_is_refused(string key)
    {
        var scalar = new byte[32];
        scalar[5] = 1;
        Assert.False(X25519.TryAgree(scalar, Convert.FromHexString(key), new byte[32]));
        foreach (var provider in CurveProviders.All)
        {
            var product = new byte[32];
            bool usable = provider.Multiply(scalar, Convert.FromHexString(key), product);
            Assert.False(usable && product.AsSpan().ContainsAnyExcept((byte)0), provider.Name);
        }
    }

    [Fact]
    public void Providers_agree_on_random_scalars_and_points()
    {
        var random = new Random(7748);
        byte[] scalar = new byte[32], point = new byte[32];
        for (int i = 0; i < 100; i++)
        {
            random.NextBytes(scalar);
            random.NextBytes(point);
            var products = CurveProviders.All.Select(p =>
            {
                var product = new byte[32];
                Assert.True(p.Multiply(scalar, point, product));
                return Convert.ToHexStringLower(product);
            }).Distinct();
            Assert.Single(products);
        }
    }

    [Fact]
    public void Keys_of_another_length_are_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(() => X25519.TryAgree(new byte[31], new byte[32], new byte[32]));
        Assert.Throws<ArgumentException>(() => X25519.TryAgree(new byte[32], new byte[33], new byte[32]));
        Assert.Throws<ArgumentException>(() => X25519.TryAgree(new byte[32], new byte[32], new byte[0]));
    }
}
