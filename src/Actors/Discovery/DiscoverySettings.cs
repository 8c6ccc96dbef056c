using Hhs.Protocols.Swarm;

namespace Hhs.Actors.Discovery;

/// <summary>How peers of a topic are found. HOCON: <c>hhs.discovery</c>.</summary>
public sealed record DiscoverySettings
{
    /// <summary>Whether peers that are connected for other topics are asked first. It tells them which topics we have in common interest.</summary>
    public bool PoolReuse { get; init; }

    /// <summary>How long sources of one priority may answer before those of the next are asked.</summary>
    public TimeSpan NextSourceAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Sizes and paces of one topic's swarm.</summary>
    public SwarmSettings Swarm { get; init; } = SwarmSettings.Default;
}

/// <summary>How much a node does for a topic.</summary>
public enum TopicMode
{
    /// <summary>Peers are looked for and dialled until there are enough, and whoever dials is let in.</summary>
    Active,
    /// <summary>Nobody is looked for; whoever dials is let in.</summary>
    Passive,
    /// <summary>Nobody is looked for or let in: to peers the object is not here.</summary>
    Dormant,
}
