using Akka.Actor;
using Hhs.Actors.Transport;
using Hhs.Protocols;
using Hhs.Protocols.Channel;
using Hhs.Protocols.Mux;

namespace Hhs.Actors.Mesh;

/// <summary>What one session sends: seals frames in order, can hold them back, and tells channels when theirs have left.</summary>
internal sealed class OutgoingFrames(IFrameConnection connection, SecureChannel channel)
{
    private readonly Queue<(IActorRef Channel, int MessageBytes, int FrameBytes)> _unsent = new();
    private readonly Queue<(IActorRef Channel, int MessageBytes, byte[] Frame, int Length)> _held = new();
    private int _sentOfFirst;

    /// <summary>While set, frames wait here in order: an original loses what it reads in one go with something else (supplement 0.3).</summary>
    public bool Holding { get; private set; }

    public void Hold() => Holding = true;

    public void Unhold()
    {
        Holding = false;
        while (_held.TryDequeue(out var held)) Seal(held.Channel, held.MessageBytes, held.Frame, held.Length);
    }

    public void Control(MuxFrame frame)
    {
        byte[] plain = MuxCodec.Write(frame);
        byte[] sealedFrame = new byte[plain.Length + SecureChannel.Overhead];
        plain.CopyTo(sealedFrame, 0);
        Put(ActorRefs.Nobody, 0, sealedFrame, plain.Length);
    }

    public void Data(string topic, ReadOnlyMemory<byte> message, IActorRef from)
    {
        byte[] frame = new byte[MuxCodec.DataLength(topic, message.Length) + SecureChannel.Overhead];
        Put(from, message.Length, frame, MuxCodec.WriteData(topic, message.Span, frame));
    }

    private void Put(IActorRef from, int messageBytes, byte[] frame, int length)
    {
        if (Holding) _held.Enqueue((from, messageBytes, frame, length));
        else Seal(from, messageBytes, frame, length);
    }

    private void Seal(IActorRef from, int messageBytes, byte[] frame, int length)
    {
        int sealedLength = channel.Seal(frame.AsSpan(0, length), frame);
        _unsent.Enqueue((from, messageBytes, sealedLength));
        connection.Send(frame.AsMemory(0, sealedLength));
    }

    /// <summary>So many bytes have left: answers how many message bytes of each channel those were.</summary>
    public IEnumerable<(IActorRef Channel, int MessageBytes)> Sent(int bytes)
    {
        _sentOfFirst += bytes;
        var drained = new Dictionary<IActorRef, int>();
        while (_unsent.TryPeek(out var first) && first.FrameBytes <= _sentOfFirst)
        {
            _unsent.Dequeue();
            _sentOfFirst -= first.FrameBytes;
            if (first.MessageBytes > 0) drained[first.Channel] = drained.GetValueOrDefault(first.Channel) + first.MessageBytes;
        }
        return drained.Select(d => (d.Key, d.Value));
    }
}
