using System.Text;
using Hhs.Model;
using Hhs.Protocols.Channel;
using Hhs.Protocols.Handshake;

namespace Hhs.Protocols.Tests.Handshake;

public class HandshakeTests
{
    private static readonly HandshakeSettings Alice = HandshakeSettings.For(HandshakePair.Alice);
    private static readonly HandshakeSettings Bob = HandshakeSettings.For(HandshakePair.Bob);
    private static readonly HandshakeSettings OriginalAlice = new(HandshakePair.Alice, [KeyAgreement.Original]);
    private static readonly HandshakeSettings OriginalBob = new(HandshakePair.Bob, [KeyAgreement.Original]);

    [Fact]
    public void Two_of_ours_choose_our_own_agreement_and_need_no_pause()
    {
        var pair = HandshakePair.Of(Alice, Bob, expected: HandshakePair.Bob.KeyId);
        Assert.Equal(PeerKind.Native, pair.AtInitiator.Remote.Kind);
        Assert.Equal(PeerKind.Native, pair.AtResponder.Remote.Kind);
        Assert.Equal(HandshakePair.Bob.PublicKey, pair.AtInitiator.Remote.Key);
        Assert.Equal(HandshakePair.Alice.PublicKey, pair.AtResponder.Remote.Key);
        Assert.Equal(TimeSpan.Zero, pair.AtInitiator.SendNoEarlierThan);
        Assert.Equal(pair.AtInitiator.Keys.Send, pair.AtResponder.Keys.Receive);
        Assert.Equal(pair.AtInitiator.Keys.Receive, pair.AtResponder.Keys.Send);
        Assert.NotEqual(pair.AtInitiator.Keys.Send, pair.AtInitiator.Keys.Receive);
    }

    [Fact]
    public void Towards_an_original_the_first_frame_is_held_back_by_the_initiator_alone()
    {
        var dialling = HandshakePair.Of(Alice, OriginalBob);
        Assert.Equal(PeerKind.Original, dialling.AtInitiator.Remote.Kind);
        Assert.Equal(TimeSpan.FromMilliseconds(100), dialling.AtInitiator.SendNoEarlierThan);

        var dialled = HandshakePair.Of(OriginalAlice, Bob);
        Assert.Equal(PeerKind.Original, dialled.AtResponder.Remote.Kind);
        Assert.Equal(TimeSpan.Zero, dialled.AtResponder.SendNoEarlierThan);
    }

    [Fact]
    public void Our_identity_box_does_not_share_a_key_stream_with_the_first_frame_and_the_original_s_does()
    {
        Assert.True(RecoversIdentity(HandshakePair.Of(OriginalAlice, OriginalBob)));
        Assert.False(RecoversIdentity(HandshakePair.Of(Alice, Bob)));

        // supplement 7.4: box XOR first frame XOR a known first message = start of the identity, without any key.
        static bool RecoversIdentity(HandshakePair pair)
        {
            Assert.True(FieldArray.TryRead(pair.Messages[2], 2, out var fields, out _, out _));
            using var channel = new SecureChannel(pair.AtInitiator.Keys);
            byte[] known = new byte[46], frame = channel.Seal(known), box = fields[1].ToArray();
            var recovered = known.Select((b, i) => (byte)(b ^ frame[i] ^ box[i])).ToArray();
            byte[] identity = FieldArray.Write(HandshakePair.Alice.PublicKey.Serialized, new byte[64]);
            return recovered.AsSpan().SequenceEqual(identity.AsSpan(0, 46));
        }
    }

    [Fact]
    public void Stripping_our_agreement_from_message_1_makes_both_sides_fail()
    {
        byte[] stripped = [];
        var pair = HandshakePair.Of(Alice, Bob, (number, bytes) =>
        {
            if (number != 1) return bytes;
            Assert.True(FieldArray.TryRead(bytes, 2, out var fields, out _, out _));
            return stripped = FieldArray.Write(fields[0], Encoding.UTF8.GetBytes("[\"x25519-hkdf\"]"));
        });
        Assert.NotEmpty(stripped);
        Assert.Equal(RejectCode.BadSignature, HandshakePair.Closing(pair.Initiated).Code);
        Assert.Equal(2, pair.Messages.Count);   // no message 3: the initiator told nobody who it is

        // The responder took the bait, and is left with nobody who can answer its message 2.
        Assert.Same(KeyAgreement.Original, Assert.IsType<HandshakeState.AwaitingMsg3>(pair.Responded.Next).Agreement);
        var late = pair.Responder.Advance(pair.Responded.Next, new HandshakeInput.DeadlinePassed());
        Assert.Equal(RejectCode.TimedOut, HandshakePair.Closing(late).Code);
        byte[] replayed = HandshakePair.Of(OriginalAlice, OriginalBob, random: new TestRandom(12)).Messages[2];
        var forged = pair.Responder.Advance(pair.Responded.Next, new HandshakeInput.FrameArrived(replayed));
        Assert.Equal(RejectCode.BadCiphertext, HandshakePair.Closing(forged).Code);
    }

    [Fact]
    public void A_node_that_refuses_the_original_s_agreement_talks_to_its_own_kind_only()
    {
        HandshakeSettings strictAlice = HandshakeSettings.For(HandshakePair.Alice, refuseOriginal: true), strictBob = HandshakeSettings.For(HandshakePair.Bob, refuseOriginal: true);
        Assert.Equal(PeerKind.Native, HandshakePair.Of(strictAlice, strictBob).AtResponder.Remote.Kind);
        Assert.Equal(RejectCode.Unsupported, HandshakePair.Closing(HandshakePair.Of(OriginalAlice, strictBob).Responded).Code);
        Assert.Equal(RejectCode.Unsupported, HandshakePair.Closing(HandshakePair.Of(strictAlice, OriginalBob).Responded).Code);
    }

    [Fact]
    public void Closes_without_sending_message_3_when_the_responder_is_not_the_pinned_key()
    {
        var pair = HandshakePair.Of(Alice, Bob, expected: HandshakePair.Alice.KeyId);
        Assert.Equal(RejectCode.UnexpectedRemote, HandshakePair.Closing(pair.Initiated).Code);
        Assert.Equal(2, pair.Messages.Count);
    }

    [Fact]
    public void A_chosen_agreement_that_was_not_offered_is_refused()
    {
        // A responder that holds its key and signs properly, but picks what it was not offered.
        var initiator = new InitiatorHandshake(OriginalAlice, new TestRandom(3), null);
        var start = initiator.Start();
        var t1 = Transcript.Open(start.Effects.OfType<HandshakeEffect.SendFrame>().Single().Bytes.Span);
        ReadOnlyMemory<byte> key = HandshakePair.Bob.PublicKey.Serialized, name = "hhs-actors/x25519-hkdf-v1"u8.ToArray(), kem = new byte[32];
        var t2 = Transcript.Extend(t1, FieldArray.Write(key, name, kem));
        var step = initiator.Advance(start.Next, new HandshakeInput.FrameArrived(FieldArray.Write(key, name, kem, HandshakePair.Bob.Sign(t2))));
        Assert.Equal(RejectCode.Unsupported, HandshakePair.Closing(step).Code);
    }

    [Fact]
    public void A_low_order_kem_key_is_refused_although_it_is_signed()
    {
        var initiator = new InitiatorHandshake(Alice, new TestRandom(3), null);
        var start = initiator.Start();
        var t1 = Transcript.Open(start.Effects.OfType<HandshakeEffect.SendFrame>().Single().Bytes.Span);
        ReadOnlyMemory<byte> key = HandshakePair.Bob.PublicKey.Serialized, name = "x25519-hkdf"u8.ToArray(), kem = new byte[32];
        var t2 = Transcript.Extend(t1, FieldArray.Write(key, name, kem));
        var step = initiator.Advance(start.Next, new HandshakeInput.FrameArrived(FieldArray.Write(key, name, kem, HandshakePair.Bob.Sign(t2))));
        Assert.Equal(RejectCode.Malformed, HandshakePair.Closing(step).Code);
    }

    [Fact]
    public void A_peer_with_a_suite_unknown_here_is_refused_as_unsupported()
    {
        var initiator = new InitiatorHandshake(Alice, new TestRandom(3), null);
        var start = initiator.Start();
        var key = new Hhs.Model.Identity.PublicKey("ml-dsa-65", new byte[1952]);
        byte[] msg2 = FieldArray.Write(key.Serialized, "x25519-hkdf"u8.ToArray(), new byte[32], new byte[3309]);
        var step = initiator.Advance(start.Next, new HandshakeInput.FrameArrived(msg2));
        Assert.Equal(RejectCode.Unsupported, HandshakePair.Closing(step).Code);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_extra_field_or_byte_passes_as_with_the_original_and_closes_between_our_own(int number)
    {
        foreach (var spoil in new Func<byte[], byte[]>[] { b => [.. b, 7], AddField })
        {
            // In message 1 the addition comes from the initiator itself, or its signature over T1 would fail.
            Assert.Equal(number != 1, Passes(OriginalAlice, OriginalBob, spoil));
            Assert.False(Passes(Alice, Bob, spoil));
        }
        if (number == 1) Assert.IsType<HandshakeState.AwaitingMsg3>(Respond(OriginalBob, [.. Msg1(OriginalAlice), 7]).Next);

        bool Passes(HandshakeSettings initiator, HandshakeSettings responder, Func<byte[], byte[]> spoil)
        {
            var pair = HandshakePair.Of(initiator, responder, (n, bytes) => n == number ? spoil(bytes) : bytes);
            return pair.Initiated.Next is HandshakeState.Established && pair.Responded.Next is HandshakeState.Established;
        }

        static byte[] AddField(byte[] message)
        {
            message[3]++;
            return [.. message, 0, 0, 0, 1, 9];
        }
    }

    [Fact]
    public void A_nonce_of_another_length_passes_only_with_the_original_s_agreement()
    {
        byte[] names = Encoding.UTF8.GetBytes("[\"x25519-hkdf\"]"), ours = Encoding.UTF8.GetBytes("[\"hhs-actors/x25519-hkdf-v1\",\"x25519-hkdf\"]");
        Assert.IsType<HandshakeState.AwaitingMsg3>(Respond(Bob, FieldArray.Write(new byte[5], names)).Next);
        Assert.Equal(RejectCode.Malformed, HandshakePair.Closing(Respond(Bob, FieldArray.Write(new byte[5], ours))).Code);
        Assert.IsType<HandshakeState.AwaitingMsg3>(Respond(Bob, FieldArray.Write(new byte[32], ours)).Next);
    }

    [Theory]
    [InlineData("[]", RejectCode.Unsupported)]
    [InlineData("[\"made-up\",5,{}]", RejectCode.Unsupported)]
    [InlineData("\"x25519-hkdf\"", RejectCode.Malformed)]
    [InlineData("{}", RejectCode.Malformed)]
    [InlineData("[", RejectCode.Malformed)]
    [InlineData("", RejectCode.Malformed)]
    [InlineData("[null]", RejectCode.Malformed)]
    public void Message_1_without_a_usable_list_of_agreements_is_refused(string json, RejectCode code) =>
        Assert.Equal(code, HandshakePair.Closing(Respond(Bob, FieldArray.Write(new byte[32], Encoding.UTF8.GetBytes(json)))).Code);

    [Fact]
    public void What_is_no_name_among_the_agreements_is_skipped_for_an_original()
    {
        var step = Respond(Bob, FieldArray.Write(new byte[32], Encoding.UTF8.GetBytes("[5,{},\"x\",\"x25519-hkdf\"]")));
        Assert.IsType<HandshakeState.AwaitingMsg3>(step.Next);
    }

    [Fact]
    public void Messages_over_a_limit_are_refused_and_those_at_it_are_not()
    {
        byte[] names = Encoding.UTF8.GetBytes("[\"x25519-hkdf\"]");
        int room = HandshakeLimits.MessageBytesMax - 4 - 4 - 4 - names.Length;
        Assert.IsType<HandshakeState.AwaitingMsg3>(Respond(Bob, FieldArray.Write(new byte[room], names)).Next);
        Assert.Equal(RejectCode.OverLimit, HandshakePair.Closing(Respond(Bob, FieldArray.Write(new byte[room + 1], names))).Code);

        var fields = Enumerable.Repeat(new ReadOnlyMemory<byte>(names), HandshakeLimits.FieldsMax + 1).ToArray();
        Assert.IsType<HandshakeState.AwaitingMsg3>(Respond(Bob, FieldArray.Write(fields.AsSpan(1))).Next);
        Assert.Equal(RejectCode.OverLimit, HandshakePair.Closing(Respond(Bob, FieldArray.Write(fields))).Code);

        Assert.IsType<HandshakeState.AwaitingMsg3>(Respond(Bob, FieldArray.Write(new byte[32], Names(31))).Next);
        Assert.Equal(RejectCode.OverLimit, HandshakePair.Closing(Respond(Bob, FieldArray.Write(new byte[32], Names(32)))).Code);

        static byte[] Names(int unknown) =>
            Encoding.UTF8.GetBytes("[" + string.Concat(Enumerable.Repeat("\"x\",", unknown)) + "\"x25519-hkdf\"]");
    }

    [Fact]
    public void Each_wait_is_armed_once_and_ends_when_the_deadline_passes()
    {
        var initiator = new InitiatorHandshake(Alice, new TestRandom(1), null);
        var responder = new ResponderHandshake(Bob, new TestRandom(2));
        foreach (IHandshake machine in new IHandshake[] { initiator, responder })
        {
            var start = machine.Start();
            Assert.Equal(TimeSpan.FromSeconds(10), Assert.Single(start.Effects.OfType<HandshakeEffect.ArmDeadline>()).After);
            var closed = machine.Advance(start.Next, new HandshakeInput.DeadlinePassed());
            Assert.Equal(RejectCode.TimedOut, HandshakePair.Closing(closed).Code);
            Assert.Empty(machine.Advance(closed.Next, new HandshakeInput.DeadlinePassed()).Effects);
            Assert.Empty(machine.Advance(closed.Next, new HandshakeInput.FrameArrived(new byte[3])).Effects);
        }
        var waiting = Respond(Bob, Msg1(Alice));
        Assert.DoesNotContain(waiting.Effects, e => e is HandshakeEffect.ArmDeadline);
        Assert.Equal(RejectCode.TimedOut, HandshakePair.Closing(responder.Advance(waiting.Next, new HandshakeInput.DeadlinePassed())).Code);
    }

    [Fact]
    public void A_late_timer_after_the_keys_are_there_changes_nothing()
    {
        var pair = HandshakePair.Of(Alice, Bob);
        Assert.Empty(pair.Initiator.Advance(pair.Initiated.Next, new HandshakeInput.DeadlinePassed()).Effects);
        Assert.Empty(pair.Responder.Advance(pair.Responded.Next, new HandshakeInput.DeadlinePassed()).Effects);
        Assert.IsType<HandshakeState.Established>(pair.Responder.Advance(pair.Responded.Next, new HandshakeInput.DeadlinePassed()).Next);
    }

    [Fact]
    public void Settings_without_any_agreement_are_the_callers_mistake() =>
        Assert.Throws<ArgumentException>(() => new HandshakeSettings(HandshakePair.Alice, []));

    private static byte[] Msg1(HandshakeSettings initiator) =>
        new InitiatorHandshake(initiator, new TestRandom(5), null).Start().Effects.OfType<HandshakeEffect.SendFrame>().Single().Bytes.ToArray();

    private static HandshakeStep Respond(HandshakeSettings responder, byte[] msg1)
    {
        var machine = new ResponderHandshake(responder, new TestRandom(6));
        return machine.Advance(machine.Start().Next, new HandshakeInput.FrameArrived(msg1));
    }
}
