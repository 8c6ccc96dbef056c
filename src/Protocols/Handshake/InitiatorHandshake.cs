using Hhs.Model;
using Hhs.Model.Identity;
using Hhs.Model.Json;

namespace Hhs.Protocols.Handshake;

/// <summary>The side that dialled. It names itself only after the responder has proved who it is.</summary>
/// <param name="settings">Our identity and key agreements.</param>
/// <param name="random">Source of the nonce and of the ephemeral key.</param>
/// <param name="expectedRemote">The key that must be there, or null when anyone will do.</param>
public sealed class InitiatorHandshake(HandshakeSettings settings, IRandomSource random, KeyId? expectedRemote) : IHandshake
{
    /// <summary>Sends message 1: a nonce and the names of our key agreements.</summary>
    public HandshakeStep Start()
    {
        var nonce = new byte[HandshakeLimits.NonceBytes];
        random.Fill(nonce);
        var names = settings.Agreements.Select(a => (Literal)a.Name).ToArray();
        byte[] msg1 = FieldArray.Write(nonce, JsonText.Write(new Literal.Array(names)));
        return new(
            new HandshakeState.AwaitingMsg2(Transcript.Open(msg1)),
            new HandshakeEffect.ArmDeadline(HandshakeLimits.Deadline), new HandshakeEffect.SendFrame(msg1));
    }

    /// <inheritdoc/>
    public HandshakeStep Advance(HandshakeState state, HandshakeInput input) => (state, input) switch
    {
        (HandshakeState.AwaitingMsg2 s, HandshakeInput.FrameArrived f) => OnMsg2(s, f.Bytes),
        (HandshakeState.AwaitingMsg2, HandshakeInput.DeadlinePassed) => HandshakeStep.Close(RejectCode.TimedOut, "no message 2"),
        (HandshakeState.Closed or HandshakeState.Established, HandshakeInput.DeadlinePassed) => new(state),   // a late timer is harmless
        (HandshakeState.Closed, _) => new(state),
        _ => HandshakeStep.Close(RejectCode.UnexpectedMessage, $"in {state.GetType().Name}"),
    };

    // The order of the checks is the original's: key, expected peer, suite, signature, key agreement (supplement 7.1).
    private HandshakeStep OnMsg2(HandshakeState.AwaitingMsg2 state, ReadOnlyMemory<byte> frame)
    {
        if (!FieldArray.TryRead(frame, 4, out var fields, out bool exact, out var why)) return HandshakeStep.Close(why);
        if (!PublicKey.TryDecode(fields[0].Span, out var key, out why)) return HandshakeStep.Close(why);

        // Message 3 tells who we are, so the pinned key is compared before any byte of it exists.
        if (expectedRemote is { } pinned && key.KeyId != pinned)
            return HandshakeStep.Close(RejectCode.UnexpectedRemote, $"{key.KeyId.Short} answers for {pinned.Short}");

        var agreement = settings.Find(BrowserUtf8.Decode(fields[1].Span));
        var t2 = Transcript.Extend(state.T1, FieldArray.Write(fields.AsSpan(0, 3)));
        if (!ProvenKey.Check(key, fields[0].Span, fields[3].Span, t2, agreement is { Strict: true }, exact, out why))
            return HandshakeStep.Close(why);
        if (agreement is null) return HandshakeStep.Close(RejectCode.Unsupported, "message 2 chose a key agreement that was not offered");
        return SendMsg3(agreement, fields[2].Span, t2, key);
    }

    private HandshakeStep SendMsg3(KeyAgreement agreement, ReadOnlySpan<byte> kemKey, byte[] t2, PublicKey responder)
    {
        if (!agreement.Kem.TryEncapsulate(random, kemKey, out var ciphertext, out var secret))
            return HandshakeStep.Close(RejectCode.Malformed, "unusable KEM key in message 2");
        var t3 = Transcript.Extend(t2, ciphertext);
        var keys = agreement.Derive(secret, t3);
        byte[] msg3 = FieldArray.Write(ciphertext, IdentityBox.Seal(keys.Identity, settings.Own, t3));

        // supplement 7.3: the original loses a frame that it reads in one go with message 3.
        var hold = agreement.Kind == PeerKind.Original ? HandshakeLimits.FirstFrameHold : TimeSpan.Zero;
        return new(
            new HandshakeState.Established(), new HandshakeEffect.SendFrame(msg3),
            new HandshakeEffect.Establish(new(responder, agreement.Kind), keys.ForInitiator, hold));
    }
}
