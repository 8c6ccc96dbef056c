using Hhs.Model;
using Hhs.Model.Identity;

namespace Hhs.Protocols.Pool;

/// <summary>An authenticated connection, as the pool sees it.</summary>
/// <param name="Peer">The connection.</param>
/// <param name="KeyId">Who is at its other end, proved by the handshake.</param>
/// <param name="Instance">The node at its other end; null for the original, which does not say.</param>
/// <param name="Dialled">The address that we dialled; null when it came in.</param>
/// <param name="At">When it was opened.</param>
public sealed record PooledConnection(PeerId Peer, KeyId KeyId, NodeInstance? Instance, string? Dialled, TimeSpan At);

/// <summary>What becomes of a new connection.</summary>
public abstract record PoolVerdict
{
    private PoolVerdict() { }   // closed: a verdict is one of those below

    /// <summary>It is kept; <paramref name="Replaces"/>, if any, is to be closed, and what was wanted of it to be asked here.</summary>
    public sealed record Kept(PeerId? Replaces) : PoolVerdict;

    /// <summary>It is to be closed: <paramref name="Instead"/> serves both ways.</summary>
    public sealed record Duplicate(PeerId Instead) : PoolVerdict;

    /// <summary>It is to be closed.</summary>
    public sealed record Refused(Reject Why) : PoolVerdict;
}

/// <summary>The authenticated connections of a node: one to each node at the other end, whoever dialled.</summary>
/// <remarks>
/// Two that dial each other at the same time have two connections for a moment. Both sides then keep the one that the lesser
/// of (key id, instance) dialled. A connection that comes long after the other is no accident: whoever dialled it had
/// lost the other, so the newer is kept. Where one side dialled both, that side decides and the other waits for it.
/// </remarks>
/// <param name="self">Our own key id.</param>
/// <param name="instance">Our own instance.</param>
/// <param name="perKeyMax">Connections a key id may have: devices that share a key.</param>
public sealed class ConnectionPool(KeyId self, NodeInstance instance, int perKeyMax)
{
    private readonly Dictionary<PeerId, PooledConnection> _connections = [];
    private readonly Dictionary<KeyId, List<PooledConnection>> _byKey = [];
    private readonly HashSet<KeyId> _blocked = [];

    /// <summary>The connections.</summary>
    public IReadOnlyCollection<PooledConnection> Connections => _connections.Values;

    /// <summary>Key ids that are not talked to.</summary>
    public IReadOnlySet<KeyId> Blocked => _blocked;

    /// <summary>The connections to a key id, oldest first.</summary>
    public IReadOnlyList<PooledConnection> Of(KeyId key) => _byKey.TryGetValue(key, out var all) ? all : [];

    /// <summary>Talks to the key id no more; answers the connections to be closed.</summary>
    public IReadOnlyList<PooledConnection> Block(KeyId key)
    {
        _blocked.Add(key);
        return [.. Of(key)];
    }

    /// <summary>Talks to the key id again.</summary>
    public void Unblock(KeyId key) => _blocked.Remove(key);

    /// <summary>Judges a new connection, and takes it in if it is kept.</summary>
    public PoolVerdict Admit(PooledConnection made)
    {
        if (_blocked.Contains(made.KeyId)) return new PoolVerdict.Refused(new(RejectCode.Declined, "the peer is blocked here"));
        if (made.KeyId == self && made.Instance == instance) return new PoolVerdict.Refused(new(RejectCode.Declined, "this is the node itself"));
        var others = Of(made.KeyId);
        if (others.FirstOrDefault(other => IsSame(other, made)) is { } same)
        {
            if (!PrefersNew(same, made)) return new PoolVerdict.Duplicate(same.Peer);
            Remove(same.Peer);
            Add(made);
            return new PoolVerdict.Kept(same.Peer);
        }
        if (others.Count >= perKeyMax) return new PoolVerdict.Refused(new(RejectCode.OverLimit, $"there are {others.Count} connections under this key already"));
        Add(made);
        return new PoolVerdict.Kept(null);
    }

    /// <summary>A connection is over.</summary>
    public void Remove(PeerId peer)
    {
        if (!_connections.Remove(peer, out var gone)) return;
        var all = _byKey[gone.KeyId];
        all.Remove(gone);
        if (all.Count == 0) _byKey.Remove(gone.KeyId);
    }

    private void Add(PooledConnection made)
    {
        _connections.Add(made.Peer, made);
        if (_byKey.TryGetValue(made.KeyId, out var all)) all.Add(made);
        else _byKey.Add(made.KeyId, [made]);
    }

    // Originals do not name themselves: only what we dialled at one address twice is known to be the same node. Two that came
    // in from the same node are that node's to sort out.
    private static bool IsSame(PooledConnection one, PooledConnection other) =>
        one.Instance is null || other.Instance is null
            ? one.Dialled is not null && one.Dialled == other.Dialled
            : one.Instance == other.Instance && (one.Dialled is not null || other.Dialled is not null);

    private bool PrefersNew(PooledConnection old, PooledConnection made)
    {
        if (old.Dialled is not null && made.Dialled is not null) return false;   // both ours: the first will do
        if (made.At - old.At >= SimultaneousWithin) return true;
        bool weAreLesser = Compare(self, instance, made.KeyId, made.Instance!.Value) < 0;
        return weAreLesser == made.Dialled is not null;
    }

    private static int Compare(KeyId key, NodeInstance node, KeyId otherKey, NodeInstance otherNode)
    {
        int byKey = key.Hash.CompareTo(otherKey.Hash);
        return byKey != 0 ? byKey : node.CompareTo(otherNode);
    }

    /// <summary>Two connections made within this time are taken for dials that crossed.</summary>
    public static readonly TimeSpan SimultaneousWithin = TimeSpan.FromSeconds(10);
}
