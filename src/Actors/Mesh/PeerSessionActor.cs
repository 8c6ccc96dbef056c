using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Telemetry;
using Hhs.Actors.Transport;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Protocols;
using Hhs.Protocols.Channel;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Mux;

namespace Hhs.Actors.Mesh;

/// <summary>One connection to one peer: handshake, first topic, then messages of all topics that both sides carry.</summary>
/// <remarks>
/// Phases: Handshaking, Negotiating, Open, Closing. A peer's fault closes this connection and nothing else.
/// Topics are offered only by the side that dialled, and those that the peer itself has named: whoever dials in learns
/// nothing of what else is here. Source: wire.md sections 3 to 5, supplement section 7.
/// </remarks>
internal sealed class PeerSessionActor : ReceiveActor, IWithTimers
{
    private readonly SessionSetup _setup;
    private readonly IFrameConnection _connection;
    private readonly IHandshake _handshake;
    private readonly PeerId _self;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<string, (IActorRef Channel, TopicCredit Credit)> _joined = [];
    private readonly HashSet<string> _declinedByUs = [];
    private ImmutableDictionary<string, IActorRef> _topics;
    private HandshakeState _handshakeState = null!;
    private NegotiationState _negotiationState = null!;
    private ITopicNegotiation _negotiation = null!;
    private SecureChannel? _channel;
    private OutgoingFrames _out = null!;
    private VerifiedPeer _remote = null!;
    private int _charges;
    private int _handshakeUnsent;
    private bool _opened;
    private Reject? _ending;

    public static Props Props(SessionSetup setup) => Akka.Actor.Props.Create(() => new PeerSessionActor(setup));

    public PeerSessionActor(SessionSetup setup)
    {
        (_setup, _connection, _topics) = (setup, setup.Connection, setup.Topics);
        _self = new(Self.Path.Name);
        _handshake = setup.Dialled is { } address
            ? new InitiatorHandshake(setup.Handshake, setup.Random, new(address.KeyId))
            : new ResponderHandshake(setup.Handshake, setup.Random);
        Become(Handshaking);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _connection.Start(Self);
        Carry(_handshake.Start());
    }

    protected override void PostStop()
    {
        _connection.Close("the session ended");
        foreach (var (channel, _) in _joined.Values) channel.Tell(new MeshProtocol.PeerLeft(_self));
        _channel?.Dispose();
        string kind = _ending?.Code.ToString() ?? "Remote";
        SyncMetrics.SessionClosed(_opened, kind);
        _setup.Mesh.Tell(new MeshProtocol.SessionEnded(_ending, _opened));
    }

    private sealed record DeadlineTick
    {
        public static readonly DeadlineTick Instance = new();
    }

    private sealed record HoldOver
    {
        public static readonly HoldOver Instance = new();
    }

    private sealed record OfferAgain
    {
        public static readonly OfferAgain Instance = new();
    }

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

    private void Negotiating()
    {
        Receive<FrameReceived>(frame =>
        {
            _connection.Consumed(frame.Bytes.Length);
            if (TryOpen(frame.Bytes, out var opened)) Carry(_negotiation.Advance(_negotiationState, new NegotiationInput.FrameArrived(opened)));
        });
        Receive<DeadlineTick>(_ => Carry(_negotiation.Advance(_negotiationState, new NegotiationInput.DeadlinePassed())));
        ReceiveAlways();
    }

    private void Open()
    {
        Receive<FrameReceived>(OnFrame);
        Receive<MeshProtocol.SendOnTopic>(send =>
        {
            if (_joined.ContainsKey(send.TopicText)) _out.Data(send.TopicText, send.Message, Sender);
        });
        Receive<MeshProtocol.Charge>(charge => OnCharge(charge.Why, charge.Points));
        Receive<OfferAgain>(_ => OfferTopics());
        Receive<DeadlineTick>(_ => { });   // a late timer is harmless
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
        Receive<MeshProtocol.TopicsChanged>(OnTopicsChanged);
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
        if (hold > TimeSpan.Zero) HoldFor(hold);
        _negotiation = _setup.Dialled is null ? new ResponderNegotiation() : new InitiatorNegotiation(_setup.FirstTopic, remote.Kind);
        Become(Negotiating);
        Carry(_negotiation.Start());
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
                Carry(_negotiation.Advance(_negotiationState, new NegotiationInput.Decided(_topics.ContainsKey(topic))));
                break;
            case NegotiationEffect.CloseTransport(var why, _): End(why); break;
            case NegotiationEffect.Opened(var topic): OnOpened(topic); break;
            case NegotiationEffect.SendFrame(var frame): _out.Control(frame); break;
            default: throw new UnreachableException(effect.GetType().Name);   // a new effect must be carried out here
        }
    }

    private void OnOpened(string topic)
    {
        Timers.Cancel(nameof(DeadlineTick));
        _opened = true;
        SyncMetrics.SessionOpened();
        _setup.Mesh.Tell(new MeshProtocol.SessionOpened(_self, _remote.KeyId, _remote.Kind, _connection.Remote, _setup.Dialled is null));
        // supplement 7.3, mirrored: an original loses what it reads in one go with our accept.
        if (_remote.Kind == PeerKind.Original && _setup.Dialled is null) HoldFor(HandshakeLimits.FirstFrameHold);
        Become(Open);
        Join(topic);
        if (_setup.Dialled is null) return;
        OfferTopics();
        Timers.StartPeriodicTimer(nameof(OfferAgain), OfferAgain.Instance, _setup.Settings.OfferAgainEvery);
    }

    private void HoldFor(TimeSpan hold)
    {
        _out.Hold();
        Timers.StartSingleTimer(nameof(HoldOver), HoldOver.Instance, hold);
    }

    private void OnFrame(FrameReceived received)
    {
        int length = received.Bytes.Length;
        if (TryOpen(received.Bytes, out var frame) && frame is MuxFrame.TopicData(var topic, var payload) && TryJoin(topic, out var channel, out var credit))
        {
            credit.Passed(length);
            channel.Tell(new MeshProtocol.TopicMessage(_self, payload, () => credit.Processed(length)));
            return;
        }
        _connection.Consumed(length);
        switch (frame)
        {
            case MuxFrame.Interest(var asked): OnInterest(asked); break;
            case MuxFrame.Accept(var accepted): if (_topics.ContainsKey(accepted)) Join(accepted); break;
            case MuxFrame.Dropped(var reason): SyncMetrics.FrameDropped(reason); break;
            case MuxFrame.TopicData: SyncMetrics.FrameDropped("topic not joined"); break;
        }
    }

    // supplement 0.6: an original sends on every topic that it has, unasked. Whoever knows the id may have the object.
    private bool TryJoin(string topic, out IActorRef channel, out TopicCredit credit)
    {
        Join(topic);
        bool here = _joined.TryGetValue(topic, out var joined);
        (channel, credit) = joined;
        return here;
    }

    private void OnInterest(string topic)
    {
        if (_topics.ContainsKey(topic))
        {
            _out.Control(new MuxFrame.Accept(topic));
            Join(topic);
            return;
        }
        if (!ContentHash.TryParse(topic, out _))
        {
            // Text of any length; nobody honest names what is no object's id.
            OnCharge(new(RejectCode.Malformed, "interest in what is no object's id"), 1);
            return;
        }
        _out.Control(new MuxFrame.Reject(topic));
        SyncMetrics.FrameDropped("interest in a topic that is not here");
        // No charge: whoever has many objects may offer them all.
        if (_declinedByUs.Count >= _setup.Settings.DeclinedTopicsMax || !_declinedByUs.Add(topic)) return;
        if (_declinedByUs.Count == _setup.Settings.DeclinedTopicsMax) _log.Info("Peer {0} has asked for {1} topics that are not here; further ones are forgotten", _connection.Remote, _declinedByUs.Count);
    }

    private void Join(string topic)
    {
        if (_joined.ContainsKey(topic) || !_topics.TryGetValue(topic, out var channel)) return;
        _joined.Add(topic, (channel, new(_connection)));
        channel.Tell(new MeshProtocol.PeerJoined(_self, _remote.Kind, Self));
    }

    private void OnTopicsChanged(MeshProtocol.TopicsChanged changed)
    {
        _topics = changed.Topics;
        if (changed.Closed is { } closed && _joined.Remove(closed, out var left))
        {
            left.Channel.Tell(new MeshProtocol.PeerLeft(_self));
            left.Credit.Abandon();
            _declinedByUs.Add(closed);   // the peer knows of it: should it come back, it is offered again
        }
        if (!_opened || _ending is not null || changed.Opened is not { } opened) return;
        // What the peer has named itself is no secret to it.
        if (_setup.Dialled is not null || _declinedByUs.Remove(opened)) _out.Control(new MuxFrame.Interest(opened));
    }

    private void OfferTopics()
    {
        foreach (string topic in _topics.Keys)
        {
            if (!_joined.ContainsKey(topic)) _out.Control(new MuxFrame.Interest(topic));
        }
    }

    private void OnCharge(Reject why, int points)
    {
        _charges += points;
        _log.Info("Peer {0} ({1}): {2} (charged {3}, {4} in all)", _remote.KeyId.Short, _connection.Remote, why, points, _charges);
        if (_charges >= _setup.Settings.ChargesMax) End(why);
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

    private void End(Reject why)
    {
        if (_ending is not null) return;
        _ending = why;
        SyncMetrics.Misbehaved(why.Code);
        _log.Info("Closing the connection to {0}: {1}", _connection.Remote, why);
        Become(Closing);
        _connection.Close(why.ToString());
    }
}
