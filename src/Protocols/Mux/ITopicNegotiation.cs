using Hhs.Model;

namespace Hhs.Protocols.Mux;

/// <summary>What a negotiation awaits. Made by <see cref="ITopicNegotiation"/>, kept by the caller.</summary>
public abstract record NegotiationState
{
    private NegotiationState() { }   // closed: a state is one of those below

    /// <summary>Initiator: the interest is out.</summary>
    public sealed record AwaitingAnswer : NegotiationState;

    /// <summary>Responder: nothing has come yet.</summary>
    public sealed record AwaitingInterest : NegotiationState;

    /// <summary>Responder: our own side is deciding about a topic.</summary>
    public sealed record AwaitingVerdict(string Topic) : NegotiationState;

    /// <summary>The connection is given up; whatever still arrives changes nothing.</summary>
    public sealed record Closed : NegotiationState;

    /// <summary>Agreed: frames go to their topics from here on.</summary>
    public sealed record Open : NegotiationState;
}

/// <summary>What a negotiation reacts to.</summary>
public abstract record NegotiationInput
{
    private NegotiationInput() { }   // closed: an input is one of those below

    /// <summary>The time armed by <see cref="NegotiationEffect.ArmDeadline"/> is over.</summary>
    public sealed record DeadlinePassed : NegotiationInput;

    /// <summary>The answer to <see cref="NegotiationEffect.AskVerdict"/>.</summary>
    public sealed record Decided(bool Accept) : NegotiationInput;

    /// <summary>A frame came through the channel.</summary>
    public sealed record FrameArrived(MuxFrame Frame) : NegotiationInput;
}

/// <summary>What the caller must do, in the order given.</summary>
public abstract record NegotiationEffect
{
    private NegotiationEffect() { }   // closed: an effect is one of those below

    /// <summary>Come back with <see cref="NegotiationInput.DeadlinePassed"/> after that time.</summary>
    public sealed record ArmDeadline(TimeSpan After) : NegotiationEffect;

    /// <summary>Find out whether the peer may have the topic, and come back with <see cref="NegotiationInput.Decided"/>.</summary>
    public sealed record AskVerdict(string Topic) : NegotiationEffect;

    /// <summary>Close the connection.</summary>
    /// <param name="Why">What ended it.</param>
    /// <param name="Redial">Whether the peer is likely to be well and dialling again, with back-off, likely to help.</param>
    public sealed record CloseTransport(Reject Why, bool Redial) : NegotiationEffect;

    /// <summary>The connection is open for topics, this one first; disarm the deadline.</summary>
    public sealed record Opened(string Topic) : NegotiationEffect;

    /// <summary>Send a frame through the channel (the first not before the hold that the handshake asked for).</summary>
    public sealed record SendFrame(MuxFrame Frame) : NegotiationEffect;
}

/// <summary>The outcome of one step.</summary>
/// <param name="Next">State to go on from.</param>
/// <param name="Effects">What to do, in this order.</param>
public sealed record NegotiationStep(NegotiationState Next, IReadOnlyList<NegotiationEffect> Effects)
{
    internal NegotiationStep(NegotiationState next, params NegotiationEffect[] effects) : this(next, (IReadOnlyList<NegotiationEffect>)effects) { }

    internal static NegotiationStep Close(RejectCode code, string detail, bool redial = false) =>
        new(new NegotiationState.Closed(), new NegotiationEffect.CloseTransport(new(code, detail), redial));
}

/// <summary>One side of the first exchange on a fresh channel: the admission ticket for the connection.</summary>
/// <remarks>Interests on an open connection are the mesh's business, not this machine's. Source: wire.md section 5, supplement 7.5.</remarks>
public interface ITopicNegotiation
{
    /// <summary>The first step, once the channel is established.</summary>
    NegotiationStep Start();

    /// <summary>Reacts to an input. Never throws on what a peer sent.</summary>
    NegotiationStep Advance(NegotiationState state, NegotiationInput input);
}

/// <summary>Times of the negotiation.</summary>
public static class NegotiationLimits
{
    /// <summary>Longest wait for an interest, or for the answer to one; then the connection is closed.</summary>
    /// <remarks>Source: wire.md section 5.</remarks>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for the answer of a peer that may be the original; then the connection is closed and dialled again.</summary>
    /// <remarks>It may have lost our interest for good, and never answers then. Source: supplement 7.3.</remarks>
    public static readonly TimeSpan OriginalAnswer = TimeSpan.FromMilliseconds(2500);
}
