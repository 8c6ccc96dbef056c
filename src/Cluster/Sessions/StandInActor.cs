using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Cluster.Wire;
using Hhs.Model.Hashing;
using Hhs.Protocols;

namespace Hhs.Cluster.Sessions;

/// <summary>To the channels of objects that are here: a session like any other. Its peer is connected to another node, where it is said on by way of <see cref="FarNodeActor"/>.</summary>
/// <remarks>Follows an object's channel from one to the next as a session does (SessionTopics), so that they hand over what was said meanwhile.</remarks>
internal sealed class StandInActor : ReceiveActor
{
    private readonly IActorRef _node, _hub;
    private readonly Join _peer;
    private readonly PeerId _self;
    private readonly Dictionary<ContentHash, Part> _parts = [];

    public static Props Props(IActorRef node, IActorRef hub, Join peer) => Akka.Actor.Props.Create(() => new StandInActor(node, hub, peer));

    public StandInActor(IActorRef node, IActorRef hub, Join peer)
    {
        (_node, _hub, _peer, _self) = (node, hub, peer, new(Self.Path.Name));
        Receive<TakePart>(OnTakePart);
        Receive<StandInsActor.ChannelIs>(now => { if (_parts.TryGetValue(now.Topic, out var part)) Follow(now.Topic, part, now.Channel); });
        Receive<StandInsActor.Part>(gone =>
        {
            if (!_parts.Remove(gone.Topic, out var part)) return;
            End(gone.Topic, part);
            _node.Tell(new Parted(part.Route));
        });
        Receive<Leave>(leave =>
        {
            if (!_parts.TryGetValue(leave.Topic, out var part) || part.Route != leave.Route) return;   // has joined anew since
            _parts.Remove(leave.Topic);
            End(leave.Topic, part);
        });
        Receive<Ended>(_ => Context.Stop(Self));
        Receive<FromPeer>(OnFromPeer);
        Receive<Done>(done => { if (_parts.TryGetValue(done.Topic, out var part) && part.Unprocessed.Remove(done.Number)) _node.Tell(new Processed(part.Route, done.Number)); });
        Receive<MeshProtocol.SendOnTopic>(send => _hub.Tell(new MeshProtocol.SendToMany(send.TopicText, [(_self, send.Message)]), Sender));
        Receive<MeshProtocol.Charge>(charge => _node.Tell(new Charged(_peer.Peer, charge.Why, charge.Points)));
    }

    /// <summary>The session takes part in an object; null: which has no channel at present.</summary>
    internal sealed record TakePart(Join Join, IActorRef? Channel);

    private sealed record Done(ContentHash Topic, long Number);

    private sealed class Part(long route)
    {
        public long Route => route;
        public IActorRef? Channel { get; set; }
        public int Number { get; set; }   // of the channel, among those that there were
        public HashSet<long> Unprocessed { get; } = [];
        public List<FromPeer> Early { get; } = [];   // said before there is a channel; not reported as processed, so bounded
    }

    private void OnTakePart(TakePart take)
    {
        var (topic, route) = (take.Join.Topic, take.Join.Route);
        if (_parts.TryGetValue(topic, out var part) && part.Route >= route)
        {
            if (part.Route == route) _node.Tell(new Joined(topic, route));   // asked twice
            return;
        }
        if (part is not null) End(topic, part);
        _parts[topic] = part = new(route);
        _node.Tell(new Joined(topic, route));
        Follow(topic, part, take.Channel);
    }

    private void Follow(ContentHash topic, Part part, IActorRef? next)
    {
        if (Equals(part.Channel, next)) return;
        var (name, before) = (topic.ToString(), part.Channel);
        (part.Channel, part.Number) = (next, part.Number + 1);
        _hub.Tell(new FarNodeActor.Takes(part.Route, name, _self, next, part.Number));
        before?.Tell(new MeshProtocol.PeerLeft(name, _self, next), Self);
        // The old channel hands over what it has not processed, or takes it with it: either way it is not waited for.
        foreach (long number in part.Unprocessed) _node.Tell(new Processed(part.Route, number));
        part.Unprocessed.Clear();
        if (next is null) return;
        next.Tell(new MeshProtocol.PeerJoined(name, _self, _peer.KeyId, _peer.Kind, Self, before, _hub), Self);
        foreach (var early in part.Early) PassOn(early, part, next);
        part.Early.Clear();
    }

    private void End(ContentHash topic, Part part)
    {
        Follow(topic, part, null);
        _hub.Tell(new FarNodeActor.Gone(part.Route));
    }

    private void OnFromPeer(FromPeer from)
    {
        if (!_parts.TryGetValue(from.Topic, out var part) || part.Route != from.Route) _node.Tell(new Processed(from.Route, from.Number));   // has left
        else if (part.Channel is { } channel) PassOn(from, part, channel);
        else part.Early.Add(from);
    }

    private void PassOn(FromPeer from, Part part, IActorRef channel)
    {
        var (self, done) = (Self, new Done(from.Topic, from.Number));
        part.Unprocessed.Add(from.Number);
        channel.Tell(new MeshProtocol.TopicMessage(from.Topic.ToString(), _self, from.Message, () => self.Tell(done)), Self);
    }

    protected override void PostStop()
    {
        foreach (var (topic, part) in _parts) End(topic, part);
    }
}
