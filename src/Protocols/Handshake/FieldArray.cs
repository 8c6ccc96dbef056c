using System.Buffers.Binary;
using Hhs.Model;

namespace Hhs.Protocols.Handshake;

/// <summary>The encoding of handshake messages: <c>u32 count</c>, then per field <c>u32 length || bytes</c>, big-endian.</summary>
/// <remarks>Source: wire.md section 3; supplement 7.1 for what the original lets pass.</remarks>
internal static class FieldArray
{
    public static byte[] Write(params ReadOnlySpan<ReadOnlyMemory<byte>> fields)
    {
        int length = 4;
        foreach (var field in fields) length += 4 + field.Length;
        var bytes = new byte[length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)fields.Length);
        int at = 4;
        foreach (var field in fields)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), (uint)field.Length);
            field.Span.CopyTo(bytes.AsSpan(at + 4));
            at += 4 + field.Length;
        }
        return bytes;
    }

    /// <summary>Reads what a peer sent; the fields are slices of it.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="wanted">How many fields there must be at least.</param>
    /// <param name="fields">All fields there are.</param>
    /// <param name="exact">Whether it is what <see cref="Write"/> makes: just the fields wanted, each of its stated length, and no more bytes.</param>
    /// <param name="why">The reason, when the answer is false.</param>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, int wanted, out ReadOnlyMemory<byte>[] fields, out bool exact, out Reject why)
    {
        fields = [];
        exact = false;
        if (bytes.Length > HandshakeLimits.MessageBytesMax)
        {
            why = new(RejectCode.OverLimit, $"handshake message of {bytes.Length} bytes");
            return false;
        }
        if (!TryReadLength(bytes, 0, out uint count)) return Short(out why);
        if (count > HandshakeLimits.FieldsMax)
        {
            why = new(RejectCode.OverLimit, $"handshake message of {count} fields");
            return false;
        }
        if (count < wanted) return Short(out why);

        var read = new ReadOnlyMemory<byte>[count];
        bool plain = count == wanted;
        int at = 4;
        for (int i = 0; i < read.Length; i++)
        {
            if (!TryReadLength(bytes, at, out uint length)) return Short(out why);
            var rest = bytes[(at + 4)..];
            // supplement 7.1: a length past the end gives a shorter field, which only the last one can survive.
            if (length > rest.Length) plain = false;
            read[i] = rest[..(int)Math.Min(length, (uint)rest.Length)];
            at += 4 + read[i].Length;
        }
        exact = plain && at == bytes.Length;
        fields = read;
        why = default;
        return true;
    }

    private static bool TryReadLength(ReadOnlyMemory<byte> bytes, int at, out uint length)
    {
        length = 0;
        if (bytes.Length - at < 4) return false;
        length = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[at..]);
        return true;
    }

    private static bool Short(out Reject why)
    {
        why = new(RejectCode.Malformed, "handshake message ends before its last field");
        return false;
    }
}
