using System.Diagnostics;
using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Cluster.Wire;
using Hhs.Model.Hashing;
using Hhs.Protocols;

namespace Hhs.Cluster.Sessions;

/// <summary>The channel, at this node's mesh, of all objects that are elsewhere: carries what is said between its sessions and their stand-ins there.</summary>
/// <remarks>
/// A session that joins is announced through the shard region, which knows or decides where the object is; from then on it
/// and its stand-in are told directly. What a peer says is released when the far channel has processed it, and what
/// that sends is reported as drained when it has left here: the bounds of a connection hold from end to end. What is lost (a
/// node that dies, a message that never arrives) ends in joining anew.
/// </remarks>
internal sealed class RemoteSessionsActor : ReceiveActor, IWithTimers
{
    private readonly IActorRef _region, _topics;
    private readonly ClusterSettings _settings;
    private readonly Dictionary<PeerId, Session> _sessions = [];
    private readonly Dictionary<long, Route> _routes = [];
    private readonly Dictionary<(string Topic, PeerId Peer), Route> _byTopic = [];
    private readonly Dictionary<IActorRef, Dictionary<(long Route, int Channel), int>> _drained = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _lastNumber;

    public static Props Props(IActorRef region, IActorRef topics, ClusterSettings settings) => Akka.Actor.Props.Create(() => new RemoteSessionsActor(region, topics, settings));

    public RemoteSessionsActor(IActorRef region, IActorRef topics, ClusterSettings settings)
    {
        (_region, _topics, _settings) = (region, topics, settings);
        Receive<MeshProtocol.PeerJoined>(OnPeerJoined);
        Receive<MeshProtocol.PeerLeft>(OnPeerLeft);
        Receive<MeshProtocol.TopicMessage>(OnTopicMessage);
        Receive<MeshProtocol.TopicDrained>(drained => { if (_sessions.TryGetValue(drained.Peer, out var session)) OnDrained(session, drained.Bytes); });
        Receive<Joined>(OnJoined);
        Receive<Processed>(done => { if (_routes.TryGetValue(done.Route, out var route) && route.Unprocessed.Remove(done.Number, out var message)) message.Release(); });
        Receive<ToPeers>(to => { foreach (var receiver in to.To) OnToPeer(receiver, to.Message); });
        Receive<TellDrained>(_ => OnTellDrained());
        Receive<Charged>(charged => { if (_sessions.TryGetValue(charged.Peer, out var session)) session.Actor.Tell(new MeshProtocol.Charge(charged.Why, charged.Points)); });
        Receive<Parted>(parted => { if (_routes.TryGetValue(parted.Route, out var route)) _topics.Tell(new TopicsActor.JoinAnew([route.Topic])); });
        Receive<Terminated>(OnTerminated);
        Receive<Tick>(_ => OnTick());
    }

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed record TellDrained
    {
        public static readonly TellDrained Instance = new();
    }

    private sealed class Session(IActorRef actor)
    {
        public IActorRef Actor => actor;
        public HashSet<IActorRef> StandIns { get; } = [];
        public Queue<(Route Route, int Channel, int Bytes)> Unsent { get; } = new();
    }

    /// <summary>A session's taking part in one object.</summary>
    private sealed class Route(long number, ContentHash topic, MeshProtocol.PeerJoined joined)
    {
        public long Number => number;
        public ContentHash Topic => topic;
        public MeshProtocol.PeerJoined Peer => joined;
        public IActorRef? StandIn { get; set; }
        public IActorRef? Hub { get; set; }   // who speaks for that node
        public TimeSpan AskedAt { get; set; }
        public List<MeshProtocol.TopicMessage> Waiting { get; } = [];   // not released: the connection's receive window bounds it
        public Dictionary<long, (Action Release, TimeSpan At)> Unprocessed { get; } = [];
        public long Received { get; set; }
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, TickEvery);

    private TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    private void OnPeerJoined(MeshProtocol.PeerJoined joined)
    {
        if (!_sessions.ContainsKey(joined.Peer))
        {
            _sessions.Add(joined.Peer, new(joined.Session));
            Context.Watch(joined.Session);
        }
        var route = new Route(++_lastNumber, ContentHash.Parse(joined.Topic), joined);
        _routes.Add(route.Number, route);
        _byTopic[(joined.Topic, joined.Peer)] = route;
        Ask(route);
    }

    private void Ask(Route route)
    {
        route.AskedAt = Now;
        _region.Tell(new ToEntity(route.Topic, new Join(route.Topic, route.Number, route.Peer.Peer, route.Peer.KeyId, route.Peer.Kind)));
    }

    private void OnJoined(Joined joined)
    {
        if (!_routes.TryGetValue(joined.Route, out var route))
        {
            Sender.Tell(new Leave(joined.Topic, joined.Route));   // it has left meanwhile
            return;
        }
        if (route.StandIn is { } known && known.Equals(Sender)) return;   // asked twice
        route.StandIn = Sender;
        Context.Watch(Sender);
        _sessions[route.Peer.Peer].StandIns.Add(Sender);
        foreach (var message in route.Waiting) Send(route, message);
        route.Waiting.Clear();
    }

    private void OnTopicMessage(MeshProtocol.TopicMessage message)
    {
        if (!_byTopic.TryGetValue((message.Topic, message.Peer), out var route)) message.Release();   // it has left
        else if (route.StandIn is null) route.Waiting.Add(message);
        else Send(route, message);
    }

    private void Send(Route route, MeshProtocol.TopicMessage message)
    {
        route.Unprocessed.Add(++_lastNumber, (message.Release, Now));
        route.StandIn.Tell(new FromPeer(route.Topic, route.Number, _lastNumber, message.Message));
    }

    private void OnPeerLeft(MeshProtocol.PeerLeft left)
    {
        if (!_byTopic.Remove((left.Topic, left.Peer), out var route)) return;
        _routes.Remove(route.Number);
        route.StandIn?.Tell(new Leave(route.Topic, route.Number));
    }

    private void OnToPeer(Receiver to, ReadOnlyMemory<byte> message)
    {
        if (!_routes.TryGetValue(to.Route, out var route) || !_sessions.TryGetValue(route.Peer.Peer, out var session)) return;
        if (to.Number != ++route.Received)
        {
            _topics.Tell(new TopicsActor.JoinAnew([route.Topic]));
            return;
        }
        route.Hub = Sender;
        session.Unsent.Enqueue((route, to.Channel, message.Length));
        session.Actor.Tell(new MeshProtocol.SendOnTopic(route.Peer.Topic, message));
    }

    // A session reports what left in the order in which it was told, and names no topic.
    private void OnDrained(Session session, int bytes)
    {
        while (bytes > 0 && session.Unsent.TryDequeue(out var first))
        {
            bytes -= first.Bytes;
            if (first.Route.Hub is not { } hub) continue;
            if (_drained.Count == 0) Timers.StartSingleTimer(nameof(TellDrained), TellDrained.Instance, DrainedAfter);
            if (!_drained.TryGetValue(hub, out var drained)) _drained.Add(hub, drained = []);
            drained[(first.Route.Number, first.Channel)] = drained.GetValueOrDefault((first.Route.Number, first.Channel)) + first.Bytes;
        }
    }

    private void OnTellDrained()
    {
        foreach (var (hub, drained) in _drained) hub.Tell(new Drained([.. drained.Select(d => (d.Key.Route, d.Key.Channel, d.Value))]));
        _drained.Clear();
    }

    private void OnTerminated(Terminated ended)
    {
        var peer = new PeerId(ended.ActorRef.Path.Name);
        if (_sessions.TryGetValue(peer, out var session) && session.Actor.Equals(ended.ActorRef))
        {
            _sessions.Remove(peer);
            foreach (var standIn in session.StandIns)
            {
                Context.Unwatch(standIn);
                standIn.Tell(Ended.Instance);
            }
            return;
        }
        foreach (var one in _sessions.Values) one.StandIns.Remove(ended.ActorRef);
        var lost = _routes.Values.Where(r => ended.ActorRef.Equals(r.StandIn)).Select(r => r.Topic).ToHashSet();
        if (lost.Count > 0) _topics.Tell(new TopicsActor.JoinAnew(lost));
    }

    private void OnTick()
    {
        var now = Now;
        foreach (var route in _routes.Values) if (route.StandIn is null && now - route.AskedAt >= AskAgainAfter) Ask(route);
        var lost = _routes.Values.Where(r => r.Unprocessed.Values.Any(m => now - m.At >= _settings.LostAfter)).Select(r => r.Topic).ToHashSet();
        if (lost.Count > 0) _topics.Tell(new TopicsActor.JoinAnew(lost));
    }

    private static readonly TimeSpan DrainedAfter = TimeSpan.FromMilliseconds(5);   // a connection's window is a matter of round trips
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);
}
