namespace Hhs.Protocols.Tracker;

/// <summary>Paces and bounds of a tracker's client. HOCON: <c>hhs.tracker-client</c>.</summary>
public sealed record TrackerClientSettings
{
    /// <summary>The time that is asked for with an announcement; a third of what the tracker grants, it is made again.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>How long a question waits for others, to be asked together.</summary>
    public TimeSpan GatherFor { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Topics in one request; more make several.</summary>
    public int TopicsPerRequestMax { get; init; } = 256;

    /// <summary>Requests in a minute, after a few that may follow each other at once; further ones wait. A tracker of ours takes 600.</summary>
    public int RequestsPerMinuteMax { get; init; } = 300;

    /// <summary>Candidates taken of one topic from one answer, in random choice; further ones are dropped.</summary>
    public int CandidatesMax { get; init; } = 64;

    /// <summary>First pause before a tracker that did not answer is tried again; doubles up to <see cref="RetryMax"/>.</summary>
    public TimeSpan RetryMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause before a tracker that did not answer is tried again.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest wait for the answer to a request, from the dial on; then the connection is closed.</summary>
    public TimeSpan ExchangeTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest wait for the goodbye when a node stops.</summary>
    public TimeSpan LeaveTimeout { get; init; } = TimeSpan.FromSeconds(1);
}
