using Hhs.Model.Hashing;

namespace Hhs.Protocols.Sync;

/// <summary>A request of ours under way.</summary>
internal abstract class Fetch(SyncPeer peer, string requestId, TimeSpan now)
{
    public SyncPeer Peer { get; } = peer;

    public string RequestId { get; } = requestId;

    /// <summary>Items announced by the response's meta message; negative before it.</summary>
    public int Announced { get; set; } = -1;

    public int Received { get; set; }

    public int NextSequence { get; set; }

    /// <summary>When it was sent.</summary>
    public TimeSpan SentAt { get; } = now;

    /// <summary>When it was sent, or a message last came for it.</summary>
    public TimeSpan LastHeard { get; set; } = now;

    /// <summary>A walk: headers, breadth first from the start hashes.</summary>
    public sealed class Headers(SyncPeer peer, string requestId, TimeSpan now, ContentHash[] start, int maxHeaders) : Fetch(peer, requestId, now)
    {
        public ContentHash[] Start { get; } = start;

        public int MaxHeaders { get; } = maxHeaders;

        /// <summary>It may bring a long history, so no other is under way beside it; the others find out whether there is one.</summary>
        public bool IsLong { get; init; }

        public bool Complete { get; set; }

        public int PayloadsAnnounced { get; set; }

        /// <summary>What the walk may bring, by whether it has: the start, and the predecessors of all it brought.</summary>
        public Dictionary<ContentHash, bool> Reachable { get; } = start.ToDictionary(hash => hash, _ => false);

        /// <summary>The entries that it was the first to bring.</summary>
        public List<PendingEntry> Added { get; } = [];
    }

    /// <summary>Payloads, asked for or sent along with a walk.</summary>
    public sealed class Payloads(SyncPeer peer, string requestId, TimeSpan now, bool auto) : Fetch(peer, requestId, now)
    {
        public bool Auto { get; } = auto;

        /// <summary>Entries whose payload has not come yet, in the order added (a set that only shrinks keeps it): the deepest last.</summary>
        public HashSet<ContentHash> Expected { get; init; } = [];
    }
}
