using Hhs.Protocols.Handshake;

namespace Hhs.Protocols.Tests.Handshake;

public class HandshakeFuzzTests
{
    private static readonly HandshakeSettings Alice = HandshakeSettings.For(HandshakePair.Alice);
    private static readonly HandshakeSettings Bob = HandshakeSettings.For(HandshakePair.Bob);

    [Fact]
    public void Field_arrays_read_from_noise_are_fields_or_a_reason()
    {
        var random = new Random(100);
        byte[] valid = FieldArray.Write(new byte[3], new byte[0], new byte[20]);
        int read = 0;
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bytes = i % 2 == 0 ? Mutation.Noise(random, 60) : Mutation.Of(valid, random);
            bool ok = FieldArray.TryRead(bytes, 2, out var fields, out bool exact, out var why);
            Assert.True(ok ? fields.Length >= 2 && why == default : why != default, $"case {i} of seed 100");
            if (exact) Assert.Equal(bytes, FieldArray.Write(fields));
            if (ok) read++;
        }
        Assert.InRange(read, 100, 9_900);
    }

    [Fact]
    public void Noise_closes_every_waiting_state_with_a_reason()
    {
        var random = new Random(101);
        var (initiator, awaiting2, responder, awaiting1, awaiting3, _, _) = Setup();
        for (int i = 0; i < 10_000; i++)
        {
            var input = new HandshakeInput.FrameArrived(Mutation.Noise(random, 300));
            foreach (var step in new[] { initiator.Advance(awaiting2, input), responder.Advance(awaiting1, input), responder.Advance(awaiting3, input) })
                Assert.True(HandshakePair.Closing(step).Detail.Length > 0, $"case {i} of seed 101");
        }
    }

    [Fact]
    public void A_changed_message_1_is_refused_or_answered()
    {
        var random = new Random(102);
        var (_, _, responder, awaiting1, _, msg1, _) = Setup();
        int answered = 0;
        for (int i = 0; i < 10_000; i++)
        {
            var step = responder.Advance(awaiting1, new HandshakeInput.FrameArrived(Mutation.Of(msg1[0], random)));
            if (step.Next is HandshakeState.AwaitingMsg3) { Assert.IsType<HandshakeEffect.SendFrame>(Assert.Single(step.Effects)); answered++; }
            else HandshakePair.Closing(step);
        }
        Assert.InRange(answered, 100, 9_900);
    }

    [Fact]
    public void No_changed_message_2_or_3_is_ever_taken_between_our_own()
    {
        var random = new Random(103);
        var (initiator, awaiting2, responder, _, awaiting3, messages, fresh) = Setup();
        Assert.IsType<HandshakeState.Established>(fresh);
        for (int i = 0; i < 2_000; i++)
        {
            var second = initiator.Advance(awaiting2, new HandshakeInput.FrameArrived(Mutation.Of(messages[1], random)));
            Assert.True(second.Next is HandshakeState.Closed, $"message 2, case {i} of seed 103");
            var third = responder.Advance(awaiting3, new HandshakeInput.FrameArrived(Mutation.Of(messages[2], random)));
            Assert.True(third.Next is HandshakeState.Closed, $"message 3, case {i} of seed 103");
        }
    }

    private static (InitiatorHandshake Initiator, HandshakeState Awaiting2, ResponderHandshake Responder, HandshakeState Awaiting1,
        HandshakeState Awaiting3, List<byte[]> Messages, HandshakeState Fresh) Setup()
    {
        var initiator = new InitiatorHandshake(Alice, new TestRandom(1), null);
        var responder = new ResponderHandshake(Bob, new TestRandom(2));
        HandshakeStep first = initiator.Start(), waiting = responder.Start();
        byte[] msg1 = Sent(first);
        var second = responder.Advance(waiting.Next, new HandshakeInput.FrameArrived(msg1));
        byte[] msg2 = Sent(second);
        var third = initiator.Advance(first.Next, new HandshakeInput.FrameArrived(msg2));
        byte[] msg3 = Sent(third);
        var last = responder.Advance(second.Next, new HandshakeInput.FrameArrived(msg3));
        return (initiator, first.Next, responder, waiting.Next, second.Next, [msg1, msg2, msg3], last.Next);

        static byte[] Sent(HandshakeStep step) => step.Effects.OfType<HandshakeEffect.SendFrame>().Single().Bytes.ToArray();
    }
}
