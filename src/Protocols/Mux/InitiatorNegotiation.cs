using Hhs.Model;

namespace Hhs.Protocols.Mux;

/// <summary>The side that dialled: asks for one topic, and goes by the very next frame.</summary>
/// <param name="topic">The topic to ask for.</param>
/// <param name="peer">What the handshake showed about the peer.</param>
public sealed class InitiatorNegotiation(string topic, PeerKind peer) : ITopicNegotiation
{
    /// <summary>Sends the interest.</summary>
    public NegotiationStep Start() => new(
        new NegotiationState.AwaitingAnswer(), new NegotiationEffect.SendFrame(new MuxFrame.Interest(topic)),
        new NegotiationEffect.ArmDeadline(peer == PeerKind.Original ? NegotiationLimits.OriginalAnswer : NegotiationLimits.Deadline));

    /// <inheritdoc/>
    public NegotiationStep Advance(NegotiationState state, NegotiationInput input) => (state, input) switch
    {
        (NegotiationState.AwaitingAnswer, NegotiationInput.FrameArrived f) => OnAnswer(f.Frame),
        (NegotiationState.AwaitingAnswer, NegotiationInput.DeadlinePassed) =>
            NegotiationStep.Close(RejectCode.TimedOut, "no answer to the interest", redial: peer == PeerKind.Original),
        (NegotiationState.Open, NegotiationInput.DeadlinePassed) => new(state),   // a late timer is harmless
        (NegotiationState.Closed, _) => new(state),
        _ => NegotiationStep.Close(RejectCode.UnexpectedMessage, $"in {state.GetType().Name}"),
    };

    private NegotiationStep OnAnswer(MuxFrame frame) => frame switch
    {
        MuxFrame.Accept(var accepted) when accepted == topic =>
            new(new NegotiationState.Open(), new NegotiationEffect.Opened(topic)),
        MuxFrame.Reject(var rejected) when rejected == topic => NegotiationStep.Close(RejectCode.Declined, "the topic was rejected"),
        _ => NegotiationStep.Close(RejectCode.UnexpectedMessage, "the interest was not answered by the next frame"),
    };
}
