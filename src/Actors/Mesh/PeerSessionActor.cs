using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Relay;
using Hhs.Actors.Telemetry;
using Hhs.Actors.Transport;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Protocols;
using Hhs.Protocols.Channel;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Mux;
using Hhs.Protocols.Pool;

namespace Hhs.Actors.Mesh;

/// <summary>One connection to one peer: handshake, admission by the mesh, then messages of all topics that both sides carry.</summary>
/// <remarks>
/// Phases: Handshaking, Greeting (our own nodes say which one they are), Admitting (the mesh judges the connection),
/// Negotiating (with the original: a first topic), Open, Closing. A peer's fault closes this connection and nothing else.
/// Source: wire.md sections 3 to 5, supplement section 7.
/// </remarks>
internal sealed class PeerSessionActor : ReceiveActor, IWithTimers, IWithUnboundedStash
{
    private readonly SessionSetup _setup;
    private readonly IFrameConnection _connection;
    private readonly IHandshake _handshake;
    private readonly PeerId _self;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ChargeMeter _charges;
    private readonly KeepAlive _keepAlive;
    private readonly long _started = Stopwatch.GetTimestamp();
    private CarriedTopics _carried;
    private HandshakeState _handshakeState = null!;
    private NegotiationState _negotiationState = null!;
    private ITopicNegotiation _negotiation = null!;
    private SecureChannel? _channel;
    private OutgoingFrames _out = null!;
    private SessionTopics _topics = null!;
    private VerifiedPeer _remote = null!;
    private int _handshakeUnsent;
    private bool _opened, _wantsAll, _toldDeclined;
    private TimeSpan _idleSince, _askAgainAt, _askAgainPause;
    private string? _verdictAwaited;
    private Reject? _ending;

    public static Props Props(SessionSetup setup) => Akka.Actor.Props.Create(() => new PeerSessionActor(setup));

    public PeerSessionActor(SessionSetup setup)
    {
        (_setup, _connection, _carried) = (setup, setup.Connection, setup.Topics);
        _self = new(Self.Path.Name);
        _charges = new(setup.Settings.ChargesMax, setup.Settings.ChargesForgivenPerMinute);
        _keepAlive = new(setup.Settings.PingEvery, setup.Settings.PingTimeout);
        _wantsAll = setup.Dialled is not null && setup.Wanted is null;
        _handshake = setup.Dialled is { } address
            ? new InitiatorHandshake(setup.Handshake, setup.Random, new(address.KeyId))
            : new ResponderHandshake(setup.Handshake, setup.Random);
        Become(Handshaking);
    }

    public IStash Stash { get; set; } = null!;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _connection.Start(Self);
        Carry(_handshake.Start());
    }

    protected override void PostStop()
    {
        _connection.Close("the session ended");
        _topics?.LeaveAll();
        _channel?.Dispose();
        SyncMetrics.SessionClosed(_opened, _ending?.Code.ToString() ?? "Remote");
        _setup.Mesh.Tell(new MeshProtocol.SessionEnded(_ending, _topics?.WereShared == true));
    }

    private sealed record DeadlineTick
    {
        public static readonly DeadlineTick Instance = new();
    }

    private sealed record HoldOver
    {
        public static readonly HoldOver Instance = new();
    }

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    private TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    private void Handshaking()
    {
        Receive<FrameReceived>(frame =>
        {
            _connection.Consumed(frame.Bytes.Length);
            Carry(_handshake.Advance(_handshakeState, new HandshakeInput.FrameArrived(frame.Bytes)));
        });
        Receive<DeadlineTick>(_ => Carry(_handshake.Advance(_handshakeState, new HandshakeInput.DeadlinePassed())));
        ReceiveAlways();
    }

    private void Greeting()
    {
        Receive<FrameReceived>(frame =>
        {
            _connection.Consumed(frame.Bytes.Length);
            if (!TryOpen(frame.Bytes, out var opened)) return;
            if (opened is MuxFrame.Hello(var instance)) AskAdmission(instance);
            else End(new(RejectCode.UnexpectedMessage, "the first frame is no hello"));
        });
        Receive<DeadlineTick>(_ => End(new(RejectCode.TimedOut, "no hello came")));
        ReceiveAlways();
    }

    private void Admitting()
    {
        Receive<FrameReceived>(_ => Stash.Stash());   // not reported as consumed: the receive window bounds it
        Receive<MeshProtocol.Admitted>(_ => OnAdmitted());
        Receive<DeadlineTick>(_ => { });   // a late timer is harmless
        ReceiveAlways();
    }

    private void Negotiating()
    {
        Receive<FrameReceived>(frame =>
        {
            _connection.Consumed(frame.Bytes.Length);
            if (TryOpen(frame.Bytes, out var opened)) Carry(_negotiation.Advance(_negotiationState, new NegotiationInput.FrameArrived(opened)));
        });
        Receive<DeadlineTick>(_ => Carry(_negotiation.Advance(_negotiationState, new NegotiationInput.DeadlinePassed())));
        Receive<MeshProtocol.TopicsChanged>(changed =>
        {
            _carried = changed.Topics;
            if (_verdictAwaited is { } topic && _carried.Contains(topic)) Decide(topic);
        });
        Receive<RelayProtocol.Done>(done => { if (_verdictAwaited == done.Topic) Decide(done.Topic); });
        ReceiveAlways();
    }

    private void Open()
    {
        Receive<FrameReceived>(OnFrame);
        Receive<MeshProtocol.SendOnTopic>(send =>
        {
            if (_topics.IsJoined(send.TopicText)) _out.Data(send.TopicText, send.Message, Sender);
            else Sender.Tell(new MeshProtocol.TopicDrained(_self, send.Message.Length));   // whoever adds up what is under way is not to wait for it
        });
        Receive<MeshProtocol.Charge>(charge => OnCharge(charge.Why, charge.Points));
        Receive<MeshProtocol.Offer>(offer => _topics.Want(offer.Topics));
        Receive<MeshProtocol.LeaveTopic>(leave => _topics.Part(leave.Topic.ToString()));
        Receive<RelayProtocol.Done>(done => _topics.OnRelayDone(done.Topic));
        Receive<MeshProtocol.OfferAll>(_ =>
        {
            _wantsAll = true;
            _topics.WantAll();
        });
        Receive<Tick>(_ => OnTick());
        Receive<DeadlineTick>(_ => { });   // a late timer is harmless
        Receive<MeshProtocol.TopicsChanged>(changed =>
        {
            foreach (string topic in changed.Changed) _topics.OnChanged(changed.Topics, topic);
            _askAgainPause = _setup.Settings.OfferAgainEvery;
            if (Now + _askAgainPause < _askAgainAt) _askAgainAt = Now + _askAgainPause;
        });
        ReceiveAlways();
    }

    private void Closing()
    {
        Receive<ConnectionClosed>(_ => Context.Stop(Self));
        ReceiveAny(_ => { });   // whatever is still under way comes too late
    }

    private void ReceiveAlways()
    {
        Receive<ConnectionClosed>(closed =>
        {
            _log.Info("The connection to {0} has ended: {1}", _connection.Remote, closed.Reason);
            if (closed.Fault is { } fault)
            {
                _ending = new(fault, closed.Reason);
                SyncMetrics.Misbehaved(fault);
            }
            Context.Stop(Self);
        });
        Receive<FramesSent>(sent =>
        {
            // Frames of the handshake leave first, and no channel waits for them.
            int ofHandshake = Math.Min(_handshakeUnsent, sent.Bytes);
            _handshakeUnsent -= ofHandshake;
            if (_out is null) return;
            foreach (var (channel, bytes) in _out.Sent(sent.Bytes - ofHandshake)) channel.Tell(new MeshProtocol.TopicDrained(_self, bytes));
        });
        Receive<HoldOver>(_ => _out.Unhold());
        Receive<MeshProtocol.TopicsChanged>(changed => _carried = changed.Topics);
        Receive<MeshProtocol.Offer>(_ => Stash.Stash());
        Receive<MeshProtocol.OfferAll>(_ => Stash.Stash());
        Receive<MeshProtocol.LeaveTopic>(_ => { });   // nothing is carried yet
        Receive<MeshProtocol.CloseSession>(close =>
        {
            if (close.IsFault) End(close.Why);
            else Close(close.Why);
        });
    }

    private void Carry(HandshakeStep step)
    {
        _handshakeState = step.Next;
        foreach (var effect in step.Effects) CarryOut(effect);
    }

    private void CarryOut(HandshakeEffect effect)
    {
        switch (effect)
        {
            case HandshakeEffect.ArmDeadline(var after): ArmDeadline(after); break;
            case HandshakeEffect.CloseTransport(var why): End(why); break;
            case HandshakeEffect.Establish(var remote, var keys, var hold): Establish(remote, keys, hold); break;
            case HandshakeEffect.SendFrame(var bytes):
                _handshakeUnsent += bytes.Length;
                _connection.Send(bytes);
                break;
            default: throw new UnreachableException(effect.GetType().Name);   // a new effect must be carried out here
        }
    }

    private void ArmDeadline(TimeSpan after)
    {
        var most = _setup.Settings.HandshakeTimeout;
        Timers.StartSingleTimer(nameof(DeadlineTick), DeadlineTick.Instance, after < most ? after : most);
    }

    private void Establish(VerifiedPeer remote, ChannelKeys keys, TimeSpan hold)
    {
        Timers.Cancel(nameof(DeadlineTick));
        _remote = remote;
        _channel = new(keys);
        _out = new(_connection, _channel);
        _topics = new(_self, Self, remote.KeyId, remote.Kind, _connection, _out, _setup.Watcher, _setup.Relay, _setup.Settings.DeclinedTopicsMax, _log);
        if (hold > TimeSpan.Zero) HoldFor(hold);
        if (remote.Kind == PeerKind.Original)
        {
            AskAdmission(null);
            return;
        }
        _out.Control(new MuxFrame.Hello(_setup.Instance));
        ArmDeadline(NegotiationLimits.Deadline);
        Become(Greeting);
    }

    private void AskAdmission(NodeInstance? instance)
    {
        Timers.Cancel(nameof(DeadlineTick));
        Become(Admitting);
        _setup.Mesh.Tell(new MeshProtocol.Admit(_remote.KeyId, instance, _remote.Kind, _connection.Remote));
    }

    private void OnAdmitted()
    {
        if (_remote.Kind == PeerKind.Native)
        {
            OnOpened();
            return;
        }
        _negotiation = _setup.Dialled is null ? new ResponderNegotiation() : new InitiatorNegotiation(_setup.FirstTopic, _remote.Kind);
        Become(Negotiating);
        Carry(_negotiation.Start());
        Stash.UnstashAll();
    }

    private void Carry(NegotiationStep step)
    {
        _negotiationState = step.Next;
        foreach (var effect in step.Effects) CarryOut(effect);
    }

    private void CarryOut(NegotiationEffect effect)
    {
        switch (effect)
        {
            case NegotiationEffect.ArmDeadline(var after): ArmDeadline(after); break;
            case NegotiationEffect.AskVerdict(var topic):
                if (!_carried.Contains(topic) && _setup.Relay?.Admits(_remote.KeyId) == true && ContentHash.TryParse(topic, out var id))
                {
                    // Decided when the relay has opened it or will not; the deadline runs on.
                    _verdictAwaited = topic;
                    _setup.Relay.Actor.Tell(new RelayProtocol.Ask(id, _remote.KeyId));
                }
                else Decide(topic);
                break;
            case NegotiationEffect.CloseTransport(var why, _): End(why); break;
            case NegotiationEffect.Opened(var topic):
                // supplement 7.3, mirrored: an original loses what it reads in one go with our accept.
                if (_setup.Dialled is null) HoldFor(HandshakeLimits.FirstFrameHold);
                OnOpened(topic);
                break;
            case NegotiationEffect.SendFrame(var frame): _out.Control(frame); break;
            default: throw new UnreachableException(effect.GetType().Name);   // a new effect must be carried out here
        }
    }

    private void Decide(string topic)
    {
        _verdictAwaited = null;
        _topics.Begin(_carried);
        Carry(_negotiation.Advance(_negotiationState, new NegotiationInput.Decided(_topics.IsOpenToPeer(topic))));
    }

    private void OnOpened(string? first = null)
    {
        Timers.Cancel(nameof(DeadlineTick));
        _opened = true;
        SyncMetrics.SessionOpened();
        Become(Open);
        _topics.Begin(_carried);
        if (first is not null) _topics.TryJoin(first, out _, out _);
        if (_wantsAll) _topics.WantAll();
        else _topics.Want(_setup.Wanted ?? []);
        (_idleSince, _askAgainPause, _askAgainAt) = (Now, _setup.Settings.OfferAgainEvery, Now + _setup.Settings.OfferAgainEvery);
        if (_remote.Kind == PeerKind.Native) Ping();
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, _setup.Settings.CheckEvery);
        Stash.UnstashAll();
    }

    private void OnTick()
    {
        var now = Now;
        if (_remote.Kind == PeerKind.Native && Check(now)) return;
        if (_topics.Count > 0 || _wantsAll) _idleSince = now;
        else if (now - _idleSince >= _setup.Settings.IdleTimeout)
        {
            Close(new(RejectCode.TimedOut, "idle: no topic is shared"));
            return;
        }
        if (now < _askAgainAt) return;
        _topics.AskAgain();
        // What is declined again and again is asked for less and less often.
        _askAgainPause = _askAgainPause * 2 < _setup.Settings.OfferAgainMax ? _askAgainPause * 2 : _setup.Settings.OfferAgainMax;
        _askAgainAt = now + _askAgainPause;
    }

    private bool Check(TimeSpan now)
    {
        switch (_keepAlive.Check(now))
        {
            case KeepAliveStep.Dead:
                Close(new(RejectCode.TimedOut, "no answer to a ping"));
                return true;
            case KeepAliveStep.Ping: _out.Control(new MuxFrame.Ping(_keepAlive.Number)); break;
        }
        return false;
    }

    private void Ping()
    {
        _keepAlive.AskNow(Now);
        _out.Control(new MuxFrame.Ping(_keepAlive.Number));
    }

    private void HoldFor(TimeSpan hold)
    {
        _out.Hold();
        Timers.StartSingleTimer(nameof(HoldOver), HoldOver.Instance, hold);
    }

    private void OnFrame(FrameReceived received)
    {
        int length = received.Bytes.Length;
        _keepAlive.Heard(Now);
        // supplement 0.6: an original sends on every topic that it has, unasked. Whoever knows the id may have the object.
        if (TryOpen(received.Bytes, out var frame) && frame is MuxFrame.TopicData(var topic, var payload) && _topics.TryJoin(topic, out var channel, out var credit))
        {
            credit.Passed(length);
            channel.Tell(new MeshProtocol.TopicMessage(topic, _self, payload, () => credit.Processed(length)));
            return;
        }
        _connection.Consumed(length);
        switch (frame)
        {
            case MuxFrame.Interest(var asked):
                if (!_topics.OnInterest(asked)) OnCharge(new(RejectCode.Malformed, "interest in what is no object's id"), 1);
                break;
            case MuxFrame.Accept(var accepted): _topics.OnAccept(accepted); break;
            case MuxFrame.Reject(var rejected): OnReject(rejected); break;
            case MuxFrame.Ping(var number) when _remote.Kind == PeerKind.Native: _out.Control(new MuxFrame.Pong(number)); break;
            case MuxFrame.Pong(var number): OnPong(number); break;
            case MuxFrame.Dropped(var reason): SyncMetrics.FrameDropped(reason); break;
            // It may have pooled the connection, and then it never says interest (supplement 7.5).
            case MuxFrame.TopicData(var unknown, _) when _remote.Kind == PeerKind.Original && _topics.TryAskRelay(unknown, owesAnswer: false): break;
            case MuxFrame.TopicData: SyncMetrics.FrameDropped("topic not joined"); break;
        }
    }

    private void OnReject(string topic)
    {
        _topics.OnReject(topic);
        if (!_topics.AllDeclined || _toldDeclined || _setup.Dialled is null) return;
        _toldDeclined = true;
        Context.System.EventStream.Publish(new MeshProtocol.PeerFailed(_setup.Dialled, new(RejectCode.Declined, "the topics were rejected"), "the topics were rejected"));
    }

    private void OnPong(ulong number)
    {
        var before = _keepAlive.RoundTrip;
        _keepAlive.Answered(number, Now);
        if (_keepAlive.RoundTrip is { } measured && measured != before) _setup.Mesh.Tell(new MeshProtocol.RoundTripMeasured(measured));
    }

    private void OnCharge(Reject why, int points)
    {
        bool enough = _charges.Charge(points, Now);
        _log.Info("Peer {0} ({1}): {2} (charged {3}, {4} in all)", _remote.KeyId.Short, _connection.Remote, why, points, _charges.Points);
        if (enough) End(why);
    }

    private bool TryOpen(byte[] bytes, out MuxFrame frame)
    {
        if (_channel!.TryOpenInPlace(bytes, out var message, out var why))
        {
            frame = MuxCodec.Read(message);
            return true;
        }
        frame = new MuxFrame.Dropped("does not open");
        End(why);
        return false;
    }

    // The peer's fault.
    private void End(Reject why)
    {
        if (_ending is null) SyncMetrics.Misbehaved(why.Code);
        Close(why);
    }

    // Nobody's fault.
    private void Close(Reject why)
    {
        if (_ending is not null) return;
        _ending = why;
        _log.Info("Closing the connection to {0}: {1}", _connection.Remote, why);
        Become(Closing);
        _connection.Close(why.ToString());
    }
}
