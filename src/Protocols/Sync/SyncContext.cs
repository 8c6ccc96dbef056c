using System.Buffers.Binary;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Sync;

/// <summary>What the parts of one sync machine share: the present input's time, the peers, and the effects gathered so far.</summary>
internal sealed class SyncContext(ISyncReplica replica, IRandomSource random, SyncSettings settings)
{
    private readonly JsonBuffer _buffer = new();
    private readonly Dictionary<SyncTimer, TimeSpan> _armed = [];
    private List<SyncEffect> _effects = [];

    public ISyncReplica Replica { get; } = replica;

    public SyncSettings Settings { get; } = settings;

    public TimeSpan Now { get; set; }

    // Sorted, so that every choice among peers is the same in a replay.
    public SortedDictionary<PeerId, SyncPeer> Peers { get; } = [];

    /// <summary>Bytes sent to all peers and not drained.</summary>
    public int InFlight { get; set; }

    public IReadOnlyList<SyncEffect> TakeEffects()
    {
        if (_effects.Count == 0) return [];
        var taken = _effects;
        _effects = [];
        return taken;
    }

    public void Do(SyncEffect effect) => _effects.Add(effect);

    public int Send(SyncPeer to, SyncMessage message)
    {
        var buffer = Buffer();
        message.Write(buffer);
        return SendBuffer(to);
    }

    /// <summary>The buffer for a message that is written by hand; follow with <see cref="SendBuffer"/>.</summary>
    public JsonBuffer Buffer()
    {
        _buffer.Clear();
        return _buffer;
    }

    public int SendBuffer(SyncPeer to)
    {
        var bytes = _buffer.Written.ToArray();
        to.InFlight += bytes.Length;
        InFlight += bytes.Length;
        Do(new SyncEffect.Send(to.Id, bytes));
        return bytes.Length;
    }

    public void Charge(SyncPeer peer, Reject why, int charge)
    {
        peer.Charged += charge;
        Do(new SyncEffect.Misbehaved(peer.Id, why, charge));
    }

    public bool IsShunned(SyncPeer peer) => peer.Charged >= Settings.ChargeMax;

    /// <summary>Sees to it that the timer runs out at that time or earlier; whoever set it looks at the time again when it does.</summary>
    public void WakeAt(SyncTimer timer, TimeSpan at)
    {
        if (_armed.TryGetValue(timer, out var armed) && armed <= at) return;
        _armed[timer] = at;
        Do(new SyncEffect.ArmTimer(timer, at > Now ? at - Now : TimeSpan.Zero));
    }

    public void Fired(SyncTimer timer) => _armed.Remove(timer);

    public void Cancel(SyncTimer timer)
    {
        if (_armed.Remove(timer)) Do(new SyncEffect.CancelTimer(timer));
    }

    /// <summary>A hash that is nothing's.</summary>
    public ContentHash NewHash()
    {
        Span<byte> digest = stackalloc byte[ContentHash.SizeBytes];
        random.Fill(digest);
        return ContentHash.FromDigest(digest);
    }

    /// <summary>A number from 0 to below the count.</summary>
    public int Choose(int count)
    {
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        return (int)(BinaryPrimitives.ReadUInt32LittleEndian(bytes) % (uint)count);
    }

    public string NewRequestId()
    {
        Span<byte> bytes = stackalloc byte[8];
        random.Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
