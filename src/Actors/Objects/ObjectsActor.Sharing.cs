using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Actors.Sleepers;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Objects;

/// <summary>How a registry that shares its store with other nodes takes objects up, and gives them back.</summary>
/// <remarks>
/// Whoever places the objects (Hhs.Cluster) acquires one before it passes on anything for it, and releases it when it is to be another
/// node's. In between the registry treats it like any other: it sleeps and wakes here.
/// </remarks>
public sealed partial class ObjectsActor
{
    private readonly Dictionary<ContentHash, Acquired> _acquired = [];
    private readonly Dictionary<ContentHash, IActorRef> _releasing = [];

    /// <summary>An object that is this node's, with its entity.</summary>
    private sealed class Acquired(IActorRef entity)
    {
        public IActorRef Entity => entity;
        public TimeSpan? NotAwakeSince { get; set; }
    }

    private void ReceiveSharing()
    {
        Receive<ObjectsProtocol.Acquire>(acquire =>
        {
            _acquired[acquire.Id] = new(Sender);
            if (_active.Find(acquire.Id) is null && _services.Journal.BytesOf(acquire.Id) > 0) Activate(acquire.Id);
            MakeRoom();
        });
        Receive<SleepersProtocol.NobodyTakesPart>(alone => { if (_acquired.TryGetValue(alone.Id, out var o) && IsUnused(alone.Id, o)) o.Entity.Tell(new ObjectsProtocol.Unused(alone.Id)); });
        Receive<ObjectsProtocol.Release>(release => OnRelease(release.Id));
        Receive<JournalProtocol.Drained>(drained => { if (_releasing.Remove(drained.ObjectId, out var asker)) asker.Tell(new ObjectsProtocol.Released(drained.ObjectId)); });
    }

    private void OnRelease(ContentHash id)
    {
        _releasing[id] = Sender;
        _acquired.Remove(id);
        // One that is falling asleep is told when it has decided; if it sleeps, its successor is.
        if (_active.Find(id) is not null) Deliver(id, ObjectActor.Release.Instance);
        else
        {
            _asleep.Remove(id);
            Forget(id);
            Drain(id);
        }
    }

    // Every object that was ever asked for would cost memory here for ever. What is said meanwhile waits in the shard region, for the next entity.
    private void LetGoOfUnused()
    {
        foreach (var (id, o) in _acquired)
        {
            if (_active.Find(id) is not null) o.NotAwakeSince = null;
            else o.NotAwakeSince ??= Now;
            if (IsUnused(id, o)) _services.Sleepers.Tell(new SleepersProtocol.WhoTakesPart(id));
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
}
