using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Sync;

/// <summary>What a sync machine knows of one peer.</summary>
internal sealed class SyncPeer(PeerId id, PeerKind kind, SyncSettings settings)
{
    public PeerId Id { get; } = id;

    public PeerKind Kind { get; } = kind;

    public TimeSpan JoinedAt { get; init; }

    public int Charged { get; set; }

    /// <summary>Bytes sent and not drained.</summary>
    public int InFlight { get; set; }

    /// <summary>The latest frontier it told us; null before the first, and after one that it could not back up.</summary>
    public Position? Announced { get; set; }

    /// <summary>The newest tips of its frontiers that we know: it has all that they lead to.</summary>
    public Position Has { get; set; } = Position.Empty;

    /// <summary>What it has of ours and what it has been told of.</summary>
    public PeerStage Stage { get; } = new(kind == PeerKind.Original ? settings.OriginalStageEntries : settings.NativeStageEntries);

    /// <summary>The latest frontier we told it.</summary>
    public Position? LastSent { get; set; }

    public TimeSpan LastSentAt { get; set; }

    /// <summary>How many entries we had then.</summary>
    public int LastSentCount { get; set; }

    /// <summary>It had told us nothing when we told it, so it may not have been listening: that does not count as an answer.</summary>
    public bool ToldUnheard { get; set; }

    /// <summary>Told of growth at once, not later (see <see cref="GossipTree"/>).</summary>
    public bool IsEager { get; set; } = true;

    /// <summary>When it was first told at once of what it has not asked for since; null if it has, or has been told nothing.</summary>
    public TimeSpan? PushedAt { get; set; }

    /// <summary>The latest tips that it told us or that we told it.</summary>
    public BoundedSet<ContentHash> Common { get; } = new(32);

    /// <summary>Whether there is anything in the position that we have not told it, nor it us.</summary>
    public bool Lacks(Position target)
    {
        foreach (var tip in target.Hashes)
        {
            if (Announced?.Contains(tip) != true && LastSent?.Contains(tip) != true && !Common.Contains(tip)) return true;
        }
        return false;
    }

    /// <summary>A frontier was held back because too much is in flight.</summary>
    public bool FrontierOwed { get; set; }

    /// <summary>When it was last given something that it asked for.</summary>
    public TimeSpan ServedAt { get; set; }

    /// <summary>What is done about it if it is an original that got stuck.</summary>
    public Rescue Rescue { get; } = new();

    /// <summary>Not asked for anything before this time.</summary>
    public TimeSpan NotBefore { get; set; }

    /// <summary>An original is not asked for a walk before this time.</summary>
    public TimeSpan NoWalkBefore { get; set; }

    /// <summary>How fast it brings payloads.</summary>
    public PeerSpeed Speed { get; } = new();

    /// <summary>Failures since it last brought something good: the exponent of its back-off.</summary>
    public int Failures { get; set; }

    /// <summary>Requests to it that are over; their late answers are no fault.</summary>
    public BoundedSet<string> Retired { get; } = new(64);

    /// <summary>Requests that we never made and that it answered soon after joining: whoever had the object before may have, an earlier start of it or another node.</summary>
    public HashSet<string> Inherited { get; } = new(StringComparer.Ordinal);

    /// <summary>Its requests that wait for their turn.</summary>
    public Queue<SyncMessage> Requests { get; } = new();

    /// <summary>The response that is being sent to it.</summary>
    public Response? Responding { get; set; }

    /// <summary>The last payloads sent to it along with a walk: an original may have lost them all.</summary>
    public Response.Payloads? LastAuto { get; set; }

    /// <summary>Nothing of a response is sent before this time.</summary>
    public TimeSpan PausedUntil { get; set; }
}
