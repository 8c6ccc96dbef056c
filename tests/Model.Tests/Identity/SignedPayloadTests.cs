using System.Text;
using System.Text.Json;
using Hhs.Model.Identity;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Identity;

public class SignedPayloadTests
{
    private static SecretKey Key(string label)
    {
        foreach (var v in CryptoVectors.Root.GetProperty("identities").EnumerateArray())
        {
            if (v.Text("label") == label) return SecretKey.FromSeed(v.Hex("secretKeySeedHex"));
        }
        throw new ArgumentException(label);
    }

    [Fact]
    public void Signing_gives_the_payloads_of_the_vectors_and_they_verify()
    {
        int cases = 0;
        foreach (var v in CryptoVectors.Root.GetProperty("signedPayloads").EnumerateArray())
        {
            var signer = Key(v.Text("signer"));
            var signed = SignedPayload.Sign(v.Map("unsigned"), signer);
            Assert.Equal(v.Map("signed"), signed);
            Assert.Equal(v.Text("signedMessageUtf8"), Encoding.UTF8.GetString(SignedPayload.MessageOf(signed)));
            Assert.Equal(v.Text("payloadHash"), CanonicalJson.Hash(signed).ToString());
            Assert.True(SignedPayload.TryVerify(v.Map("signed"), signer.PublicKey, out _));
            Assert.False(SignedPayload.TryVerify(signed.With("more", 1), signer.PublicKey, out var why));
            Assert.Equal(RejectCode.BadSignature, why.Code);
            cases++;
        }
        Assert.Equal(5, cases);
    }

    [Fact]
    public void Odd_signature_texts_get_the_verdict_of_the_original_and_never_throw()
    {
        var message = Encoding.UTF8.GetBytes(CryptoVectors.Root.Text("signatureEdgeMessageUtf8"));
        var alice = Key("alice").PublicKey;
        Assert.True(LiteralReader.TryRead(message, out var literal, out _));
        var payload = (Literal.Map)literal;
        string good = CryptoVectors.Root.GetProperty("signatureEdge")[0].Text("signature");
        byte[] raw = Convert.FromBase64String(good);

        foreach (var v in CryptoVectors.Root.GetProperty("signatureEdge").EnumerateArray())
        {
            string note = v.Text("note");
            if (v.Has("signatureHex"))
            {
                var key = v.Has("publicKeyHex") ? new PublicKey("ed25519", v.Hex("publicKeyHex")) : alice;
                Assert.True(key.TryVerify(message, v.Hex("signatureHex"), out _) == v.GetProperty("verifies").GetBoolean(), note);
                continue;
            }
            string text = note switch
            {
                "base64 without padding" => good.TrimEnd('='),
                "base64 with interior whitespace" => good.Insert(10, " \n").Insert(40, "\t"),
                "url-safe base64" => good.Replace('+', '-').Replace('/', '_'),
                "garbage base64 \"!!!\"" => "!!!",
                "empty signature" => "",
                "65-byte signature" => Convert.ToBase64String([.. raw, 0]),
                _ => v.Text("signature"),
            };
            bool expected = v.GetProperty("verifies").ValueKind == JsonValueKind.True;   // it throws on some: not valid for us
            Assert.True(SignedPayload.TryVerify(payload.With("signature", text), alice, out _) == expected, note);
        }
    }

    [Fact]
    public void A_payload_that_names_another_author_or_none_is_refused()
    {
        var alice = Key("alice");
        var signed = SignedPayload.Sign(Literal.Map.Empty.With("action", "add"), alice);
        Assert.False(SignedPayload.TryVerify(signed, Key("bob").PublicKey, out var why));
        Assert.Equal(RejectCode.BadSignature, why.Code);
        Assert.False(SignedPayload.TryVerify(signed.Without("author"), alice.PublicKey, out why));
        Assert.Equal(RejectCode.Malformed, why.Code);
        Assert.False(SignedPayload.TryVerify(signed.With("signature", 1), alice.PublicKey, out why));
        Assert.Equal(RejectCode.Malformed, why.Code);
        Assert.False(SignedPayload.TryVerify(signed.With("author", "nobody"), alice.PublicKey, out why));
        Assert.Equal(RejectCode.Malformed, why.Code);
        Assert.True(SignedPayload.TryReadAuthor(signed, out var author));
        Assert.Equal(alice.KeyId, author);
    }

    [Fact]
    public void A_top_level_field_named_proto_is_not_covered_as_in_the_original()
    {
        var alice = Key("alice");
        var signed = SignedPayload.Sign(Literal.Map.Empty.With("action", "add"), alice);
        Assert.True(SignedPayload.TryVerify(signed.With("__proto__", "x"), alice.PublicKey, out _));
        Assert.False(SignedPayload.TryVerify(signed.With("_proto_", "x"), alice.PublicKey, out _));
    }
}
