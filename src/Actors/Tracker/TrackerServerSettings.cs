using Hhs.Protocols.Tracker;

namespace Hhs.Actors.Tracker;

/// <summary>Bounds and paces of a tracker. HOCON: <c>hhs.tracker</c>.</summary>
public sealed record TrackerServerSettings
{
    /// <summary>Connections at once; for a further one the oldest without a request gives way, of the network that has most of those, or it is closed if there is none.</summary>
    public int ConnectionsMax { get; init; } = 1024;

    /// <summary>Connections at once from one address; a further one is closed.</summary>
    public int ConnectionsPerAddressMax { get; init; } = 32;

    /// <summary>Longest handshake, and longest wait for the request after it; then the connection is closed.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often what has expired is forgotten, and what has changed is saved.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bounds of what is held and asked.</summary>
    public TrackerSettings Registry { get; init; } = new();
}
