using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Hhs.Model;
using Hhs.Protocols.Pool;

namespace Hhs.Protocols.Mux;

/// <summary>Reads and writes <see cref="MuxFrame"/>s.</summary>
/// <remarks>
/// Topic data: <c>0x01 || u16 length || topic || payload</c>; control: <c>0x02 || 0x01 interest, 0x02 accept or 0x03 reject ||
/// topic</c>; between our own nodes also <c>0x02 || 0x10 hello || 16 bytes</c> and <c>0x02 || 0x11 ping or 0x12 pong || u64</c>,
/// where bytes beyond those are ignored, for what may be added. Topics are read as browsers read UTF-8: a leading byte order mark goes, bad bytes become U+FFFD.
/// Source: wire.md section 5, supplement 7.5.
/// </remarks>
public static class MuxCodec
{
    /// <summary>Longest topic, in bytes of UTF-8: what its length field can say. A control frame with a longer one is dropped.</summary>
    public const int TopicBytesMax = ushort.MaxValue;

    /// <summary>Reads a frame that a peer sent. Never throws: what is no frame is <see cref="MuxFrame.Dropped"/>.</summary>
    public static MuxFrame Read(ReadOnlyMemory<byte> frame)
    {
        var bytes = frame.Span;
        if (bytes.IsEmpty) return Empty;
        return bytes[0] switch
        {
            DataType => ReadData(frame),
            ControlType => ReadControl(bytes[1..]),
            _ => UnknownType,
        };
    }

    /// <summary>Writes a frame into a new array.</summary>
    /// <exception cref="ArgumentException">The topic is too long, or it is a <see cref="MuxFrame.Dropped"/>.</exception>
    public static byte[] Write(MuxFrame frame)
    {
        switch (frame)
        {
            case MuxFrame.Accept(var topic): return WriteControl(AcceptSub, topic);
            case MuxFrame.Dropped: throw new ArgumentException("a dropped frame has no bytes", nameof(frame));
            case MuxFrame.Hello(var instance):
                byte[] hello = [ControlType, HelloSub, .. new byte[NodeInstance.Length]];
                instance.Write(hello.AsSpan(2));
                return hello;
            case MuxFrame.Interest(var topic): return WriteControl(InterestSub, topic);
            case MuxFrame.Ping(var number): return WriteNumber(PingSub, number);
            case MuxFrame.Pong(var number): return WriteNumber(PongSub, number);
            case MuxFrame.Reject(var topic): return WriteControl(RejectSub, topic);
            case MuxFrame.TopicData(var topic, var payload):
                var bytes = new byte[DataLength(topic, payload.Length)];
                WriteData(topic, payload.Span, bytes);
                return bytes;
            default: throw new UnreachableException(frame.GetType().Name);
        }
    }

    /// <summary>Length of a topic-data frame in bytes.</summary>
    public static int DataLength(string topic, int payloadLength) => 3 + Encoding.UTF8.GetByteCount(topic) + payloadLength;

    /// <summary>Writes a topic-data frame to the start of a buffer, which may have room left for sealing it in place.</summary>
    /// <returns>Length of the frame.</returns>
    /// <exception cref="ArgumentException">The topic is too long, or the buffer too short.</exception>
    public static int WriteData(string topic, ReadOnlySpan<byte> payload, Span<byte> to)
    {
        int topicLength = LengthOf(topic), length = 3 + topicLength + payload.Length;
        if (to.Length < length) throw new ArgumentException($"the frame takes {length} bytes", nameof(to));
        to[0] = DataType;
        BinaryPrimitives.WriteUInt16BigEndian(to[1..], (ushort)topicLength);
        Encoding.UTF8.GetBytes(topic, to[3..]);
        payload.CopyTo(to[(3 + topicLength)..]);
        return length;
    }

    private static MuxFrame ReadData(ReadOnlyMemory<byte> frame)
    {
        var bytes = frame.Span;
        if (bytes.Length < 3) return TruncatedHeader;
        int end = 3 + BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]);
        if (bytes.Length < end) return TruncatedTopic;
        return new MuxFrame.TopicData(BrowserUtf8.Decode(bytes[3..end]), frame[end..]);
    }

    private static MuxFrame ReadControl(ReadOnlySpan<byte> control)
    {
        if (control.IsEmpty) return EmptyControl;
        if (control.Length - 1 > TopicBytesMax) return LongTopic;
        return control[0] switch
        {
            InterestSub => new MuxFrame.Interest(BrowserUtf8.Decode(control[1..])),
            AcceptSub => new MuxFrame.Accept(BrowserUtf8.Decode(control[1..])),
            RejectSub => new MuxFrame.Reject(BrowserUtf8.Decode(control[1..])),
            HelloSub when control.Length > NodeInstance.Length => new MuxFrame.Hello(NodeInstance.Read(control[1..])),
            PingSub when control.Length > sizeof(ulong) => new MuxFrame.Ping(BinaryPrimitives.ReadUInt64BigEndian(control[1..])),
            PongSub when control.Length > sizeof(ulong) => new MuxFrame.Pong(BinaryPrimitives.ReadUInt64BigEndian(control[1..])),
            HelloSub or PingSub or PongSub => TruncatedControl,
            _ => UnknownControl,
        };
    }

    private static byte[] WriteControl(byte sub, string topic)
    {
        var bytes = new byte[2 + LengthOf(topic)];
        bytes[0] = ControlType;
        bytes[1] = sub;
        Encoding.UTF8.GetBytes(topic, bytes.AsSpan(2));
        return bytes;
    }

    private static byte[] WriteNumber(byte sub, ulong number)
    {
        var bytes = new byte[2 + sizeof(ulong)];
        bytes[0] = ControlType;
        bytes[1] = sub;
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(2), number);
        return bytes;
    }

    // The original writes the length modulo 65536 here, and so a frame that says something else (supplement 7.5).
    private static int LengthOf(string topic)
    {
        int length = Encoding.UTF8.GetByteCount(topic);
        if (length > TopicBytesMax) throw new ArgumentException($"a topic has at most {TopicBytesMax} bytes", nameof(topic));
        return length;
    }

    private const byte DataType = 1, ControlType = 2;
    private const byte InterestSub = 1, AcceptSub = 2, RejectSub = 3, HelloSub = 0x10, PingSub = 0x11, PongSub = 0x12;

    private static readonly MuxFrame.Dropped
        Empty = new("empty frame"), UnknownType = new("unknown frame type"),
        TruncatedHeader = new("truncated topic header"), TruncatedTopic = new("truncated topic"),
        EmptyControl = new("empty control frame"), UnknownControl = new("unknown control frame"),
        TruncatedControl = new("truncated control frame"), LongTopic = new("topic too long");
}
