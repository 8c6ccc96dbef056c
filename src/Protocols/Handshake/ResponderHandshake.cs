using Hhs.Model;
using Hhs.Model.Json;

namespace Hhs.Protocols.Handshake;

/// <summary>The side that was dialled. It proves itself first, then learns who called.</summary>
/// <param name="settings">Our identity and key agreements.</param>
/// <param name="random">Source of the connection's KEM key.</param>
public sealed class ResponderHandshake(HandshakeSettings settings, IRandomSource random) : IHandshake
{
    /// <summary>Waits for message 1.</summary>
    public HandshakeStep Start() =>
        new(new HandshakeState.AwaitingMsg1(), new HandshakeEffect.ArmDeadline(HandshakeLimits.Deadline));

    /// <inheritdoc/>
    public HandshakeStep Advance(HandshakeState state, HandshakeInput input) => (state, input) switch
    {
        (HandshakeState.AwaitingMsg1, HandshakeInput.FrameArrived f) => OnMsg1(f.Bytes),
        (HandshakeState.AwaitingMsg3 s, HandshakeInput.FrameArrived f) => OnMsg3(s, f.Bytes),
        (HandshakeState.AwaitingMsg1, HandshakeInput.DeadlinePassed) => HandshakeStep.Close(RejectCode.TimedOut, "no message 1"),
        (HandshakeState.AwaitingMsg3, HandshakeInput.DeadlinePassed) => HandshakeStep.Close(RejectCode.TimedOut, "no message 3"),
        (HandshakeState.Closed or HandshakeState.Established, HandshakeInput.DeadlinePassed) => new(state),   // a late timer is harmless
        (HandshakeState.Closed, _) => new(state),
        _ => HandshakeStep.Close(RejectCode.UnexpectedMessage, $"in {state.GetType().Name}"),
    };

    private HandshakeStep OnMsg1(ReadOnlyMemory<byte> frame)
    {
        if (!FieldArray.TryRead(frame, 2, out var fields, out bool exact, out var why)) return HandshakeStep.Close(why);
        if (!LiteralReader.TryRead(fields[1].Span, HandshakeLimits.MessageBytesMax, out var json, out why)) return HandshakeStep.Close(why);
        if (json is not Literal.Array names) return HandshakeStep.Close(RejectCode.Malformed, "key agreements of message 1 are no array");
        if (names.Items.Length > HandshakeLimits.KemNamesMax)
            return HandshakeStep.Close(RejectCode.OverLimit, $"{names.Items.Length} key agreements in message 1");

        var agreement = FirstShared(names, out bool onlyNames);
        if (agreement is null) return HandshakeStep.Close(RejectCode.Unsupported, "no key agreement of message 1 is known here");
        if (agreement.Strict && !(exact && onlyNames && fields[0].Length == HandshakeLimits.NonceBytes))
            return HandshakeStep.Close(RejectCode.Malformed, "message 1 with more or other bytes than it needs");
        return SendMsg2(agreement, Transcript.Open(frame.Span));
    }

    private HandshakeStep SendMsg2(KeyAgreement agreement, byte[] t1)
    {
        var own = agreement.Kem.Generate(random);
        ReadOnlyMemory<byte> key = settings.Own.PublicKey.Serialized, name = System.Text.Encoding.UTF8.GetBytes(agreement.Name);
        var t2 = Transcript.Extend(t1, FieldArray.Write(key, name, own.PublicKey));
        byte[] msg2 = FieldArray.Write(key, name, own.PublicKey, settings.Own.Sign(t2));
        return new(new HandshakeState.AwaitingMsg3(agreement, own, t2), new HandshakeEffect.SendFrame(msg2));
    }

    private static HandshakeStep OnMsg3(HandshakeState.AwaitingMsg3 state, ReadOnlyMemory<byte> frame)
    {
        var agreement = state.Agreement;
        if (!FieldArray.TryRead(frame, 2, out var fields, out bool exact, out var why)) return HandshakeStep.Close(why);
        if (agreement.Strict && !exact) return HandshakeStep.Close(RejectCode.Malformed, "message 3 with more or other bytes than it needs");
        if (!agreement.Kem.TryDecapsulate(state.Own, fields[0].Span, out var secret))
            return HandshakeStep.Close(RejectCode.Malformed, "unusable KEM ciphertext in message 3");

        var t3 = Transcript.Extend(state.T2, fields[0].Span);
        var keys = agreement.Derive(secret, t3);
        if (!IdentityBox.TryOpen(keys.Identity, fields[1].Span, t3, agreement.Strict, out var initiator, out why))
            return HandshakeStep.Close(why);
        return new(
            new HandshakeState.Established(),
            new HandshakeEffect.Establish(new(initiator, agreement.Kind), keys.ForResponder, TimeSpan.Zero));
    }

    // The first of the initiator's names that we know; what is unknown, or no name at all, is skipped as the original does.
    private KeyAgreement? FirstShared(Literal.Array names, out bool onlyNames)
    {
        KeyAgreement? first = null;
        onlyNames = true;
        foreach (var item in names.Items)
        {
            if (item is Literal.String name) first ??= settings.Find(name.Value);
            else onlyNames = false;
        }
        return first;
    }
}
