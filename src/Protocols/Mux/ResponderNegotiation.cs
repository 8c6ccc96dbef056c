using Hhs.Model;

namespace Hhs.Protocols.Mux;

/// <summary>The side that was dialled: waits for one interest, and has it judged by its own side.</summary>
public sealed class ResponderNegotiation : ITopicNegotiation
{
    /// <summary>Waits for the interest.</summary>
    public NegotiationStep Start() =>
        new(new NegotiationState.AwaitingInterest(), new NegotiationEffect.ArmDeadline(NegotiationLimits.Deadline));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A verdict was given that nobody asked for.</exception>
    public NegotiationStep Advance(NegotiationState state, NegotiationInput input) => (state, input) switch
    {
        (NegotiationState.AwaitingInterest, NegotiationInput.FrameArrived { Frame: MuxFrame.Interest(var topic) }) =>
            new(new NegotiationState.AwaitingVerdict(topic), new NegotiationEffect.AskVerdict(topic)),
        (NegotiationState.AwaitingInterest, NegotiationInput.FrameArrived) =>
            NegotiationStep.Close(RejectCode.UnexpectedMessage, "the first frame is not an interest"),
        (NegotiationState.AwaitingVerdict s, NegotiationInput.Decided { Accept: true }) => new(
            new NegotiationState.Open(),
            new NegotiationEffect.SendFrame(new MuxFrame.Accept(s.Topic)), new NegotiationEffect.Opened(s.Topic)),
        (NegotiationState.AwaitingVerdict s, NegotiationInput.Decided) => new(
            new NegotiationState.Closed(), new NegotiationEffect.SendFrame(new MuxFrame.Reject(s.Topic)),
            new NegotiationEffect.CloseTransport(new(RejectCode.Declined, "the topic was rejected"), Redial: false)),
        (NegotiationState.AwaitingInterest, NegotiationInput.DeadlinePassed) => NegotiationStep.Close(RejectCode.TimedOut, "no interest came"),
        (NegotiationState.AwaitingVerdict, NegotiationInput.DeadlinePassed) => NegotiationStep.Close(RejectCode.TimedOut, "no verdict came"),
        (NegotiationState.Open, NegotiationInput.DeadlinePassed) => new(state),   // a late timer is harmless
        (NegotiationState.Closed, _) => new(state),
        (_, NegotiationInput.Decided) => throw new ArgumentException($"no verdict is due in {state.GetType().Name}", nameof(input)),
        _ => NegotiationStep.Close(RejectCode.UnexpectedMessage, $"in {state.GetType().Name}"),
    };
}
