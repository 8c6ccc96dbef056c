using System.Text;

namespace Hhs.Model.Json;

/// <summary>A growing byte buffer that JSON is written into; kept and reused by whoever writes often.</summary>
public sealed class JsonBuffer
{
    private byte[] _bytes = new byte[512];

    /// <summary>Number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What has been written, valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>What has been written, as memory, valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <summary>Forgets what was written and, if the buffer grew past 1 MiB, the memory too.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > KeptBytesMax) _bytes = new byte[512];
    }

    /// <summary>Room for at least so many bytes; follow with <see cref="Advance"/>.</summary>
    public Span<byte> Room(int bytes)
    {
        if (_bytes.Length - Length < bytes) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + bytes));
        return _bytes.AsSpan(Length);
    }

    /// <summary>Counts bytes put into <see cref="Room"/> as written.</summary>
    public void Advance(int bytes) => Length += bytes;

    /// <summary>Writes one byte.</summary>
    public void Add(byte value)
    {
        Room(1)[0] = value;
        Length++;
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Writes UTF-8; a lone surrogate comes out as U+FFFD (EF BF BD).</summary>
    public void AddUtf8(ReadOnlySpan<char> text) =>
        Length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));

    private const int KeptBytesMax = 1 << 20;
}
