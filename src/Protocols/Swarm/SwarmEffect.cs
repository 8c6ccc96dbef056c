namespace Hhs.Protocols.Swarm;

/// <summary>What a swarm wants done.</summary>
public abstract record SwarmEffect
{
    private SwarmEffect() { }   // closed: whoever carries effects out must know them all

    /// <summary>Answer with <see cref="SwarmInput.TimerFired"/> after the time given; replaces the timer armed before.</summary>
    public sealed record ArmTimer(TimeSpan After) : SwarmEffect;

    /// <summary>Connect to the candidate for the topic, or ask it over a connection that is there.</summary>
    /// <remarks>Answered by <see cref="SwarmInput.PeerOpened"/>, <see cref="SwarmInput.Declined"/> or <see cref="SwarmInput.DialFailed"/>; no answer counts as a failure after a while.</remarks>
    /// <param name="Candidate">Whom.</param>
    /// <param name="Failures">How often in a row that came to nothing before.</param>
    public sealed record Dial(SwarmCandidate Candidate, int Failures) : SwarmEffect;

    /// <summary>Carry the topic over this connection no more.</summary>
    public sealed record Leave(PeerId Peer) : SwarmEffect;

    /// <summary>Ask discovery for candidates; answered by <see cref="SwarmInput.CandidatesFound"/>, or not at all.</summary>
    public sealed record Discover : SwarmEffect;
}
