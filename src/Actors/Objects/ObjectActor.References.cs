using Akka.Actor;
using Hhs.Actors.Gossip;
using Hhs.Model;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Objects;

/// <summary>What an object judges by: other objects, whose logs it mirrors; and which other objects do so with this one.</summary>
public sealed partial class ObjectActor
{
    private readonly HashSet<IActorRef> _followers = [];
    private readonly Dictionary<ContentHash, IActorRef> _following = [];   // by what is observed: the actors that have answered

    private sealed record FollowAgain
    {
        public static readonly FollowAgain Instance = new();
    }

    private void ReceiveReferences()
    {
        Receive<ObjectProtocol.Follow>(_ => OnFollow());
        Receive<ObjectProtocol.Grew>(OnGrew);
        Receive<FollowAgain>(_ => OnFollowAgain());
        Receive<ObjectProtocol.FollowLost>(_ => OnObservedEnded(Sender));
    }

    // What the object judges by lives in other objects' logs: they are kept beside it, and fetched if they are not here.
    private void ObserveReferences()
    {
        bool more = false;
        foreach (var id in _replica.References) more |= _mirrors.Observe(id);
        if (more) FollowObserved();
    }

    private void FollowObserved()
    {
        foreach (var id in _mirrors.Observed) Context.Parent.Tell(new ObjectsProtocol.Follow(id, _id));
        FollowLater();
    }

    // Until each has answered: what was asked can be lost with a node.
    private void FollowLater()
    {
        if (_mirrors.Observed.All(_following.ContainsKey)) Timers.Cancel(nameof(FollowAgain));
        else Timers.StartSingleTimer(nameof(FollowAgain), FollowAgain.Instance, FollowAgainAfter);
    }

    private void OnFollowAgain()
    {
        FollowObserved();
        if (_mirrors.Observed.FirstOrDefault(id => !_mirrors.TryGet(id, out _)) is var missing && missing == default) return;
        foreach (var (asker, _) in _unanswered)
            asker.Tell(Refusal(RejectCode.Declined, $"object {missing}, by which this one is judged, is not here yet: connect to a peer that has it, and ask again"));
        _unanswered.Clear();
    }

    private void OnGrew(ObjectProtocol.Grew grew)
    {
        if (_following.TryAdd(grew.Id, Sender) || !_following[grew.Id].Equals(Sender))
        {
            _following[grew.Id] = Context.Watch(Sender);   // at another node it can end without a word
            FollowLater();
        }
        if (!_mirrors.Follow(grew.Id, grew.Count, grew.Last)) return;
        _gossip.Tell(GossipActor.Retry.Instance);
        foreach (var (asker, ask) in _unanswered) Self.Tell(ask, asker);
        _unanswered.Clear();
        if (_subscribers.Count > 0 && _durable.Count > 0) TellSubscribers();
    }

    private void OnObservedEnded(IActorRef ended)
    {
        foreach (var id in _following.Where(f => f.Value.Equals(ended)).Select(f => f.Key).ToArray()) _following.Remove(id);
        FollowLater();
    }

    private void OnFollow()
    {
        if (_followers.Add(Sender)) Context.Watch(Sender);
        if (_durable.Count > 0) Sender.Tell(new ObjectProtocol.Grew(_id, _durable.Count, []));
        else if (_replica.Log.Count == 0) _gossip.Tell(GossipActor.Fetch.Instance);
    }

    private static readonly TimeSpan FollowAgainAfter = TimeSpan.FromSeconds(5);
}
