namespace Hhs.Actors.Transport;

/// <summary>Bounds of one connection. HOCON: <c>hhs.transport</c>.</summary>
public sealed record ConnectionLimits
{
    /// <summary>Longest frame, in bytes; a longer one closes the connection.</summary>
    public int FrameBytesMax { get; init; } = 8 << 20;

    /// <summary>Received bytes that may wait to be processed, each frame counting for 256 more; reading pauses above it.</summary>
    public int ReceiveWindowBytes { get; init; } = 2 << 20;

    /// <summary>Queued bytes that may wait to be sent, each frame counting for 256 more; a remote that reads more slowly is disconnected above it.</summary>
    public int SendQueueBytesMax { get; init; } = 64 << 20;

    /// <summary>Inbound connections that may be open at once on one listener; further ones are refused.</summary>
    public int InboundMax { get; init; } = 1024;

    /// <summary>Of them, those that may come from one address (of IPv6: from one network of 64 bits); 0 for no such limit.</summary>
    public int InboundPerAddressMax { get; init; } = 64;

    /// <summary>Whether connections from this machine itself count for <see cref="InboundPerAddressMax"/>; behind a proxy on the same machine all look so.</summary>
    public bool InboundPerAddressCountsLoopback { get; init; }

    /// <summary>How long a dial may take.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection that came in may take for TLS, to ask for a WebSocket, and on <c>tcp://</c> for its first bytes and any part of a frame; then it is closed.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often an idle connection is pinged; one that does not answer for as long again is closed.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);
}
