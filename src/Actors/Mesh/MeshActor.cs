using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Relay;
using Hhs.Actors.Telemetry;
using Hhs.Actors.Transport;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Pool;
using Hhs.Protocols.Swarm;

namespace Hhs.Actors.Mesh;

/// <summary>Listens, dials, pools the connections, and knows which topics are carried and to whom each is open.</summary>
public sealed class MeshActor : ReceiveActor, IWithTimers
{
    private readonly MeshSetup _setup;
    private readonly NodeInstance _instance;
    private readonly ConnectionPool _pool;
    private readonly Diallings _diallings;
    private readonly DialQueue<PeerAddress> _dials;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Dictionary<PeerId, Session> _sessions = [];
    private readonly Listeners _listeners = new();
    private readonly Dictionary<string, TopicPolicy> _policies = new(StringComparer.Ordinal);
    private readonly HashSet<string> _dormant = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IActorRef> _channels = new(StringComparer.Ordinal);
    private CarriedTopics _topics = CarriedTopics.None;
    private readonly CancellationTokenSource _stopping = new();
    private IActorRef _watcher = ActorRefs.Nobody;
    private RelayDoor? _relay;
    private long _sessionNumber;
    private int _inbound;

    /// <summary>Props of a node's mesh.</summary>
    public static Props Props(MeshSetup setup) => Akka.Actor.Props.Create(() => new MeshActor(setup));

    /// <summary>Makes the actor; use <see cref="Props"/>.</summary>
    public MeshActor(MeshSetup setup)
    {
        _setup = setup;
        _instance = NodeInstance.Make(setup.Random);
        _pool = new(setup.Handshake.Own.KeyId, _instance, setup.Settings.SessionsPerKeyMax);
        _diallings = new(setup.Random, setup.Settings.RedialMin, setup.Settings.RedialMax);
        _dials = new(setup.Settings.DialsMax, setup.Settings.DialsPerSecondMax);
        ReceiveTopics();
        ReceiveSessions();
        Receive<MeshProtocol.AddPeer>(OnAddPeer);
        Receive<MeshProtocol.Block>(OnBlock);
        Receive<MeshProtocol.Unblock>(OnUnblock);
        Receive<MeshProtocol.Connect>(OnConnect);
        Receive<MeshProtocol.LeaveTopic>(leave => { if (_sessions.TryGetValue(leave.Peer, out var session)) session.Actor.Tell(leave); });
        Receive<MeshProtocol.GetPeers>(_ => Sender.Tell(new MeshProtocol.Peers(
            [.. _sessions.Values.Where(s => s.Info is not null).Select(s => s.Info!)], _listeners.Addresses, [.. _pool.Blocked])));
        Receive<Listen>(listen => OnListen(listen.Address));
        Receive<DialTick>(tick => Serve(tick.Address));
        Receive<QueueTick>(_ => DialWaiting());
        Receive<Dialled>(OnDialled);
        Receive<DialFailed>(OnDialFailed);
    }

    private void ReceiveTopics()
    {
        Receive<MeshProtocol.OpenTopic>(open =>
        {
            _channels[open.Topic.ToString()] = open.Channel;
            Update(open.Topic);
        });
        Receive<MeshProtocol.OpenTopics>(open =>
        {
            foreach (var topic in open.Topics) _channels[topic.ToString()] = open.Channel;
            Update([.. open.Topics]);
        });
        Receive<MeshProtocol.CloseTopic>(close =>
        {
            if (!_channels.TryGetValue(close.Topic.ToString(), out var channel) || !channel.Equals(close.Channel)) return;   // a successor has it
            _channels.Remove(close.Topic.ToString());
            Update(close.Topic);
        });
        Receive<MeshProtocol.SetPolicy>(set =>
        {
            if (set.Policy == TopicPolicy.Everyone) _policies.Remove(set.Topic.ToString());   // the default: nothing to remember
            else _policies[set.Topic.ToString()] = set.Policy;
            Update(set.Topic);
        });
        Receive<MeshProtocol.SetDormant>(set =>
        {
            if (set.Dormant ? _dormant.Add(set.Topic.ToString()) : _dormant.Remove(set.Topic.ToString())) Update(set.Topic);
        });
        Receive<MeshProtocol.SetRelay>(set => _relay = set.Door);
        Receive<MeshProtocol.OfferToPool>(offer => TellSessions(new MeshProtocol.Offer([offer.Topic.ToString()])));
        Receive<MeshProtocol.Watch>(_ =>
        {
            _watcher = Sender;
            _watcher.Tell(new MeshProtocol.TopicsOpened([.. _channels.Keys.Select(topic => ContentHash.Parse(topic))]));
        });
    }

    private void ReceiveSessions()
    {
        Receive<Accepted>(accepted => OnAccepted(accepted.Connection));
        Receive<MeshProtocol.Admit>(OnAdmit);
        Receive<MeshProtocol.RoundTripMeasured>(measured =>
        {
            if (_sessions.TryGetValue(SenderId, out var session) && session.Info is { } info) session.Info = info with { RoundTrip = measured.RoundTrip };
        });
        Receive<MeshProtocol.SessionEnded>(OnSessionEnded);
    }

    /// <summary>Listen there. Answered by <see cref="Listening"/>, or by a <see cref="Status.Failure"/> with a <see cref="TransportException"/>.</summary>
    internal sealed record Listen(Uri Address);

    /// <summary>Connections are accepted there.</summary>
    internal sealed record Listening(Uri Address);

    private sealed record Accepted(IFrameConnection Connection);

    private sealed record DialTick(PeerAddress Address);

    private sealed record QueueTick
    {
        public static readonly QueueTick Instance = new();
    }

    private sealed record Dialled(PeerAddress Address, IFrameConnection Connection);

    private sealed record DialFailed(PeerAddress Address, string Why);

    private sealed class Session(IActorRef actor, PeerAddress? dialled)
    {
        public IActorRef Actor => actor;
        public PeerAddress? Dialled => dialled;
        public MeshProtocol.PeerInfo? Info { get; set; }
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        // The one place that waits: whoever has seen the node stop may listen on its ports again.
        _listeners.Close(ListenersStop);
    }

    // A session that dies of our own bug takes its connection with it, and nobody else's.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure =>
    {
        _log.Error(failure, "A session failed");
        return Directive.Stop;
    });

    private TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    private PeerId SenderId => new(Sender.Path.Name);

    private void OnListen(Uri address)
    {
        if (!_setup.Transports.TryGetValue(address.Scheme, out var transport))
        {
            Sender.Tell(new Status.Failure(new TransportException($"cannot listen on {address}: no transport for '{address.Scheme}://', use one of {Schemes}")));
            return;
        }
        var (self, sender) = (Self, Sender);
        _listeners.Open(transport, address, connection => self.Tell(new Accepted(connection)))
            .PipeTo(sender, self, listener => new Listening(listener.Address), failure => new Status.Failure((failure as AggregateException)?.InnerException ?? failure));
    }

    // Channel, policy and whether it sleeps are told in any order; what sessions see is the three together.
    private void Update(params IReadOnlyList<ContentHash> ids)
    {
        bool none = _topics.Count == 0;
        var (changed, opened, closed) = (new Dictionary<string, CarriedTopic?>(StringComparer.Ordinal), new List<ContentHash>(), new List<ContentHash>());
        foreach (var id in ids)
        {
            string topic = id.ToString();
            _topics.TryFind(topic, out var before);
            var policy = _dormant.Contains(topic) ? TopicPolicy.Nobody : _policies.GetValueOrDefault(topic, TopicPolicy.Everyone);
            var now = _channels.TryGetValue(topic, out var channel) ? new CarriedTopic(channel, policy) : null;
            if (before == now || !changed.TryAdd(topic, now)) continue;
            if (before is null) opened.Add(id);
            if (now is null) closed.Add(id);
        }
        if (changed.Count == 0) return;
        _topics = _topics.With(changed.Select(c => (c.Key, c.Value)));
        TellSessions(new MeshProtocol.TopicsChanged(_topics, [.. changed.Keys]));
        if (opened.Count > 0) _watcher.Tell(new MeshProtocol.TopicsOpened(opened));
        foreach (var id in closed) _watcher.Tell(new MeshProtocol.TopicClosed(id));
        if (none && _topics.Count > 0) foreach (var (address, dialling) in _diallings.All) if (dialling.IsKept) Serve(address);
    }

    private void TellSessions(object message)
    {
        foreach (var session in _sessions.Values) session.Actor.Tell(message);
    }

    private void OnAddPeer(MeshProtocol.AddPeer add)
    {
        if (!_diallings.Keep(add.Address)) return;
        if (_diallings.All[add.Address].Session is { } session) _sessions[session].Actor.Tell(new MeshProtocol.OfferAll());
        else Serve(add.Address);
    }

    private void OnUnblock(MeshProtocol.Unblock unblock)
    {
        _pool.Unblock(unblock.KeyId);
        _watcher.Tell(new MeshProtocol.Unblocked(unblock.KeyId));
        foreach (var address in _diallings.All.Keys.Where(a => a.KeyId == unblock.KeyId.Hash).ToList()) Serve(address);
    }

    private void OnBlock(MeshProtocol.Block block)
    {
        foreach (var connection in _pool.Block(block.KeyId)) Close(connection.Peer, new(RejectCode.Declined, "the peer is blocked here"));
    }

    private void OnConnect(MeshProtocol.Connect connect)
    {
        string topic = connect.Topic.ToString();
        var candidate = connect.Candidate;
        if (_pool.Blocked.Contains(candidate.KeyId) || !Uri.TryCreate(candidate.Address, UriKind.Absolute, out var endpoint) || !_setup.Transports.ContainsKey(endpoint.Scheme))
        {
            _watcher.Tell(new MeshProtocol.ConnectFailed(connect.Topic, candidate));
            return;
        }
        var there = _pool.Of(candidate.KeyId).Where(c => !connect.Fresh || c.Dialled == candidate.Address).ToList();
        if (there.Count > 0)
        {
            foreach (var connection in there) _sessions[connection.Peer].Actor.Tell(new MeshProtocol.Offer([topic]));
            return;
        }
        var address = new PeerAddress(candidate.KeyId.Hash, endpoint);
        if (_diallings.Want(address, topic).Session is { } session && _sessions.TryGetValue(session, out var serving)) serving.Actor.Tell(new MeshProtocol.Offer([topic]));
        else Serve(address);
    }

    // Has the address dialled, unless it is connected, waits for its turn, or there is nothing to talk about.
    private void Serve(PeerAddress address)
    {
        if (!_diallings.All.TryGetValue(address, out var dialling) || dialling.IsDialling || dialling.Session is not null || _topics.Count == 0) return;
        if (!_setup.Transports.ContainsKey(address.Endpoint.Scheme))
        {
            _log.Error("Cannot dial {0}: no transport for '{1}://', use one of {2}", address, address.Endpoint.Scheme, Schemes);
            return;
        }
        if (_pool.Blocked.Contains(new(address.KeyId)))
        {
            Failed(address, new(RejectCode.Declined, "the peer is blocked here"), "the peer is blocked here");
            return;
        }
        dialling.IsDialling = true;
        Timers.Cancel(address);
        _dials.Add(address);
        DialWaiting();
    }

    private void DialWaiting()
    {
        while (_dials.TryTake(Now, out var address))
        {
            DialAsync(_setup.Transports[address.Endpoint.Scheme], address.Endpoint, _stopping.Token).PipeTo(
                Self, success: connection => new Dialled(address, connection), failure: why => new DialFailed(address, why.Message));
        }
        if (_dials.NextAt(Now) is { } at) Timers.StartSingleTimer(nameof(QueueTick), QueueTick.Instance, at - Now);
    }

    // What comes too late for a mesh that has stopped would be nobody's, and stay open for ever.
    private static async Task<IFrameConnection> DialAsync(ITransport transport, Uri endpoint, CancellationToken stopping)
    {
        var connection = await transport.DialAsync(endpoint, stopping).ConfigureAwait(false);
        if (stopping.IsCancellationRequested) Refuse(connection, "the node has stopped");
        return connection;
    }

    private static void Refuse(IFrameConnection connection, string why)
    {
        connection.Start(ActorRefs.Nobody);
        connection.Close(why);
    }

    private void OnDialled(Dialled dialled)
    {
        _dials.Done();
        var dialling = _diallings.All[dialled.Address];
        dialling.IsDialling = false;
        dialling.Session = StartSession(dialled.Connection, dialled.Address, dialling);
        DialWaiting();
    }

    private void OnDialFailed(DialFailed failed)
    {
        _dials.Done();
        _log.Info("Peer {0}: {1}", failed.Address, failed.Why);
        Failed(failed.Address, null, failed.Why);
        DialWaiting();
    }

    private void Failed(PeerAddress address, Reject? why, string detail)
    {
        Context.System.EventStream.Publish(new MeshProtocol.PeerFailed(address, why, detail));
        var dialling = _diallings.All[address];
        dialling.IsDialling = false;
        foreach (string topic in dialling.Topics) _watcher.Tell(new MeshProtocol.ConnectFailed(ContentHash.Parse(topic), new(new(address.KeyId), address.Endpoint.OriginalString)));
        dialling.Topics.Clear();
        if (dialling.IsKept) Timers.StartSingleTimer(address, new DialTick(address), _diallings.Backoff(++dialling.Failures));
        else _diallings.Remove(address);
    }

    private void OnAccepted(IFrameConnection connection)
    {
        if (_inbound >= _setup.Settings.SessionsMax)
        {
            _log.Info("The connection from {0} is refused: there are {1} sessions already", connection.Remote, _inbound);
            SyncMetrics.ConnectionRefused("too many sessions");
            Refuse(connection, "too many sessions");
            return;
        }
        _inbound++;
        StartSession(connection, null, null);
    }

    private PeerId StartSession(IFrameConnection connection, PeerAddress? dialled, Dialling? why)
    {
        // An original hangs up when it does not share the topic that it is asked for first: the next time another one is.
        string first = why is null ? "" : why.Topics.FirstOrDefault() ?? (_topics.Count == 0 ? "" : _topics.Names.OrderBy(t => t, StringComparer.Ordinal).ElementAt(why.NextTopic % _topics.Count));
        var wanted = why is null || why.IsKept ? null : why.Topics.ToArray();
        var id = new PeerId($"session-{++_sessionNumber}");
        var setup = new SessionSetup(connection, Self, _watcher, _setup.Handshake, _instance, _setup.Random, _setup.Settings, _topics, dialled, first, wanted, _relay);
        _sessions[id] = new(Context.ActorOf(PeerSessionActor.Props(setup), id.Text), dialled);
        return id;
    }

    private void OnAdmit(MeshProtocol.Admit admit)
    {
        if (!_sessions.TryGetValue(SenderId, out var session)) return;
        switch (_pool.Admit(new(SenderId, admit.KeyId, admit.Instance, session.Dialled?.Endpoint.OriginalString, Now)))
        {
            case PoolVerdict.Kept(var replaced):
                session.Info = new(Sender.Path.Name, admit.KeyId, admit.Kind, admit.Remote, session.Dialled is null, null);
                Sender.Tell(new MeshProtocol.Admitted());
                if (replaced is { } old) Replace(old, SenderId, "a newer connection to the same node serves both ways");
                break;
            case PoolVerdict.Duplicate(var other): Replace(SenderId, other, "another connection to the same node serves both ways"); break;
            case PoolVerdict.Refused(var why): Sender.Tell(new MeshProtocol.CloseSession(why, IsFault: false)); break;
        }
    }

    // What was wanted of the one is wanted of the other.
    private void Replace(PeerId gone, PeerId stays, string why)
    {
        foreach (var address in _diallings.ServedBy(gone))
        {
            var dialling = _diallings.All[address];
            _sessions[stays].Actor.Tell(dialling.IsKept ? new MeshProtocol.OfferAll() : new MeshProtocol.Offer([.. dialling.Topics]));
        }
        _diallings.Move(gone, stays);
        if (_sessions.TryGetValue(gone, out var session)) session.Info = null;
        Close(gone, new(RejectCode.Declined, why));
    }

    private void Close(PeerId peer, Reject why)
    {
        if (_sessions.TryGetValue(peer, out var session)) session.Actor.Tell(new MeshProtocol.CloseSession(why, IsFault: false));
    }

    private void OnSessionEnded(MeshProtocol.SessionEnded ended)
    {
        var id = SenderId;
        _pool.Remove(id);
        if (!_sessions.Remove(id, out var session)) return;
        if (session.Dialled is null) _inbound--;
        foreach (var address in _diallings.ServedBy(id)) OnLost(address, ended);
    }

    private void OnLost(PeerAddress address, MeshProtocol.SessionEnded ended)
    {
        var dialling = _diallings.All[address];
        dialling.Session = null;
        if (ended.WasOfUse)
        {
            dialling.Topics.Clear();   // who joined them has left them, and discovery knows
            dialling.Failures = 0;
            if (dialling.IsKept) Timers.StartSingleTimer(address, new DialTick(address), _diallings.Backoff(0));
            else _diallings.Remove(address);
            return;
        }
        // Topics that an original declines are tried in turn without delay; only a whole round of them counts as a failure.
        if (ended.Why?.Code == RejectCode.Declined && dialling.IsKept && ++dialling.NextTopic % Math.Max(1, _topics.Count) != 0)
        {
            Context.System.EventStream.Publish(new MeshProtocol.PeerFailed(address, ended.Why, ended.Why.Value.Detail));
            Timers.StartSingleTimer(address, new DialTick(address), NextTopicAfter);
            return;
        }
        Failed(address, ended.Why, ended.Why?.Detail ?? "closed by the remote");
    }

    private static readonly TimeSpan ListenersStop = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan NextTopicAfter = TimeSpan.FromMilliseconds(50);

    private string Schemes => string.Join(", ", _setup.Transports.Keys.Order(StringComparer.Ordinal).Select(s => s + "://"));
}

/// <summary>What a mesh works with.</summary>
/// <param name="Handshake">Our identity and key agreements.</param>
/// <param name="Random">Randomness for handshakes and jitter.</param>
/// <param name="Transports">Transports by address scheme.</param>
/// <param name="Settings">Bounds and paces.</param>
public sealed record MeshSetup(HandshakeSettings Handshake, IRandomSource Random, IReadOnlyDictionary<string, ITransport> Transports, MeshSettings Settings);
