using Hhs.Model;
using Hhs.Protocols.Mux;

namespace Hhs.Protocols.Tests.Mux;

public class TopicNegotiationTests
{
    private static readonly NegotiationInput Deadline = new NegotiationInput.DeadlinePassed();

    private static NegotiationInput Frame(MuxFrame frame) => new NegotiationInput.FrameArrived(frame);

    private static NegotiationEffect.CloseTransport Closing(NegotiationStep step)
    {
        Assert.IsType<NegotiationState.Closed>(step.Next);
        return Assert.IsType<NegotiationEffect.CloseTransport>(step.Effects[^1]);
    }

    [Fact]
    public void Interest_and_accept_open_both_sides()
    {
        var initiator = new InitiatorNegotiation("T", PeerKind.Native);
        var responder = new ResponderNegotiation();
        NegotiationStep here = initiator.Start(), there = responder.Start();
        var interest = Assert.IsType<NegotiationEffect.SendFrame>(here.Effects[0]).Frame;
        there = responder.Advance(there.Next, Frame(interest));
        Assert.Equal([new NegotiationEffect.AskVerdict("T")], there.Effects);
        there = responder.Advance(there.Next, new NegotiationInput.Decided(true));
        Assert.Equal([new NegotiationEffect.SendFrame(new MuxFrame.Accept("T")), new NegotiationEffect.Opened("T")], there.Effects);
        here = initiator.Advance(here.Next, Frame(new MuxFrame.Accept("T")));
        Assert.Equal([new NegotiationEffect.Opened("T")], here.Effects);

        // Timers that come late change nothing.
        Assert.Equal(here.Next, initiator.Advance(here.Next, Deadline).Next);
        Assert.Equal(there.Next, responder.Advance(there.Next, Deadline).Next);
    }

    [Fact]
    public void A_rejected_topic_is_answered_and_then_closes_both_sides()
    {
        var responder = new ResponderNegotiation();
        var asked = responder.Advance(responder.Start().Next, Frame(new MuxFrame.Interest("T")));
        var rejected = responder.Advance(asked.Next, new NegotiationInput.Decided(false));
        Assert.Equal(new NegotiationEffect.SendFrame(new MuxFrame.Reject("T")), rejected.Effects[0]);
        Assert.Equal(RejectCode.Declined, Closing(rejected).Why.Code);

        var initiator = new InitiatorNegotiation("T", PeerKind.Native);
        var closing = Closing(initiator.Advance(initiator.Start().Next, Frame(new MuxFrame.Reject("T"))));
        Assert.Equal(RejectCode.Declined, closing.Why.Code);
        Assert.False(closing.Redial);
    }

    [Theory]
    [InlineData(PeerKind.Native, 10_000, false)]
    [InlineData(PeerKind.Original, 2_500, true)]
    public void An_unanswered_interest_closes_and_towards_an_original_calls_for_another_dial(PeerKind peer, int milliseconds, bool redial)
    {
        var initiator = new InitiatorNegotiation("T", peer);
        var start = initiator.Start();
        Assert.Equal(new NegotiationEffect.ArmDeadline(TimeSpan.FromMilliseconds(milliseconds)), start.Effects[1]);
        var closing = Closing(initiator.Advance(start.Next, Deadline));
        Assert.Equal(RejectCode.TimedOut, closing.Why.Code);
        Assert.Equal(redial, closing.Redial);
    }

    public static TheoryData<MuxFrame> NotAnInterest =>
        [new MuxFrame.Accept("T"), new MuxFrame.Reject("T"), new MuxFrame.TopicData("T", default), new MuxFrame.Dropped("noise")];

    [Theory]
    [MemberData(nameof(NotAnInterest))]
    public void A_responder_closes_when_the_first_frame_is_no_interest(MuxFrame frame)
    {
        var responder = new ResponderNegotiation();
        Assert.Equal(RejectCode.UnexpectedMessage, Closing(responder.Advance(responder.Start().Next, Frame(frame))).Why.Code);
    }

    public static TheoryData<MuxFrame> NotTheAnswer =>
        [new MuxFrame.Accept("U"), new MuxFrame.Reject("U"), new MuxFrame.Interest("T"), new MuxFrame.TopicData("T", default), new MuxFrame.Dropped("noise")];

    [Theory]
    [MemberData(nameof(NotTheAnswer))]
    public void An_initiator_closes_when_the_next_frame_is_not_the_answer(MuxFrame frame)
    {
        var initiator = new InitiatorNegotiation("T", PeerKind.Native);
        Assert.Equal(RejectCode.UnexpectedMessage, Closing(initiator.Advance(initiator.Start().Next, Frame(frame))).Why.Code);
    }

    [Fact]
    public void A_responder_waits_ten_seconds_for_the_interest_and_for_its_own_side()
    {
        var responder = new ResponderNegotiation();
        var start = responder.Start();
        Assert.Equal([new NegotiationEffect.ArmDeadline(TimeSpan.FromSeconds(10))], start.Effects);
        Assert.Equal(RejectCode.TimedOut, Closing(responder.Advance(start.Next, Deadline)).Why.Code);
        var asked = responder.Advance(start.Next, Frame(new MuxFrame.Interest("T")));
        Assert.Equal(RejectCode.TimedOut, Closing(responder.Advance(asked.Next, Deadline)).Why.Code);
        Assert.Equal(RejectCode.UnexpectedMessage, Closing(responder.Advance(asked.Next, Frame(new MuxFrame.Interest("T")))).Why.Code);
    }

    [Fact]
    public void After_closing_nothing_matters_and_a_verdict_unasked_for_is_the_callers_mistake()
    {
        var responder = new ResponderNegotiation();
        var start = responder.Start();
        var closed = responder.Advance(start.Next, Deadline);
        Assert.Empty(responder.Advance(closed.Next, new NegotiationInput.Decided(true)).Effects);
        Assert.Empty(responder.Advance(closed.Next, Frame(new MuxFrame.Interest("T"))).Effects);
        Assert.Throws<ArgumentException>(() => responder.Advance(start.Next, new NegotiationInput.Decided(true)));
    }

    [Fact]
    public void Noise_never_throws_in_any_state_of_either_side()
    {
        var random = new Random(106);
        var initiator = new InitiatorNegotiation("T", PeerKind.Original);
        var responder = new ResponderNegotiation();
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bytes = i % 2 == 0 ? Mutation.Noise(random, 20) : Mutation.Of(MuxCodec.Write(new MuxFrame.Interest("T")), random);
            var frame = MuxCodec.Read(bytes);
            var input = Frame(frame);
            bool opened = initiator.Advance(initiator.Start().Next, input).Next is NegotiationState.Open;
            Assert.True(opened == (frame is MuxFrame.Accept("T")), $"case {i} of seed 106");
            var first = responder.Advance(responder.Start().Next, input);
            Assert.True(first.Next is NegotiationState.Closed or NegotiationState.AwaitingVerdict, $"case {i} of seed 106");
        }
    }
}
