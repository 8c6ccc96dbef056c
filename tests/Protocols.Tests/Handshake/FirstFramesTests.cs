using Hhs.Protocols.Channel;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Mux;

namespace Hhs.Protocols.Tests.Handshake;

/// <summary>Handshake, channel and negotiation driven as a session drives them.</summary>
public class FirstFramesTests
{
    // supplement 7.3: the original loses the interest in this very case, and never answers.
    [Fact]
    public void An_interest_that_arrives_glued_to_message_3_is_answered()
    {
        var initiator = new InitiatorHandshake(HandshakeSettings.For(HandshakePair.Alice), new TestRandom(1), HandshakePair.Bob.KeyId);
        var responder = new ResponderHandshake(HandshakeSettings.For(HandshakePair.Bob), new TestRandom(2));

        HandshakeStep here = initiator.Start(), there = responder.Start();
        there = responder.Advance(there.Next, new HandshakeInput.FrameArrived(Sent(here)));
        here = initiator.Advance(here.Next, new HandshakeInput.FrameArrived(Sent(there)));
        var asking = new InitiatorNegotiation("T", Established(here).Remote.Kind);
        using var dialled = new SecureChannel(Established(here).Keys);
        var interest = asking.Start().Effects.OfType<NegotiationEffect.SendFrame>().Single().Frame;
        Queue<byte[]> arrived = new([Sent(here).ToArray(), dialled.Seal(MuxCodec.Write(interest))]);

        there = responder.Advance(there.Next, new HandshakeInput.FrameArrived(arrived.Dequeue()));
        using var answering = new SecureChannel(Established(there).Keys);
        Assert.True(answering.TryOpenInPlace(arrived.Dequeue(), out var message, out _));
        var negotiation = new ResponderNegotiation();
        var step = negotiation.Advance(negotiation.Start().Next, new NegotiationInput.FrameArrived(MuxCodec.Read(message)));
        Assert.Equal([new NegotiationEffect.AskVerdict("T")], step.Effects);
        step = negotiation.Advance(step.Next, new NegotiationInput.Decided(true));

        byte[] answer = answering.Seal(MuxCodec.Write(step.Effects.OfType<NegotiationEffect.SendFrame>().Single().Frame));
        Assert.True(dialled.TryOpenInPlace(answer, out message, out _));
        var opened = asking.Advance(asking.Start().Next, new NegotiationInput.FrameArrived(MuxCodec.Read(message)));
        Assert.Equal([new NegotiationEffect.Opened("T")], opened.Effects);
    }

    private static ReadOnlyMemory<byte> Sent(HandshakeStep step) => step.Effects.OfType<HandshakeEffect.SendFrame>().Single().Bytes;

    private static HandshakeEffect.Establish Established(HandshakeStep step) => step.Effects.OfType<HandshakeEffect.Establish>().Single();
}
