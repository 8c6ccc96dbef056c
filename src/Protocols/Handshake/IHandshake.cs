using Hhs.Model;
using Hhs.Protocols.Channel;

namespace Hhs.Protocols.Handshake;

/// <summary>What a handshake awaits. Made by <see cref="IHandshake"/>, kept by the caller, looked into by nobody else.</summary>
public abstract record HandshakeState
{
    private HandshakeState() { }   // closed: a state is one of those below

    /// <summary>Responder: nothing has come yet.</summary>
    public sealed record AwaitingMsg1 : HandshakeState;

    /// <summary>Initiator: message 1 is out.</summary>
    public sealed record AwaitingMsg2 : HandshakeState
    {
        internal AwaitingMsg2(byte[] t1) => T1 = t1;

        internal byte[] T1 { get; }
    }

    /// <summary>Responder: message 2 is out.</summary>
    public sealed record AwaitingMsg3 : HandshakeState
    {
        internal AwaitingMsg3(KeyAgreement agreement, KemKeyPair own, byte[] t2) => (Agreement, Own, T2) = (agreement, own, t2);

        internal KeyAgreement Agreement { get; }

        internal KemKeyPair Own { get; }

        internal byte[] T2 { get; }
    }

    /// <summary>Keys are established: frames go to the channel from here on.</summary>
    public sealed record Established : HandshakeState;

    /// <summary>The connection is given up; whatever still arrives changes nothing.</summary>
    public sealed record Closed : HandshakeState;
}

/// <summary>What a handshake reacts to.</summary>
public abstract record HandshakeInput
{
    private HandshakeInput() { }   // closed: an input is one of those below

    /// <summary>The time armed by <see cref="HandshakeEffect.ArmDeadline"/> is over.</summary>
    public sealed record DeadlinePassed : HandshakeInput;

    /// <summary>A transport message came. The bytes are not kept after the step.</summary>
    /// <param name="Bytes">The whole message.</param>
    public sealed record FrameArrived(ReadOnlyMemory<byte> Bytes) : HandshakeInput;
}

/// <summary>What the caller must do, in the order given.</summary>
public abstract record HandshakeEffect
{
    private HandshakeEffect() { }   // closed: an effect is one of those below

    /// <summary>Come back with <see cref="HandshakeInput.DeadlinePassed"/> after that time.</summary>
    public sealed record ArmDeadline(TimeSpan After) : HandshakeEffect;

    /// <summary>Close the connection; nothing more is sent.</summary>
    /// <param name="Why">Whose fault it is and what it was.</param>
    public sealed record CloseTransport(Reject Why) : HandshakeEffect;

    /// <summary>The peer is known: open a channel with these keys, disarm the deadline, give later frames to the channel.</summary>
    /// <param name="Remote">Who is there.</param>
    /// <param name="Keys">Keys of the channel.</param>
    /// <param name="SendNoEarlierThan">
    /// How long to keep back the first frame of our own, counted from now; zero except for an initiator whose peer may be the original.
    /// </param>
    public sealed record Establish(VerifiedPeer Remote, ChannelKeys Keys, TimeSpan SendNoEarlierThan) : HandshakeEffect;

    /// <summary>Send one transport message, as it is.</summary>
    public sealed record SendFrame(ReadOnlyMemory<byte> Bytes) : HandshakeEffect;
}

/// <summary>The outcome of one step.</summary>
/// <param name="Next">State to go on from.</param>
/// <param name="Effects">What to do, in this order.</param>
public sealed record HandshakeStep(HandshakeState Next, IReadOnlyList<HandshakeEffect> Effects)
{
    internal HandshakeStep(HandshakeState next, params HandshakeEffect[] effects) : this(next, (IReadOnlyList<HandshakeEffect>)effects) { }

    internal static HandshakeStep Close(Reject why) => new(new HandshakeState.Closed(), new HandshakeEffect.CloseTransport(why));

    internal static HandshakeStep Close(RejectCode code, string detail) => Close(new Reject(code, detail));
}

/// <summary>One side of the handshake. No clock, socket or thread in here; the caller carries out the effects.</summary>
/// <remarks>
/// Frames are given in the order of arrival, each step's effects carried out before the next frame: then a frame that came
/// glued to message 3 is not lost, as it is in the original (supplement 7.3). Source: wire.md section 3.
/// </remarks>
public interface IHandshake
{
    /// <summary>The first step, once the transport is open.</summary>
    HandshakeStep Start();

    /// <summary>Reacts to an input. Never throws on what a peer sent.</summary>
    HandshakeStep Advance(HandshakeState state, HandshakeInput input);
}
