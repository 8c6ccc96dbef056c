using System.Diagnostics;
using Akka.Actor;
using Hhs.Actors.Transport;
using Hhs.Model;
using Hhs.Protocols.Channel;
using Hhs.Protocols.Handshake;

namespace Hhs.Actors.Tracker;

/// <summary>One connection between a tracker and a client, either end: the handshake, then whole messages through the secure channel, without any mux.</summary>
/// <remarks>Phases: Handshaking, Secured, Closing. Source: wire.md sections 3, 4 and 7.</remarks>
internal abstract class TrackerLinkActor : ReceiveActor, IWithTimers
{
    private IFrameConnection? _connection;
    private IHandshake _handshake = null!;
    private HandshakeState _state = null!;
    private SecureChannel? _channel;
    private TimeSpan _deadlineMax;

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Why the link ends, once that is known; null if the remote closed it without a fault.</summary>
    protected Reject? Ending { get; private set; }

    /// <summary>What the transport said when the remote closed the connection.</summary>
    protected string ClosedBecause { get; private set; } = "closed by the remote";

    /// <summary>The remote is known, and may be spoken to.</summary>
    protected abstract void OnSecured(VerifiedPeer remote);

    /// <summary>The remote said something. Its bytes are not kept after the call.</summary>
    protected abstract void OnMessage(ReadOnlySpan<byte> message);

    protected override void PostStop()
    {
        _connection?.Close(Ending?.ToString() ?? "done");
        _channel?.Dispose();
    }

    private sealed record DeadlineTick
    {
        public static readonly DeadlineTick Instance = new();
    }

    private sealed record Speak(VerifiedPeer Remote);

    protected void Begin(IFrameConnection connection, IHandshake handshake, TimeSpan deadlineMax)
    {
        (_connection, _handshake, _deadlineMax) = (connection, handshake, deadlineMax);
        Become(Handshaking);
        connection.Start(Self);
        Carry(handshake.Start());
    }

    protected void Say(ReadOnlySpan<byte> message) => _connection!.Send(_channel!.Seal(message));

    /// <summary>Closes after what was said has been sent.</summary>
    protected void End(Reject why)
    {
        if (Ending is not null) return;
        Ending = why;
        Close();
    }

    protected void Close()
    {
        Timers.CancelAll();
        Become(Closing);
        if (_connection is null) Context.Stop(Self);
        else _connection.Close(Ending?.ToString() ?? "done");
    }

    private void Handshaking()
    {
        Receive<FrameReceived>(frame =>
        {
            _connection!.Consumed(frame.Bytes.Length);
            Carry(_handshake.Advance(_state, new HandshakeInput.FrameArrived(frame.Bytes)));
        });
        Receive<DeadlineTick>(_ => Carry(_handshake.Advance(_state, new HandshakeInput.DeadlinePassed())));
        ReceiveAlways();
    }

    private void Secured()
    {
        Receive<FrameReceived>(frame =>
        {
            _connection!.Consumed(frame.Bytes.Length);
            if (_channel!.TryOpenInPlace(frame.Bytes, out var message, out var why)) OnMessage(message.Span);
            else End(why);
        });
        Receive<DeadlineTick>(_ => End(new(RejectCode.TimedOut, "no message after the handshake")));
        Receive<Speak>(speak => OnSecured(speak.Remote));
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
            ClosedBecause = closed.Reason;
            if (closed.Fault is { } fault) Ending ??= new(fault, closed.Reason);
            Context.Stop(Self);
        });
        Receive<FramesSent>(_ => { });
        ReceiveMore();
    }

    /// <summary>What else the link takes while it is open.</summary>
    protected virtual void ReceiveMore() { }

    private void Carry(HandshakeStep step)
    {
        _state = step.Next;
        foreach (var effect in step.Effects) CarryOut(effect);
    }

    private void CarryOut(HandshakeEffect effect)
    {
        switch (effect)
        {
            case HandshakeEffect.ArmDeadline(var after): ArmDeadline(after); break;
            case HandshakeEffect.CloseTransport(var why): End(why); break;
            case HandshakeEffect.Establish(var remote, var keys, var hold):
                _channel = new(keys);
                ArmDeadline(_deadlineMax);   // for the first message
                Become(Secured);
                // supplement 7.3: the original loses what it reads together with message 3.
                if (hold > TimeSpan.Zero) Timers.StartSingleTimer(nameof(Speak), new Speak(remote), hold);
                else OnSecured(remote);
                break;
            case HandshakeEffect.SendFrame(var bytes): _connection!.Send(bytes); break;
            default: throw new UnreachableException(effect.GetType().Name);   // a new effect must be carried out here
        }
    }

    private void ArmDeadline(TimeSpan after) => Timers.StartSingleTimer(nameof(DeadlineTick), DeadlineTick.Instance, after < _deadlineMax ? after : _deadlineMax);
}
