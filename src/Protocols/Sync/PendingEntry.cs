using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Protocols.Sync;

/// <summary>How far a pending entry has come.</summary>
internal enum PendingState
{
    /// <summary>Only its name is known, as a predecessor of another.</summary>
    Wanted,
    /// <summary>Its header is here.</summary>
    AwaitingPayload,
    /// <summary>Complete, but a predecessor is not.</summary>
    Held,
    /// <summary>With the object, to be judged.</summary>
    Offered,
    /// <summary>Put off by the object until another object has grown.</summary>
    Deferred,
}

/// <summary>What one peer has made us hold, be it here or gone.</summary>
internal sealed class PeerShare(PeerId peer)
{
    public static readonly PeerShare Nobody = new(default);

    public PeerId Peer { get; } = peer;

    /// <summary>When its peer left or failed; null while it answers for what is here.</summary>
    public TimeSpan? OrphanedAt { get; set; }

    public int Headers { get; set; }

    /// <summary>Payloads that are here and not with the object.</summary>
    public int HeldBytes { get; set; }

    /// <summary>Entries whose payload has to be asked for, the deepest last; some are out of date.</summary>
    public Stack<PendingEntry> Unrequested { get; } = new();
}

/// <summary>One entry of <see cref="PendingEntries"/>, which alone changes it.</summary>
internal sealed class PendingEntry(ContentHash hash)
{
    private bool _retired;

    public ContentHash Hash { get; } = hash;

    public Header? Header { get; set; }

    /// <summary>Who sent the header; set with it.</summary>
    public PeerShare Source { get; set; } = PeerShare.Nobody;

    /// <summary>The peers that have it, since they sent its header or announced what stands on it: a bit each, see <see cref="HolderBits"/>.</summary>
    public ulong Holders { get; set; }

    /// <summary>Header and payload together, once the payload is here.</summary>
    public Entry? Whole { get; set; }

    public int PayloadBytes { get; set; }

    /// <summary>Who sent the payload.</summary>
    public PeerId? PayloadFrom { get; set; }

    public PendingState State { get; set; }

    /// <summary>Predecessors that are neither admitted nor offered.</summary>
    public int Missing { get; set; }

    /// <summary>Entries that name this one as a predecessor, some of them retired.</summary>
    public List<PendingEntry> Dependents { get; } = new(1);

    /// <summary>A request under way is to bring the payload.</summary>
    public bool Requested { get; set; }

    /// <summary>Whether it is still pending, with its header here.</summary>
    public bool IsLive => !_retired && Header is not null;

    public void Retire() => _retired = true;
}
