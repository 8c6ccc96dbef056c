using System.Numerics;
using System.Text;
using Hhs.Model.Identity;
using Hhs.Model.Identity.Providers;

namespace Hhs.Model.Tests.Identity;

public class Ed25519Tests
{
    // RFC 8032 section 7.1: tests 1, 2, 3 and "SHA(abc)".
    public static TheoryData<string, string, string, string> Rfc8032 => new()
    {
        {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
        {
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        },
    };

    [Theory]
    [MemberData(nameof(Rfc8032))]
    public void Every_provider_and_the_exact_check_give_the_vectors_of_RFC_8032(string seed, string key, string message, string signature)
    {
        byte[] k = Convert.FromHexString(key), m = Convert.FromHexString(message), s = Convert.FromHexString(signature);
        foreach (var provider in CurveProviders.All)
        {
            byte[] derived = new byte[32], signed = new byte[64];
            provider.DerivePublicKey(Convert.FromHexString(seed), derived);
            provider.Sign(Convert.FromHexString(seed), m, signed);
            Assert.Equal(k, derived);
            Assert.Equal(s, signed);
            Assert.True(provider.Verify(k, m, s), provider.Name);
        }
        Assert.True(Zip215.Verify(k, m, s));
    }

    [Fact]
    public void BouncyCastle_is_always_among_the_providers() =>
        Assert.Contains(CurveProviders.All, p => p is BouncyCastleProvider);

    [Fact]
    public void Each_pair_of_small_order_encodings_with_S_of_zero_is_accepted()
    {
        int accepted = 0;
        foreach (string a in SmallOrder)
        {
            foreach (string r in SmallOrder)
            {
                byte[] key = Convert.FromHexString(a), signature = [.. Convert.FromHexString(r), .. new byte[32]];
                Assert.True(Zip215.Verify(key, "Zcash"u8, signature), $"A {a} R {r}");
                Assert.True(Ed25519.Suite.Verify(key, "Zcash"u8, signature));
                accepted++;
            }
        }
        Assert.Equal(196, accepted);
    }

    [Fact]
    public void A_provider_never_says_yes_where_the_exact_check_says_no_on_small_order_and_mixed_points()
    {
        // Keys and R's with every torsion part, S right and wrong, and encodings that are not canonical.
        var random = new Random(215);
        int yes = 0, no = 0;
        for (int i = 0; i < 400; i++)
        {
            var (key, message, signature) = Mixed(random, i % 14, i / 14 % 14, honest: i % 3 != 0);
            bool exact = Zip215.Verify(key, message, signature);
            if (exact) yes++; else no++;
            foreach (var provider in CurveProviders.All)
            {
                if (provider.Verify(key, message, signature)) Assert.True(exact, $"{provider.Name}, case {i} of seed 215");
            }
        }
        Assert.True(yes > 100 && no > 100);
    }

    [Fact]
    public void The_exact_check_agrees_with_the_textbook_on_mixed_points_right_and_wrong()
    {
        var random = new Random(8032);
        for (int i = 0; i < 60; i++)
        {
            bool honest = i % 2 == 0;
            var (key, message, signature) = Mixed(random, random.Next(14), random.Next(14), honest);
            bool slow = SlowCurve.Verify(key, message, signature);
            Assert.True(slow == Zip215.Verify(key, message, signature), $"case {i} of seed 8032");
            Assert.Equal(honest, slow);
        }
    }

    [Fact]
    public void The_exact_check_agrees_with_the_textbook_on_which_encodings_are_points()
    {
        var random = new Random(25519);
        var encoding = new byte[32];
        int points = 0;
        for (int i = 0; i < 400; i++)
        {
            random.NextBytes(encoding);
            // Every fourth lies at the top of the range, where y is p or more.
            if (i % 4 == 0) { encoding.AsSpan(1, 30).Fill(0xFF); encoding[0] = (byte)(0xE0 + random.Next(32)); encoding[31] |= 0x7F; }
            bool decodes = SlowCurve.Decode(encoding) is not null;
            if (decodes) points++;
            Assert.True(decodes == EdwardsPoint.TryDecode(encoding, out _), $"case {i} of seed 25519");
        }
        Assert.InRange(points, 100, 300);
    }

    [Fact]
    public void A_scalar_S_of_L_or_more_is_refused()
    {
        var key = SecretKey.FromSeed(Convert.FromHexString("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
        var signature = key.Sign("m"u8);
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true);
        for (int times = 1; times <= 15; times++)
        {
            byte[] shifted = [.. signature[..32], .. SlowCurve.Bytes(s + (times * SlowCurve.L))];
            Assert.False(Ed25519.Suite.Verify(key.PublicKey.Key.Span, "m"u8, shifted));
        }
        byte[] identity = Convert.FromHexString(SmallOrder[0]);
        Assert.False(Ed25519.Suite.Verify(identity, "m"u8, [.. identity, .. SlowCurve.Bytes(SlowCurve.L)]));
    }

    [Fact]
    public void Only_scalars_below_L_have_the_one_spelling_that_S_may_have()
    {
        foreach (var (offset, below) in new[] { (-2, true), (-1, true), (0, false), (1, false) })
            Assert.Equal(below, Zip215.IsScalar(SlowCurve.Bytes(SlowCurve.L + offset)));
        Assert.True(Zip215.IsScalar(new byte[32]));
        var random = new Random(252);
        var bytes = new byte[32];
        for (int i = 0; i < 1000; i++)
        {
            random.NextBytes(bytes);
            bytes[31] = (byte)random.Next(0x12);
            Assert.True(Zip215.IsScalar(bytes) == new BigInteger(bytes, isUnsigned: true) < SlowCurve.L, $"case {i} of seed 252");
        }
    }

    [Fact]
    public void The_exact_check_takes_scalars_at_both_ends_of_their_range()
    {
        // R = [S]B - [k]A for S = 0, 1, L-1, L-2: k depends on R, so A = identity takes k out of the equation.
        byte[] identity = Convert.FromHexString(SmallOrder[0]);
        foreach (var s in new[] { 0, 1, SlowCurve.L - 1, SlowCurve.L - 2, BigInteger.Pow(2, 252), BigInteger.Pow(2, 252) - 1 })
        {
            byte[] r = SlowCurve.Encode(SlowCurve.Multiply(s, SlowCurve.Base));
            Assert.True(Zip215.Verify(identity, "m"u8, [.. r, .. SlowCurve.Bytes(s)]));
            Assert.False(Zip215.Verify(identity, "m"u8, [.. r, .. SlowCurve.Bytes(s == 1 ? 2 : 1)]));
        }
    }

    // The twelve cases of "Taming the Many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020), table 6c; verdicts are ZIP-215's.
    [Theory]
    [InlineData(true, "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(true, "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79", "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04")]
    [InlineData(true, "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43", "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e")]
    [InlineData(true, "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d", "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79", "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009")]
    [InlineData(true, "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d", "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c", "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09")]
    [InlineData(true, "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d", "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c", "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405")]
    [InlineData(false, "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623", "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40", "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514")]
    [InlineData(false, "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623", "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40", "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22")]
    [InlineData(false, "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43", "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f")]
    [InlineData(true, "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43", "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908")]
    [InlineData(true, "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b", "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04")]
    [InlineData(true, "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f", "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04")]
    public void The_published_odd_signatures_get_the_verdict_of_ZIP_215(bool accepted, string key, string message, string signature)
    {
        byte[] k = Convert.FromHexString(key), m = Convert.FromHexString(message), s = Convert.FromHexString(signature);
        Assert.Equal(accepted, Zip215.Verify(k, m, s));
        Assert.Equal(accepted, Ed25519.Suite.Verify(k, m, s));
        Assert.Equal(accepted, SlowCurve.Verify(k, m, s));
        Assert.All(CurveProviders.All, p => Assert.True(accepted || !p.Verify(k, m, s), p.Name));
    }

    [Fact]
    public void The_original_and_we_accept_all_cofactored_messages_of_the_vectors()
    {
        var zip215 = CryptoVectors.Root.GetProperty("zip215");
        int cases = 0;
        foreach (var c in zip215.GetProperty("cases").EnumerateArray())
        {
            byte[] key = zip215.Hex("publicKeyHex"), message = Encoding.UTF8.GetBytes(c.Text("messageUtf8")), signature = zip215.Hex("signatureHex");
            Assert.Equal(c.GetProperty("hhs3").GetBoolean(), Ed25519.Suite.Verify(key, message, signature));
            if (CurveProviders.All.OfType<OpenSslProvider>().FirstOrDefault() is { } openSsl)
                Assert.Equal(c.GetProperty("openssl").GetBoolean(), openSsl.Verify(key, message, signature));
            cases++;
        }
        Assert.Equal(16, cases);
    }

    [Fact]
    public void Random_signatures_whole_and_with_a_flipped_bit_get_one_verdict_from_all()
    {
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] seed = new byte[32], message = new byte[random.Next(200)];
            random.NextBytes(seed);
            random.NextBytes(message);
            var secret = SecretKey.FromSeed(seed);
            byte[] key = secret.PublicKey.Key.ToArray(), signature = secret.Sign(message);
            foreach (var provider in CurveProviders.All)
            {
                var signed = new byte[64];
                provider.Sign(seed, message, signed);
                Assert.Equal(signature, signed);
            }
            bool whole = i % 2 == 0;
            if (!whole)
            {
                byte[] victim = (i % 3) switch { 0 => key, 1 => signature, _ => message.Length > 0 ? message : signature };
                victim[random.Next(victim.Length)] ^= (byte)(1 << random.Next(8));
            }
            Assert.True(Zip215.Verify(key, message, signature) == whole, $"case {i} of seed 1");
            Assert.All(CurveProviders.All, p => Assert.True(p.Verify(key, message, signature) == whole, $"{p.Name}, case {i} of seed 1"));
        }
    }

    [Theory]
    [InlineData(31, 64)]
    [InlineData(33, 64)]
    [InlineData(0, 0)]
    [InlineData(32, 63)]
    [InlineData(32, 65)]
    public void Keys_and_signatures_of_another_length_are_refused(int keyBytes, int signatureBytes)
    {
        Assert.False(Ed25519.Suite.Verify(new byte[keyBytes], "m"u8, new byte[signatureBytes]));
        Assert.False(Zip215.Verify(new byte[keyBytes], "m"u8, new byte[signatureBytes]));
    }

    // A = aB + T_i, R = rB + T_j, S = r + ka: right for the equation with the factor 8. A pure torsion part keeps its encoding,
    // canonical or not. A dishonest one has S one too high.
    private static (byte[] Key, byte[] Message, byte[] Signature) Mixed(Random random, int torsionOfA, int torsionOfR, bool honest)
    {
        var message = new byte[random.Next(40)];
        random.NextBytes(message);
        BigInteger a = RandomScalar(random), r = RandomScalar(random);
        bool pureA = random.Next(4) == 0, pureR = random.Next(4) == 0;
        byte[] tA = Convert.FromHexString(SmallOrder[torsionOfA]), tR = Convert.FromHexString(SmallOrder[torsionOfR]);
        if (pureA) a = 0;
        if (pureR) r = 0;
        byte[] key = pureA ? tA : SlowCurve.Encode(SlowCurve.Add(SlowCurve.Multiply(a, SlowCurve.Base), SlowCurve.Decode(tA)!.Value));
        byte[] rBytes = pureR ? tR : SlowCurve.Encode(SlowCurve.Add(SlowCurve.Multiply(r, SlowCurve.Base), SlowCurve.Decode(tR)!.Value));
        var s = SlowCurve.ModL(r + (SlowCurve.HashToScalar(rBytes, key, message) * a) + (honest ? 0 : 1));
        return (key, message, [.. rBytes, .. SlowCurve.Bytes(s)]);
    }

    private static BigInteger RandomScalar(Random random)
    {
        var bytes = new byte[40];
        random.NextBytes(bytes);
        return SlowCurve.ModL(new BigInteger(bytes, isUnsigned: true));
    }

    // The eight points of small order, then the six further encodings of them that ZIP-215 accepts.
    internal static readonly string[] SmallOrder =
    [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];
}
