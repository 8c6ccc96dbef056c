using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Telemetry;
using Hhs.Actors.Transport;
using Hhs.Model;
using Hhs.Protocols.Handshake;

namespace Hhs.Actors.Mesh;

/// <summary>Listens, dials, and knows which topics are carried: every connection becomes a session.</summary>
public sealed class MeshActor : ReceiveActor, IWithTimers
{
    private readonly MeshSetup _setup;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<PeerAddress, DialState> _peers = [];
    private readonly Dictionary<IActorRef, PeerAddress?> _sessions = [];
    private readonly Dictionary<IActorRef, MeshProtocol.PeerInfo> _open = [];
    private readonly List<ITransportListener> _listeners = [];
    private ImmutableDictionary<string, IActorRef> _topics = ImmutableDictionary.Create<string, IActorRef>(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private long _sessionNumber;
    private int _inbound;

    /// <summary>Props of a node's mesh.</summary>
    public static Props Props(MeshSetup setup) => Akka.Actor.Props.Create(() => new MeshActor(setup));

    /// <summary>Makes the actor; use <see cref="Props"/>.</summary>
    public MeshActor(MeshSetup setup)
    {
        _setup = setup;
        Receive<MeshProtocol.OpenTopic>(OnOpenTopic);
        Receive<MeshProtocol.CloseTopic>(OnCloseTopic);
        Receive<MeshProtocol.AddPeer>(add => OnAddPeer(add.Address));
        Receive<MeshProtocol.GetPeers>(_ => Sender.Tell(new MeshProtocol.Peers([.. _open.Values], [.. _listeners.Select(l => l.Address)])));
        Receive<MeshProtocol.SessionOpened>(OnSessionOpened);
        Receive<MeshProtocol.SessionEnded>(OnSessionEnded);
        Receive<Listen>(listen => OnListen(listen.Address));
        Receive<Listening>(listening => _listeners.Add(listening.Listener));
        Receive<Accepted>(accepted => StartSession(accepted.Connection, null));
        Receive<DialTick>(tick => Dial(tick.Address));
        Receive<Dialled>(dialled => OnDialled(dialled));
        Receive<DialFailed>(OnDialFailed);
    }

    /// <summary>Listen there. Answered by <see cref="Listening"/>, or by a <see cref="Status.Failure"/> with a <see cref="TransportException"/>.</summary>
    internal sealed record Listen(Uri Address);

    /// <summary>Connections are accepted there.</summary>
    internal sealed record Listening(ITransportListener Listener);

    private sealed record Accepted(IFrameConnection Connection);

    private sealed record DialTick(PeerAddress Address);

    private sealed record Dialled(PeerAddress Address, IFrameConnection Connection);

    private sealed record DialFailed(PeerAddress Address, string Why);

    /// <summary>Where a peer that is to be connected stands.</summary>
    private sealed class DialState
    {
        public bool Busy { get; set; }   // dialling, or connected
        public int Failures { get; set; }
        public int NextTopic { get; set; }
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        // The one place that waits: whoever has seen the node stop may listen on its ports again.
        Task.WhenAll(_listeners.Select(listener => listener.DisposeAsync().AsTask())).Wait(ListenersStop);
    }

    // A session that dies of our own bug takes its connection with it, and nobody else's.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure =>
    {
        _log.Error(failure, "A session failed");
        return Directive.Stop;
    });

    private void OnListen(Uri address)
    {
        if (!_setup.Transports.TryGetValue(address.Scheme, out var transport))
        {
            Sender.Tell(new Status.Failure(new TransportException($"cannot listen on {address}: no transport for '{address.Scheme}://', use one of {Schemes}")));
            return;
        }
        var (self, sender) = (Self, Sender);
        transport.ListenAsync(address, connection => self.Tell(new Accepted(connection))).ContinueWith(listening =>
        {
            if (!listening.IsCompletedSuccessfully)
            {
                sender.Tell(new Status.Failure(listening.Exception!.GetBaseException()));
                return;
            }
            self.Tell(new Listening(listening.Result));
            sender.Tell(new Listening(listening.Result));
        }, TaskScheduler.Default);
    }

    private void OnOpenTopic(MeshProtocol.OpenTopic open)
    {
        string topic = open.Topic.ToString();
        if (_topics.TryGetValue(topic, out var channel) && channel.Equals(open.Channel)) return;
        _topics = _topics.SetItem(topic, open.Channel);
        TellSessions(new(_topics, topic, null));
        foreach (var address in _peers.Keys) Dial(address);
    }

    private void OnCloseTopic(MeshProtocol.CloseTopic close)
    {
        string topic = close.Topic.ToString();
        if (!_topics.TryGetValue(topic, out var channel) || !channel.Equals(close.Channel)) return;   // a successor has it
        _topics = _topics.Remove(topic);
        TellSessions(new(_topics, null, topic));
    }

    private void TellSessions(MeshProtocol.TopicsChanged changed)
    {
        foreach (var session in _sessions.Keys) session.Tell(changed);
    }

    private void OnAddPeer(PeerAddress address)
    {
        if (_peers.TryAdd(address, new())) Dial(address);
    }

    private void Dial(PeerAddress address)
    {
        var state = _peers[address];
        if (state.Busy || _topics.Count == 0) return;
        if (!_setup.Transports.TryGetValue(address.Endpoint.Scheme, out var transport))
        {
            _log.Error("Cannot dial {0}: no transport for '{1}://', use one of {2}", address, address.Endpoint.Scheme, Schemes);
            return;
        }
        state.Busy = true;
        Timers.Cancel(address);
        DialAsync(transport, address.Endpoint, _stopping.Token).PipeTo(
            Self, success: connection => new Dialled(address, connection), failure: why => new DialFailed(address, why.Message));
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

    private void OnDialled(Dialled dialled) => StartSession(dialled.Connection, dialled.Address);

    private void OnDialFailed(DialFailed failed)
    {
        _log.Info("Peer {0}: {1}", failed.Address, failed.Why);
        Context.System.EventStream.Publish(new MeshProtocol.PeerFailed(failed.Address, null, failed.Why));
        DialAgain(failed.Address, Backoff(++_peers[failed.Address].Failures));
    }

    private void DialAgain(PeerAddress address, TimeSpan after)
    {
        _peers[address].Busy = false;
        Timers.StartSingleTimer(address, new DialTick(address), after);
    }

    private void StartSession(IFrameConnection connection, PeerAddress? dialled)
    {
        if (dialled is null && _inbound >= _setup.Settings.SessionsMax)
        {
            _log.Info("The connection from {0} is refused: there are {1} sessions already", connection.Remote, _inbound);
            SyncMetrics.ConnectionRefused("too many sessions");
            Refuse(connection, "too many sessions");
            return;
        }
        if (dialled is null) _inbound++;
        // The peer may not have every object that we have: ask for another one first each time it declines.
        string first = dialled is null || _topics.Count == 0 ? "" : _topics.Keys.OrderBy(t => t, StringComparer.Ordinal).ElementAt(_peers[dialled].NextTopic % _topics.Count);
        var setup = new SessionSetup(connection, Self, _setup.Handshake, _setup.Random, _setup.Settings, _topics, dialled, first);
        _sessions[Context.ActorOf(PeerSessionActor.Props(setup), $"session-{++_sessionNumber}")] = dialled;
    }

    private void OnSessionOpened(MeshProtocol.SessionOpened opened)
    {
        _open[Sender] = new(opened.Peer.Text, opened.KeyId, opened.Kind, opened.Remote, opened.Inbound);
        if (_sessions.TryGetValue(Sender, out var address) && address is not null) _peers[address].Failures = 0;
    }

    private void OnSessionEnded(MeshProtocol.SessionEnded ended)
    {
        _open.Remove(Sender);
        if (!_sessions.Remove(Sender, out var address)) return;
        if (address is null)
        {
            _inbound--;
            return;
        }
        var state = _peers[address];
        bool declined = ended.Why?.Code == RejectCode.Declined;
        if (declined) state.NextTopic++;
        if (!ended.WasOpen) Context.System.EventStream.Publish(new MeshProtocol.PeerFailed(address, ended.Why, ended.Why?.Detail ?? "closed by the remote"));
        // Declined topics are tried in turn without delay; only a whole round of them counts as a failure.
        bool round = !declined || state.NextTopic % Math.Max(1, _topics.Count) == 0;
        if (round && !ended.WasOpen) state.Failures++;
        DialAgain(address, round ? Backoff(state.Failures) : TimeSpan.FromMilliseconds(50));
    }

    private TimeSpan Backoff(int failures)
    {
        Span<byte> jitter = stackalloc byte[1];
        _setup.Random.Fill(jitter);
        double seconds = Math.Min(_setup.Settings.RedialMax.TotalSeconds, _setup.Settings.RedialMin.TotalSeconds * Math.Pow(2, Math.Max(0, failures - 1)));
        return TimeSpan.FromSeconds(seconds * (0.75 + (jitter[0] / 512.0)));
    }

    private static readonly TimeSpan ListenersStop = TimeSpan.FromSeconds(2);

    private string Schemes => string.Join(", ", _setup.Transports.Keys.Order(StringComparer.Ordinal).Select(s => s + "://"));
}

/// <summary>What a mesh works with.</summary>
/// <param name="Handshake">Our identity and key agreements.</param>
/// <param name="Random">Randomness for handshakes and jitter.</param>
/// <param name="Transports">Transports by address scheme.</param>
/// <param name="Settings">Bounds and paces.</param>
public sealed record MeshSetup(HandshakeSettings Handshake, IRandomSource Random, IReadOnlyDictionary<string, ITransport> Transports, MeshSettings Settings);
