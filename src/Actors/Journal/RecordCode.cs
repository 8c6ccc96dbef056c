using System.Buffers.Binary;
using System.Security.Cryptography;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Journal;

/// <summary>How records are spelled in the tables: places, predecessor lists, checksums.</summary>
internal static class RecordCode
{
    /// <summary>Most entries of one object, and one more than the highest arrival number.</summary>
    internal const long NumbersMax = 1L << 32;

    internal static long Place(long objectNumber, long number) => (objectNumber << 32) | number;

    internal static long Number(long place) => place & (NumbersMax - 1);

    /// <summary>What the name index is keyed by. Two names can be made to share one, so a find compares the whole name.</summary>
    internal static long Prefix(ContentHash hash)
    {
        Span<byte> digest = stackalloc byte[ContentHash.SizeBytes];
        hash.CopyTo(digest);
        return BinaryPrimitives.ReadInt64BigEndian(digest);
    }

    /// <summary>Writes predecessors as distances back from the entry's own number: one or two bytes each instead of 32.</summary>
    internal static int WritePrev(long number, ReadOnlySpan<long> prev, Span<byte> to)
    {
        int at = 0;
        foreach (long p in prev)
        {
            long distance = number - p;
            for (; distance >= 0x80; distance >>= 7) to[at++] = (byte)(distance | 0x80);
            to[at++] = (byte)distance;
        }
        return at;
    }

    /// <summary>Reads what <see cref="WritePrev"/> wrote; false if the bytes are no such list.</summary>
    internal static bool TryReadPrev(long number, ReadOnlySpan<byte> from, List<long> prev)
    {
        prev.Clear();
        for (int at = 0; at < from.Length;)
        {
            long distance = 0;
            int shift = 0;
            byte digit;
            do
            {
                if (at >= from.Length || shift > 28) return false;
                digit = from[at++];
                distance |= (long)(digit & 0x7f) << shift;
                shift += 7;
            }
            while (digit >= 0x80);
            if (distance < 1 || distance > number) return false;
            prev.Add(number - distance);
        }
        return true;
    }

    /// <summary>Checksum of an index record with the object and place that it belongs to.</summary>
    internal static long Checksum(ContentHash objectId, long place, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> payloadHash, ReadOnlySpan<byte> prev, ReadOnlySpan<byte> tags)
    {
        var text = new Scratch(8 + ContentHash.SizeBytes + hash.Length + payloadHash.Length + 8 + prev.Length + tags.Length);
        text.Add(place);
        text.Add(objectId);
        text.Add(hash);
        text.Add(payloadHash);
        text.Add((long)prev.Length << 32 | (uint)tags.Length);
        text.Add(prev);
        text.Add(tags);
        return text.Checksum();
    }

    /// <summary>Checksum of a payload with the place and entry that it belongs to.</summary>
    internal static long PayloadChecksum(long place, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> body)
    {
        var text = new Scratch(8 + hash.Length + body.Length);
        text.Add(place);
        text.Add(hash);
        text.Add(body);
        return text.Checksum();
    }

    /// <summary>Checksum of an object's frontier with the object and the number of entries that it belongs to.</summary>
    internal static long FrontierChecksum(ContentHash objectId, long entries, ReadOnlySpan<byte> hashes)
    {
        var text = new Scratch(8 + ContentHash.SizeBytes + hashes.Length);
        text.Add(entries);
        text.Add(objectId);
        text.Add(hashes);
        return text.Checksum();
    }

    // One call to the hash over joined bytes is faster than several over parts: records are small.
    private ref struct Scratch
    {
        private readonly byte[] _bytes;
        private int _length;

        internal Scratch(int size)
        {
            if (_reused is null || _reused.Length < size) _reused = new byte[Math.Max(4096, size)];
            _bytes = _reused;
        }

        internal void Add(ReadOnlySpan<byte> part)
        {
            part.CopyTo(_bytes.AsSpan(_length));
            _length += part.Length;
        }

        internal void Add(long number)
        {
            BinaryPrimitives.WriteInt64BigEndian(_bytes.AsSpan(_length), number);
            _length += 8;
        }

        internal void Add(ContentHash hash)
        {
            hash.CopyTo(_bytes.AsSpan(_length));
            _length += ContentHash.SizeBytes;
        }

        internal readonly long Checksum()
        {
            Span<byte> digest = stackalloc byte[ContentHash.SizeBytes];
            SHA256.HashData(_bytes.AsSpan(0, _length), digest);
            return BinaryPrimitives.ReadInt64BigEndian(digest);
        }

        [ThreadStatic] private static byte[]? _reused;
    }
}
