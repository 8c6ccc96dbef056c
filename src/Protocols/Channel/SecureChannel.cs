using System.Buffers.Binary;
using System.Security.Cryptography;
using Hhs.Model;

namespace Hhs.Protocols.Channel;

/// <summary>Seals what we send and opens what arrives, once a handshake has given the keys.</summary>
/// <remarks>
/// A frame is the ChaCha20-Poly1305 ciphertext of one message followed by its tag, without associated data. Nonce: four zero
/// bytes, then the count of frames before it in that direction as 64 bits little-endian. So frames must be sealed in the order
/// in which they are sent, and opened in the order of arrival. Source: wire.md section 4, supplement 7.4.
/// Needs <see cref="ChaCha20Poly1305.IsSupported"/>. Not safe for use by two threads at once.
/// </remarks>
public sealed class SecureChannel : IDisposable
{
    private readonly ChaCha20Poly1305 _send, _receive;
    private ulong _sent, _received;
    private bool _broken;

    /// <summary>Starts a channel, both counts at zero.</summary>
    public SecureChannel(ChannelKeys keys) : this(keys, 0, 0) { }

    internal SecureChannel(ChannelKeys keys, ulong sent, ulong received)
    {
        _send = new(keys.Send);
        _receive = new(keys.Receive);
        (_sent, _received) = (sent, received);
    }

    /// <summary>By how much a frame is longer than its message.</summary>
    public const int Overhead = 16;

    /// <summary>Seals a message into a new array.</summary>
    public byte[] Seal(ReadOnlySpan<byte> message)
    {
        var frame = new byte[message.Length + Overhead];
        Seal(message, frame);
        return frame;
    }

    /// <summary>Seals a message; it may already lie at the start of the frame's own memory.</summary>
    /// <returns>Length of the frame: the message's and <see cref="Overhead"/>.</returns>
    /// <exception cref="ArgumentException">There is no room for the frame.</exception>
    public int Seal(ReadOnlySpan<byte> message, Span<byte> frame)
    {
        int length = message.Length + Overhead;
        if (frame.Length < length) throw new ArgumentException($"the frame takes {length} bytes", nameof(frame));
        Span<byte> nonce = stackalloc byte[12];
        WriteNonce(nonce, _sent++);
        _send.Encrypt(nonce, message, frame[..message.Length], frame[message.Length..length]);
        return length;
    }

    /// <summary>Opens a frame in its own memory.</summary>
    /// <remarks>Errors: <see cref="RejectCode.BadCiphertext"/>, from then on for every frame: the connection is to be closed.</remarks>
    /// <param name="frame">What arrived; overwritten.</param>
    /// <param name="message">The start of the frame's memory, now the message; may be empty.</param>
    /// <param name="why">The reason, when the answer is false.</param>
    public bool TryOpenInPlace(Memory<byte> frame, out ReadOnlyMemory<byte> message, out Reject why)
    {
        message = default;
        int length = frame.Length - Overhead;
        if (length < 0 || !TryOpen(frame.Span, frame.Span[..length], out why)) return Broken(out why);
        message = frame[..length];
        return true;
    }

    /// <summary>Opens a frame.</summary>
    /// <remarks>Errors: <see cref="RejectCode.BadCiphertext"/>, from then on for every frame: the connection is to be closed.</remarks>
    /// <param name="frame">What arrived.</param>
    /// <param name="message">Exactly as long as the message will be: the frame's length less <see cref="Overhead"/>. May be the frame's own memory.</param>
    /// <param name="why">The reason, when the answer is false.</param>
    /// <exception cref="ArgumentException">The frame holds a message of another length.</exception>
    public bool TryOpen(ReadOnlySpan<byte> frame, Span<byte> message, out Reject why)
    {
        int length = frame.Length - Overhead;
        if (_broken || length < 0) return Broken(out why);
        if (message.Length != length) throw new ArgumentException($"the message takes {length} bytes", nameof(message));
        Span<byte> nonce = stackalloc byte[12];
        WriteNonce(nonce, _received++);
        try { _receive.Decrypt(nonce, frame[..length], frame[length..], message); }
        catch (AuthenticationTagMismatchException) { return Broken(out why); }
        why = default;
        return true;
    }

    /// <summary>Forgets the keys.</summary>
    public void Dispose()
    {
        _send.Dispose();
        _receive.Dispose();
    }

    private bool Broken(out Reject why)
    {
        _broken = true;
        why = new(RejectCode.BadCiphertext, $"frame {_received} of the channel does not open");
        return false;
    }

    private static void WriteNonce(Span<byte> nonce, ulong count)
    {
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], count);
    }
}
