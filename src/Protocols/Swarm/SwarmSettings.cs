namespace Hhs.Protocols.Swarm;

/// <summary>Sizes and paces of one topic's swarm.</summary>
public sealed record SwarmSettings
{
    /// <summary>The defaults.</summary>
    public static readonly SwarmSettings Default = new();

    /// <summary>Candidates remembered; when full, a new one takes the place of the one that failed most often, and is dropped if none has.</summary>
    public int CandidatesMax { get; init; } = 128;

    /// <summary>First pause before discovery is asked again while there are fewer peers than wanted; it doubles up to <see cref="DiscoverMax"/> while it names nobody new.</summary>
    public TimeSpan DiscoverEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause between two questions to discovery.</summary>
    public TimeSpan DiscoverMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>First pause before a further candidate is tried although there are enough peers; doubles up to <see cref="ExploreMax"/>, and starts over when peers are lost.</summary>
    public TimeSpan ExploreEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest pause between two such tries.</summary>
    public TimeSpan ExploreMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>With so many peers or more, who was tried in addition is left again after <see cref="VisitFor"/>.</summary>
    public int PeersMax { get; init; } = 24;

    /// <summary>How long a peer that is not needed is talked to: enough to learn what it has.</summary>
    public TimeSpan VisitFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Dials under way at a time; the rest wait.</summary>
    public int DialsMax { get; init; } = 3;

    /// <summary>A dial without an answer for so long has failed, and a connection that lasted as long was worth its dial.</summary>
    public TimeSpan DialPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>First pause before a candidate that failed is dialled again; doubles up to <see cref="RedialMax"/>.</summary>
    public TimeSpan RedialMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause before a candidate that failed is dialled again.</summary>
    public TimeSpan RedialMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Peers that we dial for, as in the original (supplement 7.8).</summary>
    public int TargetPeers { get; init; } = 6;
}
