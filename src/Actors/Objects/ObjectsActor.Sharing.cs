using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Objects;

/// <summary>How a registry that shares its store with other nodes takes objects up, and gives them back.</summary>
/// <remarks>
/// Whoever places the objects (Hhs.Cluster) acquires one before it passes on anything for it, and releases it when it is to be another
/// node's. In between the registry treats it like any other: it sleeps and wakes here.
/// </remarks>
public sealed partial class ObjectsActor
{
    private readonly HashSet<ContentHash> _acquired = [];
    private readonly Dictionary<ContentHash, IActorRef> _releasing = [];

    private void ReceiveSharing()
    {
        Receive<ObjectsProtocol.Acquire>(acquire =>
        {
            _acquired.Add(acquire.Id);
            if (_active.Find(acquire.Id) is null && _services.Journal.BytesOf(acquire.Id) > 0) Activate(acquire.Id);
            MakeRoom();
        });
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

    // What the object had sent to the journal before it stopped is stored before another node reads it.
    private void Drain(ContentHash id) => _services.JournalActor.Tell(new JournalProtocol.Drain(id));

    // Of a shared store, an object may observe one that is another node's.
    private bool TryPassOn(ObjectsProtocol.Follow follow)
    {
        if (!_services.IsShared || _acquired.Contains(follow.Id)) return false;
        Context.Parent.Forward(follow);
        return true;
    }
}
