using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Journal;

/// <summary>Writes the fields of an event: integers big-endian, bytes and texts with a length of four bytes in front.</summary>
internal sealed class EventWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    internal EventWriter Put(long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(8), number);
        _bytes.Advance(8);
        return this;
    }

    internal EventWriter Put(ContentHash hash)
    {
        hash.CopyTo(_bytes.GetSpan(ContentHash.SizeBytes));
        _bytes.Advance(ContentHash.SizeBytes);
        return this;
    }

    internal EventWriter Put(ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes.GetSpan(4), bytes.Length);
        _bytes.Advance(4);
        _bytes.Write(bytes);
        return this;
    }

    internal EventWriter Put(string text) => Put(Encoding.UTF8.GetBytes(text));

    /// <summary>A checksum of all so far, with the place that it is for.</summary>
    internal EventWriter Seal(in EventPlace place) => Put(place.Checksum(_bytes.WrittenSpan));

    internal bool IsEmpty => _bytes.WrittenCount == 0;

    internal byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}

/// <summary>Reads what <see cref="EventWriter"/> wrote. What is not there reads as nothing, and <see cref="Failed"/> says so.</summary>
internal ref struct EventReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    internal bool Failed { get; private set; }

    internal readonly bool IsAtEnd => _at == _bytes.Length;

    /// <summary>How much has been read.</summary>
    internal readonly int Position => _at;

    internal void Skip(int count) => Take(count);

    internal long Number() => Take(8) is { Length: 8 } number ? BinaryPrimitives.ReadInt64BigEndian(number) : 0;

    internal ContentHash Hash() => Take(ContentHash.SizeBytes) is { Length: ContentHash.SizeBytes } hash ? ContentHash.FromDigest(hash) : default;

    internal ReadOnlySpan<byte> Bytes() => Take(4) is { Length: 4 } length ? Take(BinaryPrimitives.ReadInt32BigEndian(length)) : default;

    internal string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>Whether a checksum of all so far comes next, and is right.</summary>
    internal bool IsSealed(in EventPlace place)
    {
        long expected = place.Checksum(_bytes[.._at]);
        return Number() == expected && !Failed;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (Failed || count < 0 || count > _bytes.Length - _at)
        {
            Failed = true;
            return default;
        }
        var part = _bytes.Slice(_at, count);
        _at += count;
        return part;
    }
}

/// <summary>Where an event is: checksums cover it, so that an event that stands in the place of another is found out.</summary>
internal readonly record struct EventPlace(string Stream, long Sequence, string Manifest)
{
    internal long Checksum(ReadOnlySpan<byte> bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{Stream}\n{Sequence}\n{Manifest}\n")));
        hash.AppendData(bytes);
        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadInt64BigEndian(digest);
    }
}
