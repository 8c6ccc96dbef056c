using Hhs.Model.Identity;

namespace Hhs.Protocols.Swarm;

/// <summary>What can happen to a swarm.</summary>
/// <param name="Now">Time since any fixed start; never goes back between two inputs.</param>
public abstract record SwarmInput(TimeSpan Now)
{
    /// <summary>What kept us from a key is over: its candidates are tried at once, as if they had never failed.</summary>
    public sealed record Reachable(KeyId KeyId, TimeSpan Now) : SwarmInput(Now);

    /// <summary>The topic is wanted from now on: find peers for it.</summary>
    public sealed record Activated(TimeSpan Now) : SwarmInput(Now);

    /// <summary>Discovery named these; known ones are no news.</summary>
    public sealed record CandidatesFound(IReadOnlyList<SwarmCandidate> Candidates, TimeSpan Now) : SwarmInput(Now);

    /// <summary>Nobody dials for the topic any more; who is connected stays until closed.</summary>
    public sealed record Deactivated(TimeSpan Now) : SwarmInput(Now);

    /// <summary>The peer is connected and has said that it does not share the topic.</summary>
    public sealed record Declined(KeyId KeyId, TimeSpan Now) : SwarmInput(Now);

    /// <summary>A dial asked for by <see cref="SwarmEffect.Dial"/> came to nothing.</summary>
    public sealed record DialFailed(SwarmCandidate Candidate, TimeSpan Now) : SwarmInput(Now);

    /// <summary>A connection carries the topic from now on, whoever dialled.</summary>
    /// <param name="Peer">The connection.</param>
    /// <param name="KeyId">Who is at its other end, proved by the handshake.</param>
    /// <param name="Now">When.</param>
    public sealed record PeerOpened(PeerId Peer, KeyId KeyId, TimeSpan Now) : SwarmInput(Now);

    /// <summary>A connection is gone, or carries the topic no more.</summary>
    public sealed record PeerClosed(PeerId Peer, TimeSpan Now) : SwarmInput(Now);

    /// <summary>The timer of <see cref="SwarmEffect.ArmTimer"/> has run out. A late one is harmless.</summary>
    public sealed record TimerFired(TimeSpan Now) : SwarmInput(Now);
}
