using Hhs.Model;
using Hhs.Model.Identity;
using Hhs.Protocols.Handshake;

namespace Hhs.Protocols.Tests.Handshake;

/// <summary>Both machines and what passed between them, with a hook for somebody in the middle.</summary>
internal sealed class HandshakePair
{
    public static readonly SecretKey Alice = ProtocolVectors.Key("alice");
    public static readonly SecretKey Bob = ProtocolVectors.Key("bob");

    public required InitiatorHandshake Initiator { get; init; }
    public required ResponderHandshake Responder { get; init; }
    public Func<int, byte[], byte[]> InTheMiddle { get; init; } = static (_, bytes) => bytes;
    public HandshakeStep Initiated { get; private set; } = null!;
    public HandshakeStep Responded { get; private set; } = null!;
    public List<byte[]> Messages { get; } = [];

    public static HandshakePair Of(
        HandshakeSettings initiator, HandshakeSettings responder, Func<int, byte[], byte[]>? inTheMiddle = null, KeyId? expected = null,
        IRandomSource? random = null)
    {
        random ??= new TestRandom(11);
        var pair = new HandshakePair
        {
            Initiator = new(initiator, random, expected),
            Responder = new(responder, random),
            InTheMiddle = inTheMiddle ?? (static (_, bytes) => bytes),
        };
        pair.Run();
        return pair;
    }

    public HandshakeEffect.Establish AtInitiator => Assert.Single(Initiated.Effects.OfType<HandshakeEffect.Establish>());

    public HandshakeEffect.Establish AtResponder => Assert.Single(Responded.Effects.OfType<HandshakeEffect.Establish>());

    public static Reject Closing(HandshakeStep step)
    {
        Assert.IsType<HandshakeState.Closed>(step.Next);
        return Assert.IsType<HandshakeEffect.CloseTransport>(Assert.Single(step.Effects)).Why;
    }

    private void Run()
    {
        Responded = Responder.Start();
        Initiated = Initiator.Start();
        // Three messages, each carried to the other side while there is one to carry.
        for (int number = 1; number <= 3; number++)
        {
            var from = number == 2 ? Responded : Initiated;
            if (from.Effects.OfType<HandshakeEffect.SendFrame>().SingleOrDefault() is not { } sent) return;
            Messages.Add(sent.Bytes.ToArray());
            var input = new HandshakeInput.FrameArrived(InTheMiddle(number, sent.Bytes.ToArray()));
            if (number == 2) Initiated = Initiator.Advance(Initiated.Next, input);
            else Responded = Responder.Advance(Responded.Next, input);
        }
    }
}
