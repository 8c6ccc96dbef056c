using Hhs.Protocols.Swarm;

namespace Hhs.Protocols.Tracker;

/// <summary>What can happen to a <see cref="TrackerSchedule"/>.</summary>
/// <param name="Now">Time since any fixed start; never goes back between two inputs.</param>
public abstract record TrackerScheduleInput(TimeSpan Now)
{
    /// <summary>The addresses to announce from now on; without any nothing is announced, and what was is left.</summary>
    public sealed record Addresses(IReadOnlyList<string> Announce, TimeSpan Now) : TrackerScheduleInput(Now);

    /// <summary>The tracker answered the request that was out.</summary>
    public sealed record Answered(TrackerResponse Response, TimeSpan Now) : TrackerScheduleInput(Now);

    /// <summary>All topics that are carried from now on.</summary>
    public sealed record Carried(IReadOnlyCollection<string> Topics, TimeSpan Now) : TrackerScheduleInput(Now);

    /// <summary>The request that was out came to nothing.</summary>
    public sealed record Failed(TimeSpan Now) : TrackerScheduleInput(Now);

    /// <summary>Peers of a topic are wanted, with an address of one of the schemes.</summary>
    public sealed record Find(string Topic, IReadOnlyCollection<string> Schemes, TimeSpan Now) : TrackerScheduleInput(Now);

    /// <summary>The timer of <see cref="TrackerScheduleEffect.ArmTimer"/> has run out. A late one is harmless.</summary>
    public sealed record TimerFired(TimeSpan Now) : TrackerScheduleInput(Now);
}

/// <summary>What a <see cref="TrackerSchedule"/> wants done.</summary>
public abstract record TrackerScheduleEffect
{
    private TrackerScheduleEffect() { }   // closed: whoever carries effects out must know them all

    /// <summary>Answer with <see cref="TrackerScheduleInput.TimerFired"/> after the time given; replaces the timer armed before.</summary>
    public sealed record ArmTimer(TimeSpan After) : TrackerScheduleEffect;

    /// <summary>Send the request over a connection of its own; answered by <see cref="TrackerScheduleInput.Answered"/> or <see cref="TrackerScheduleInput.Failed"/>.</summary>
    public sealed record Exchange(TrackerRequest Request) : TrackerScheduleEffect;

    /// <summary>These were named for the topic; none at all where nobody was. Nothing is proved until a handshake.</summary>
    public sealed record Found(string Topic, IReadOnlyList<SwarmCandidate> Candidates) : TrackerScheduleEffect;

    /// <summary>The tracker carried out no request: it says why.</summary>
    public sealed record Refused(string Message) : TrackerScheduleEffect;
}
