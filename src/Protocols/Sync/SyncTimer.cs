namespace Hhs.Protocols.Sync;

/// <summary>Which of a machine's timers: what it is for, and for which peer if it is one peer's.</summary>
public readonly record struct SyncTimer(SyncTimerKind Kind, PeerId? Peer = null);

/// <summary>What a sync machine waits for.</summary>
public enum SyncTimerKind
{
    /// <summary>Growth is gathered before it is announced.</summary>
    Announce,
    /// <summary>A request may have gone silent, or a peer's back-off may be over.</summary>
    Fetch,
    /// <summary>Peers that differ from us are told again, and what waits in vain is let go.</summary>
    KeepAlive,
    /// <summary>An original peer's pause before the next messages of a response (one timer a peer).</summary>
    Pace,
    /// <summary>Peers that were not told at once are told, and those told in vain are not any more.</summary>
    Lazy,
    /// <summary>Of a frontier too wide for one message another part is told.</summary>
    Part,
    /// <summary>An original may have got stuck.</summary>
    Rescue,
}
