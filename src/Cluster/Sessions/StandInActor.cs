using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Cluster.Wire;
using Hhs.Model.Hashing;
using Hhs.Protocols;

namespace Hhs.Cluster.Sessions;

/// <summary>To the channels of objects that are here: a session like any other. Its peer is connected to another node, where it is said on.</summary>
/// <remarks>Follows an object's channel from one to the next as a session does (SessionTopics), so that they hand over what was said meanwhile.</remarks>
internal sealed class StandInActor : ReceiveActor
{
    private readonly IActorRef _node;
    private readonly Join _peer;
    private readonly PeerId _self;
    private readonly Dictionary<ContentHash, Part> _parts = [];

    public static Props Props(IActorRef node, Join peer) => Akka.Actor.Props.Create(() => new StandInActor(node, peer));

    public StandInActor(IActorRef node, Join peer)
    {
        (_node, _peer, _self) = (node, peer, new(Self.Path.Name));
        Receive<TakePart>(OnTakePart);
        Receive<StandInsActor.ChannelIs>(now => { if (_parts.TryGetValue(now.Topic, out var part)) Follow(now.Topic, part, now.Channel); });
        Receive<StandInsActor.Part>(gone =>
        {
            if (!_parts.Remove(gone.Topic, out var part)) return;
            Follow(gone.Topic, part, null);
            _node.Tell(new Parted(part.Route));
        });
        Receive<Leave>(leave =>
        {
            if (!_parts.TryGetValue(leave.Topic, out var part) || part.Route != leave.Route) return;   // has joined anew since
            _parts.Remove(leave.Topic);
            Follow(leave.Topic, part, null);
        });
        Receive<Ended>(_ => Context.Stop(Self));
        Receive<FromPeer>(OnFromPeer);
        Receive<Done>(done => { if (_parts.TryGetValue(done.Topic, out var part) && part.Unprocessed.Remove(done.Number)) _node.Tell(new Processed(part.Route, done.Number)); });
        Receive<Drained>(drained =>
        {
            if (_parts.TryGetValue(drained.Topic, out var part) && part.Route == drained.Route && part.Number == drained.Channel)
                part.Channel?.Tell(new MeshProtocol.TopicDrained(_self, drained.Bytes), Self);
        });
        Receive<MeshProtocol.SendOnTopic>(OnSend);
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
        public long Sent { get; set; }
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
        if (part is not null) Follow(topic, part, null);
        _parts[topic] = part = new(route);
        _node.Tell(new Joined(topic, route));
        Follow(topic, part, take.Channel);
    }

    private void Follow(ContentHash topic, Part part, IActorRef? next)
    {
        if (Equals(part.Channel, next)) return;
        var (name, before) = (topic.ToString(), part.Channel);
        (part.Channel, part.Number) = (next, part.Number + 1);
        before?.Tell(new MeshProtocol.PeerLeft(name, _self, next), Self);
        // The old channel hands over what it has not processed, or takes it with it: either way it is not waited for.
        foreach (long number in part.Unprocessed) _node.Tell(new Processed(part.Route, number));
        part.Unprocessed.Clear();
        if (next is null) return;
        next.Tell(new MeshProtocol.PeerJoined(name, _self, _peer.KeyId, _peer.Kind, Self, before), Self);
        foreach (var early in part.Early) PassOn(early, part, next);
        part.Early.Clear();
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

    private void OnSend(MeshProtocol.SendOnTopic send)
    {
        if (_parts.TryGetValue(ContentHash.Parse(send.TopicText), out var part))
            _node.Tell(new ToPeer(part.Route, ++part.Sent, Sender.Equals(part.Channel) ? part.Number : 0, send.Message));
    }

    protected override void PostStop()
    {
        foreach (var (topic, part) in _parts) Follow(topic, part, null);
    }
}
