using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Journal;
using Hhs.Actors.Sleepers;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Objects;

/// <summary>How a registry that shares its store with other nodes takes objects up, and gives them back.</summary>
/// <remarks>
/// Whoever places the objects (Hhs.Cluster) acquires one before it passes on anything for it, and releases it when it is to be another
/// node's. In between the registry treats it like any other: it sleeps and wakes here. One that another writer takes is not taken
/// back: whoever places objects is told, and for a while it is not acquired here. By then a node that is cut off knows that it is.
/// </remarks>
public sealed partial class ObjectsActor
{
    private readonly Dictionary<ContentHash, IActorRef> _acquiring = [];
    private readonly Dictionary<ContentHash, Acquired> _acquired = [];
    private readonly Dictionary<ContentHash, IActorRef> _releasing = [];
    private readonly Dictionary<ContentHash, TimeSpan> _fencedUntil = [];

    private sealed record Look(ContentHash Id);

    private sealed record Looked(ContentHash Id, bool IsStored);

    private sealed record NotLooked(ContentHash Id, Exception Cause);

    /// <summary>An object that is this node's, with its entity.</summary>
    private sealed class Acquired(IActorRef entity)
    {
        public IActorRef Entity => entity;
        public TimeSpan? NotAwakeSince { get; set; }
        public TimeSpan AskAgainAt { get; set; }
    }

    private void ReceiveSharing()
    {
        Receive<ObjectsProtocol.Acquire>(acquire =>
        {
            _acquiring[acquire.Id] = Sender;
            var left = _fencedUntil.GetValueOrDefault(acquire.Id) - Now;
            if (left > TimeSpan.Zero) Timers.StartSingleTimer(acquire.Id, new Look(acquire.Id), left);
            else LookFor(acquire.Id);
        });
        Receive<Look>(look => LookFor(look.Id));
        Receive<Looked>(OnLooked);
        Receive<NotLooked>(failed =>
        {
            _log.Warning("Object {0} cannot be acquired yet: {1}", failed.Id, failed.Cause.Message);
            Timers.StartSingleTimer(failed.Id, new Look(failed.Id), LookAgainAfter);
        });
        Receive<SleepersProtocol.NobodyTakesPart>(alone => { if (_acquired.TryGetValue(alone.Id, out var o) && IsUnused(alone.Id, o)) o.Entity.Tell(new ObjectsProtocol.Unused(alone.Id)); });
        Receive<ObjectsProtocol.Release>(release => OnRelease(release.Id));
        Receive<JournalProtocol.Drained>(drained => { if (_releasing.Remove(drained.ObjectId, out var asker)) asker.Tell(new ObjectsProtocol.Released(drained.ObjectId)); });
    }

    // A store that is away is waited for, elsewhere.
    private void LookFor(ContentHash id)
    {
        if (!_acquiring.ContainsKey(id)) return;   // released meanwhile
        _fencedUntil.Remove(id);
        StoreThreads.AskAsync(Context.System, () => _services.Journal.BytesOf(id) > 0).PipeTo(Self, success: stored => new Looked(id, stored), failure: cause => new NotLooked(id, cause));
    }

    private void OnLooked(Looked looked)
    {
        if (!_acquiring.Remove(looked.Id, out var owner)) return;
        _acquired[looked.Id] = new(owner);
        if (looked.IsStored && _active.Find(looked.Id) is null) Activate(looked.Id);
        owner.Tell(new ObjectsProtocol.Acquired(looked.Id));
        MakeRoom();
    }

    private void OnRelease(ContentHash id)
    {
        _releasing[id] = Sender;
        _acquired.Remove(id);
        _acquiring.Remove(id);
        // One that is falling asleep is told when it has decided; if it sleeps, its successor is.
        if (_active.Find(id) is not null) Deliver(id, ObjectActor.Release.Instance);
        else
        {
            _asleep.Remove(id);
            Forget(id);
            Drain(id);
        }
    }

    private void OnFenced(ContentHash id)
    {
        if (!_acquired.Remove(id, out var owner)) return;
        foreach (var over in _fencedUntil.Where(f => f.Value <= Now).Select(f => f.Key).ToArray()) _fencedUntil.Remove(over);
        _fencedUntil[id] = Now + _services.LeftAfterFenced;
        owner.Entity.Tell(new ObjectsProtocol.Lost(id));
    }

    // Every object that was ever asked for would cost memory here for ever. What is said meanwhile waits in the shard region, for the next entity.
    private void LetGoOfUnused()
    {
        foreach (var (id, o) in _acquired)
        {
            if (_active.Find(id) is not null) o.NotAwakeSince = null;
            else o.NotAwakeSince ??= Now;
            if (!IsUnused(id, o) || o.AskAgainAt > Now) continue;
            o.AskAgainAt = Now + _services.Settings.PassivateAfter;   // peers can take part for long in what sleeps
            _services.Sleepers.Tell(new SleepersProtocol.WhoTakesPart(id));
        }
    }

    private bool IsUnused(ContentHash id, Acquired o) => _active.Find(id) is null && o.NotAwakeSince is { } since && Now - since >= _services.Settings.PassivateAfter;

    // What the object had sent to the journal before it stopped is stored before another node reads it.
    private void Drain(ContentHash id) => _services.JournalActor.Tell(new JournalProtocol.Drain(id));

    // Of a shared store, an object may observe one that is another node's.
    private bool TryPassOn(ObjectsProtocol.Follow follow)
    {
        if (!_services.IsShared || _acquired.ContainsKey(follow.Id)) return false;
        Context.Parent.Forward(follow);
        return true;
    }

    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);
}
