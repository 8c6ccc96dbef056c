using System.Buffers.Binary;
using Hhs.Model;

namespace Hhs.Protocols.Pool;

/// <summary>One running node: 16 random bytes made at its start, so that two devices under one key can be told apart.</summary>
/// <param name="High">The first 8 bytes, big-endian.</param>
/// <param name="Low">The last 8 bytes, big-endian.</param>
public readonly record struct NodeInstance(ulong High, ulong Low) : IComparable<NodeInstance>
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 16;

    /// <summary>A new one.</summary>
    public static NodeInstance Make(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[Length];
        random.Fill(bytes);
        return Read(bytes);
    }

    /// <summary>Reads the first <see cref="Length"/> bytes.</summary>
    public static NodeInstance Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Writes the <see cref="Length"/> bytes.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, High);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], Low);
    }

    /// <summary>Order of the bytes.</summary>
    public int CompareTo(NodeInstance other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <inheritdoc/>
    public override string ToString() => $"{High:x16}{Low:x16}";
}
