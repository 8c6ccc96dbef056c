using System.Security.Cryptography;
using System.Text;
using Hhs.Protocols.Handshake;

namespace Hhs.Protocols.Tests.Handshake;

public class X25519KemTests
{
    [Fact]
    public void Both_ends_reach_the_secret_of_the_vectors()
    {
        var v = ProtocolVectors.Crypto.GetProperty("kem")[0];
        var kem = new X25519Kem();
        var recipient = kem.Generate(new ReplayedRandom([v.Hex("recipientSecretHex")]));
        Assert.Equal(v.Hex("recipientPublicHex"), recipient.PublicKey.ToArray());
        Assert.True(kem.TryEncapsulate(new ReplayedRandom([v.Hex("ephemeralSecretHex")]), recipient.PublicKey.Span, out var ciphertext, out var secret));
        Assert.Equal(v.Hex("ciphertextHex"), ciphertext);
        Assert.Equal(v.Hex("sharedSecretHex"), secret);
        Assert.True(kem.TryDecapsulate(recipient, ciphertext, out secret));
        Assert.Equal(v.Hex("sharedSecretHex"), secret);
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(1, 32)]
    [InlineData(9, 31)]
    [InlineData(9, 33)]
    [InlineData(9, 0)]
    public void Keys_of_low_order_or_another_length_are_refused(byte first, int length)
    {
        var kem = new X25519Kem();
        var key = new byte[length];
        if (length > 0) key[0] = first;
        Assert.False(kem.TryEncapsulate(new TestRandom(1), key, out _, out _));
        Assert.False(kem.TryDecapsulate(kem.Generate(new TestRandom(2)), key, out _));
    }

    [Fact]
    public void Keys_are_derived_as_in_the_vectors()
    {
        int cases = 0;
        foreach (var v in ProtocolVectors.Crypto.GetProperty("hkdf").EnumerateArray())
        {
            byte[] info = v.TryGetProperty("infoUtf8", out var text) ? Encoding.UTF8.GetBytes(text.GetString()!) : v.Hex("infoHex");
            Assert.Equal(v.Hex("okmHex"), HKDF.DeriveKey(HashAlgorithmName.SHA256, v.Hex("ikmHex"), v.GetProperty("len").GetInt32(), v.Hex("saltHex"), info));
            cases++;
        }
        Assert.Equal(5, cases);

        byte[] ikm = Convert.FromHexString(new string('1', 64)), salt = Convert.FromHexString(new string('2', 64));
        var keys = KeyAgreement.Original.Derive(ikm, salt);
        Assert.Equal("b11c6d91345cd716ff6b2335e3a01e3b94b465c3ee1a1d754539e094f9bfa918", Convert.ToHexStringLower(keys.InitiatorToResponder));
        Assert.Equal("d0d733eec5bada306ee270cdfe36832c6c7b5f00b607419dd79e46d95d85264c", Convert.ToHexStringLower(keys.ResponderToInitiator));
        Assert.Equal(keys.InitiatorToResponder, keys.Identity);
    }
}
