using Hhs.Model;
using Hhs.Model.Hashing;

namespace Hhs.Protocols.Sync;

/// <summary>What can happen to a sync machine.</summary>
/// <param name="Now">Time since any fixed start; never goes back between two inputs.</param>
public abstract record SyncInput(TimeSpan Now)
{
    /// <summary>Our replica grew: by local writes, by offered entries, or otherwise. The replica already contains them.</summary>
    public sealed record EntriesAdmitted(IReadOnlyList<ContentHash> Entries, TimeSpan Now) : SyncInput(Now);

    /// <summary>An offered entry needs something of another object first: keep it, and offer it again on <see cref="RetryDeferred"/>.</summary>
    public sealed record EntryDeferred(ContentHash Entry, TimeSpan Now) : SyncInput(Now);

    /// <summary>An offered entry breaks a rule of the object's type: forget it with all that depends on it, and charge its source.</summary>
    public sealed record EntryRefused(ContentHash Entry, Reject Why, TimeSpan Now) : SyncInput(Now);

    /// <summary>A message came in on the object's topic, as the secure channel delivered it. The bytes are not kept.</summary>
    public sealed record MessageArrived(PeerId Peer, ReadOnlyMemory<byte> Message, TimeSpan Now) : SyncInput(Now);

    /// <summary>The session has written so many bytes of <see cref="SyncEffect.Send"/> to the peer's socket: room for more.</summary>
    public sealed record Drained(PeerId Peer, int Bytes, TimeSpan Now) : SyncInput(Now);

    /// <summary>A connection carries the object's topic from now on.</summary>
    public sealed record PeerJoined(PeerId Peer, PeerKind Kind, TimeSpan Now) : SyncInput(Now);

    /// <summary>The connection is gone, and with it everything in flight on it.</summary>
    public sealed record PeerLeft(PeerId Peer, TimeSpan Now) : SyncInput(Now);

    /// <summary>Another object grew: entries that were deferred may be admissible now.</summary>
    public sealed record RetryDeferred(TimeSpan Now) : SyncInput(Now);

    /// <summary>A timer that an <see cref="SyncEffect.ArmTimer"/> asked for has run out. A late or repeated one is harmless.</summary>
    public sealed record TimerFired(SyncTimer Timer, TimeSpan Now) : SyncInput(Now);
}
