using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Hhs.Model;
using Hhs.Protocols.Channel;
using Hhs.Protocols.Handshake;

namespace Hhs.Protocols.Tests.Handshake;

public class HandshakeVectorTests
{
    private static JsonElement Run(string name) =>
        ProtocolVectors.Handshake.GetProperty("runs").EnumerateArray().Single(r => r.Text("name") == name);

    private static HandshakePair Replay(JsonElement run, IReadOnlyList<KeyAgreement> initiator, IReadOnlyList<KeyAgreement> responder, out ReplayedRandom random)
    {
        random = new(run.GetProperty("randomCalls").EnumerateArray().Select(c => c.Hex("hex")));
        return HandshakePair.Of(
            new(ProtocolVectors.Key(run.Text("initiator")), initiator), new(ProtocolVectors.Key(run.Text("responder")), responder), random: random);
    }

    [Theory]
    [InlineData("x25519-hkdf")]
    [InlineData("initiator lists unknown first")]
    public void The_original_s_randomness_gives_the_original_s_messages_keys_and_frames(string name)
    {
        var run = Run(name);
        var agreements = run.GetProperty("initiatorPrefs").EnumerateArray().Select(p => p.GetString()!).Select(p =>
            p == KeyAgreement.Original.Name ? KeyAgreement.Original : new(p, PeerKind.Original, new X25519Kem(), "", "", "")).ToList();
        var pair = Replay(run, agreements, [KeyAgreement.Original], out var random);

        Assert.Equal(0, random.Left);
        Assert.Equal([run.Hex("msg1Hex"), run.Hex("msg2Hex"), run.Hex("msg3Hex")], pair.Messages);
        Assert.Equal(run.Hex("T1Hex"), Transcript.Open(pair.Messages[0]));
        Assert.Equal(run.Hex("i2rKeyHex"), pair.AtInitiator.Keys.Send);
        Assert.Equal(run.Hex("r2iKeyHex"), pair.AtInitiator.Keys.Receive);
        Assert.Equal(run.Hex("i2rKeyHex"), pair.AtResponder.Keys.Receive);
        Assert.Equal(run.Hex("r2iKeyHex"), pair.AtResponder.Keys.Send);
        Assert.Equal(HandshakePair.Bob.KeyId, pair.AtInitiator.Remote.KeyId);
        Assert.Equal(HandshakePair.Alice.KeyId, pair.AtResponder.Remote.KeyId);

        using SecureChannel initiator = new(pair.AtInitiator.Keys), responder = new(pair.AtResponder.Keys);
        int frames = 0;
        foreach (var frame in run.GetProperty("dataFrames").EnumerateArray())
        {
            var (from, to) = frame.Text("dir") == "i2r" ? (initiator, responder) : (responder, initiator);
            byte[] message = frame.Hex("plaintextHex"), opened = new byte[message.Length];
            Assert.Equal(frame.Hex("ciphertextHex"), from.Seal(message));
            Assert.True(to.TryOpen(frame.Hex("ciphertextHex"), opened, out _));
            Assert.Equal(message, opened);
            frames++;
        }
        Assert.Equal(4, frames);
    }

    // ML-KEM is not among our mechanisms: its ciphertext is taken from the record, and everything around it is checked.
    [Fact]
    public void A_hybrid_run_of_the_original_is_followed_up_to_the_shared_secret()
    {
        var run = Run("hybrid preferred by initiator");
        Assert.True(FieldArray.TryRead(run.Hex("msg2Hex"), 4, out var msg2, out bool exact, out _) && exact);
        Assert.True(FieldArray.TryRead(run.Hex("msg3Hex"), 2, out var msg3, out exact, out _) && exact);
        Assert.Equal(run.Hex("msg2PreSigHex"), FieldArray.Write(msg2.AsSpan(0, 3)));
        var t2 = Transcript.Extend(run.Hex("T1Hex"), run.Hex("msg2PreSigHex"));
        Assert.Equal(run.Hex("T2Hex"), t2);
        Assert.Equal(run.Hex("T3Hex"), Transcript.Extend(t2, msg3[0].Span));

        var hybrid = new KeyAgreement(run.Text("chosenKem"), PeerKind.Original, new RecordedKem(msg3[0].ToArray()), "", "", "");
        var initiator = new InitiatorHandshake(
            new(HandshakePair.Alice, [hybrid, KeyAgreement.Original]),
            new ReplayedRandom([run.GetProperty("randomCalls")[0].Hex("hex")]), HandshakePair.Bob.KeyId);
        var step = initiator.Start();
        Assert.Equal(run.Hex("msg1Hex"), step.Effects.OfType<HandshakeEffect.SendFrame>().Single().Bytes.ToArray());
        step = initiator.Advance(step.Next, new HandshakeInput.FrameArrived(run.Hex("msg2Hex")));
        Assert.IsType<HandshakeState.Established>(step.Next);   // so bob's signature over T2 was good
    }

    [Fact]
    public void A_responder_without_the_hybrid_mechanism_takes_the_classical_one_from_the_same_message()
    {
        var responder = new ResponderHandshake(HandshakeSettings.For(HandshakePair.Bob), new TestRandom(1));
        var step = responder.Advance(
            responder.Start().Next, new HandshakeInput.FrameArrived(Run("hybrid preferred by initiator").Hex("msg1Hex")));
        Assert.Same(KeyAgreement.Original, Assert.IsType<HandshakeState.AwaitingMsg3>(step.Next).Agreement);
    }

    private sealed class RecordedKem(byte[] recorded) : IKem
    {
        public KemKeyPair Generate(IRandomSource random) => throw new NotSupportedException();

        public bool TryEncapsulate(
            IRandomSource random, ReadOnlySpan<byte> publicKey, [NotNullWhen(true)] out byte[]? ciphertext, [NotNullWhen(true)] out byte[]? secret)
        {
            (ciphertext, secret) = (recorded, new byte[32]);
            return true;
        }

        public bool TryDecapsulate(KemKeyPair own, ReadOnlySpan<byte> ciphertext, [NotNullWhen(true)] out byte[]? secret) =>
            throw new NotSupportedException();
    }
}
