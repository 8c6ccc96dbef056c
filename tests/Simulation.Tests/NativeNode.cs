using Hhs.Model.Dag;
using System.Diagnostics;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Tests.Sync;

namespace Hhs.Simulation.Tests;

/// <summary>A node of ours: one sync machine on one replica, with an object that takes its time to store.</summary>
internal class NativeNode(World world, string name, int seed, SyncSettings settings) : INode
{
    private readonly Dictionary<PeerId, (PeerKind Kind, Action<ReadOnlyMemory<byte>> Send)> _peers = [];
    private readonly Dictionary<SyncTimer, int> _timers = [];
    private readonly Queue<(PeerId From, Entry Entry)> _offered = new();
    private TopicSync _sync = null!;
    private int _life;
    private bool _storing;

    public string Name => name;

    public PeerKind Kind => PeerKind.Native;

    public MemoryReplica Replica { get; } = MemoryReplica.Fresh();

    /// <summary>Entries marked late are put off until this is set, as if another object had to grow first.</summary>
    public bool ForeignIsHere { get; private set; }

    public int PendingEntries => _sync.PendingEntries;

    public Dictionary<PeerId, int> Charges { get; } = [];

    /// <summary>Looks at each message that comes in, and at each entry that is offered and by whom it was brought.</summary>
    public Action<PeerId, ReadOnlyMemory<byte>>? OnReceived { get; set; }

    public Action<PeerId, Entry>? OnOffered { get; set; }

    public void Start() => _sync = new(Replica, new SeededRandom(seed + (1000 * ++_life)), settings);

    /// <summary>The process dies: machine state is lost, the replica is not.</summary>
    public void Restart()
    {
        foreach (var link in world.Links.Where(l => l.One == this || l.Other == this)) link.Break();
        _timers.Clear();
        _offered.Clear();
        Start();
        world.Trace($"{name} restarts");
    }

    public void Write(int count)
    {
        for (int i = 0; i < count; i++)
        {
            bool late = world.Random.Next(20) == 0;
            var payload = Literal.Map.Of(("action", late ? "late" : "add"), ("element", $"{name}-{Replica.Count}-{world.Random.Next()}"));
            // Now and then on top of a part of the frontier, so that branches stay open.
            var tips = Replica.Frontier;
            var at = tips.Count > 1 && world.Random.Next(3) > 0 ? [tips[world.Random.Next(tips.Count)]] : tips;
            Admitted([Replica.Write(payload, at).Hash]);
        }
    }

    /// <summary>Writes one entry on top of everything.</summary>
    public ContentHash Write(Literal payload)
    {
        var entry = Replica.Write(payload).Hash;
        Admitted([entry]);
        return entry;
    }

    public void ForeignArrives()
    {
        ForeignIsHere = true;
        Do(new SyncInput.RetryDeferred(world.Now));
    }

    public void Joined(PeerId peer, PeerKind kind, Action<ReadOnlyMemory<byte>> send)
    {
        _peers[peer] = (kind, send);
        Do(new SyncInput.PeerJoined(peer, kind, world.Now));
    }

    public void Left(PeerId peer)
    {
        _peers.Remove(peer);
        Do(new SyncInput.PeerLeft(peer, world.Now));
    }

    public void Received(PeerId peer, ReadOnlyMemory<byte> message)
    {
        OnReceived?.Invoke(peer, message);
        Do(new SyncInput.MessageArrived(peer, message, world.Now));
    }

    public void Drained(PeerId peer, int bytes) => Do(new SyncInput.Drained(peer, bytes, world.Now));

    protected virtual void Send(PeerId peer, ReadOnlyMemory<byte> message)
    {
        if (_peers.TryGetValue(peer, out var p)) p.Send(message);
    }

    private void Admitted(IReadOnlyList<ContentHash> entries) => Do(new SyncInput.EntriesAdmitted(entries, world.Now));

    private void Do(SyncInput input)
    {
        foreach (var effect in _sync.Advance(input)) CarryOut(effect);
    }

    private void CarryOut(SyncEffect effect)
    {
        switch (effect)
        {
            case SyncEffect.ArmTimer(var timer, var after): Arm(timer, after); break;
            case SyncEffect.CancelTimer(var timer): _timers.Remove(timer); break;
            case SyncEffect.Issue: break;
            case SyncEffect.Misbehaved(var peer, var why, var charge):
                world.Trace($"{name} charges {peer} {charge}: {why}");
                Charges[peer] = Charges.GetValueOrDefault(peer) + charge;
                break;
            case SyncEffect.Offer(var from, var entries):
                foreach (var entry in entries)
                {
                    OnOffered?.Invoke(from, entry);
                    _offered.Enqueue((from, entry));
                }
                if (!_storing) StoreSoon();
                break;
            case SyncEffect.Send(var peer, var message):
                if (world.IsTraced) world.Trace($"{name} -> {peer} {System.Text.Encoding.UTF8.GetString(message.Span[..Math.Min(message.Length, 60)])}");
                Send(peer, message);
                break;
            default: throw new UnreachableException(effect.GetType().Name);
        }
    }

    private void Arm(SyncTimer timer, TimeSpan after)
    {
        int version = _timers[timer] = _timers.GetValueOrDefault(timer) + 1;
        int life = _life;
        world.After(after, () =>
        {
            if (life == _life && _timers.GetValueOrDefault(timer) == version) Do(new SyncInput.TimerFired(timer, world.Now));
        });
    }

    private void StoreSoon()
    {
        _storing = true;
        int life = _life;
        world.After(world.Between(0.2, 12), () =>
        {
            _storing = false;
            if (life == _life) Store();
            if (_offered.Count > 0 && !_storing) StoreSoon();
        });
    }

    private void Store()
    {
        var admitted = new List<ContentHash>();
        for (int i = 0; i < 200 && _offered.TryDequeue(out var offered); i++)
        {
            var entry = offered.Entry;
            if (!entry.Header.PrevEntryHashes.All(Replica.Contains)) continue;   // its predecessor was put off or refused
            string? action = (entry.Payload as Literal.Map)?.Text("action");
            if (action == "late" && !ForeignIsHere) Do(new SyncInput.EntryDeferred(entry.Hash, world.Now));
            else if (action is not ("add" or "late")) Do(new SyncInput.EntryRefused(entry.Hash, new(RejectCode.InvalidOperation, "no such action"), world.Now));
            else if (Replica.Add(entry.Header, entry.Payload)) admitted.Add(entry.Hash);
        }
        if (admitted.Count > 0) Admitted(admitted);
    }
}
