using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Cluster.Wire;
using Hhs.Protocols;

namespace Hhs.Cluster.Sessions;

/// <summary>Another node, as the channels here see it: has what they say to its sessions cross, once where it is the same for several of them.</summary>
/// <remarks>
/// All that is said to a session passes through here, from its channel or by its <see cref="StandInActor"/>, so that its order stays. Nothing waits:
/// what a channel says at a time is bundled, and what it may have under way is its own affair, as with a session beside it.
/// </remarks>
internal sealed class FarNodeActor : ReceiveActor
{
    private readonly IActorRef _node;
    private readonly Dictionary<long, Part> _routes = [];
    private readonly Dictionary<(string Topic, PeerId Peer), Part> _parts = [];

    public static Props Props(IActorRef node) => Akka.Actor.Props.Create(() => new FarNodeActor(node));

    public FarNodeActor(IActorRef node)
    {
        _node = node;
        Receive<Takes>(OnTakes);
        Receive<Gone>(gone => Remove(gone.Route));
        Receive<MeshProtocol.SendToMany>(OnSend);
        Receive<Drained>(OnDrained);
    }

    /// <summary>A session takes part in an object by this channel from now on.</summary>
    /// <param name="Route">The taking part.</param>
    /// <param name="Topic">The object.</param>
    /// <param name="Peer">The stand-in's name.</param>
    /// <param name="Channel">The object's channel; null when it has none at present.</param>
    /// <param name="Number">Which of those that there were.</param>
    internal sealed record Takes(long Route, string Topic, PeerId Peer, IActorRef? Channel, int Number);

    /// <summary>The session takes part no more.</summary>
    internal sealed record Gone(long Route);

    private sealed class Part(Takes takes)
    {
        public string Topic => takes.Topic;
        public PeerId Peer => takes.Peer;
        public long Route => takes.Route;
        public IActorRef? Channel { get; set; }
        public int Number { get; set; }
        public long Sent { get; set; }
    }

    private void OnTakes(Takes takes)
    {
        if (!_routes.TryGetValue(takes.Route, out var part))
        {
            if (_parts.TryGetValue((takes.Topic, takes.Peer), out var before)) Remove(before.Route);
            part = new(takes);
            _routes.Add(takes.Route, part);
            _parts.Add((takes.Topic, takes.Peer), part);
        }
        (part.Channel, part.Number) = (takes.Channel, takes.Number);
    }

    private void Remove(long route)
    {
        if (_routes.Remove(route, out var part)) _parts.Remove((part.Topic, part.Peer));
    }

    private void OnSend(MeshProtocol.SendToMany send)
    {
        var bundles = new Bundles();
        foreach (var (peer, message) in send.Messages)
            if (_parts.TryGetValue((send.TopicText, peer), out var part)) bundles.Add(new(part.Route, ++part.Sent, Sender.Equals(part.Channel) ? part.Number : 0), message);
        foreach (var bundle in bundles.All) _node.Tell(bundle);
    }

    private void OnDrained(Drained drained)
    {
        foreach (var (route, channel, bytes) in drained.Parts)
            if (_routes.TryGetValue(route, out var part) && part.Number == channel) part.Channel?.Tell(new MeshProtocol.TopicDrained(part.Peer, bytes), Self);
    }
}
