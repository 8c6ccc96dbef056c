using System.Buffers.Binary;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Journal;

/// <summary>How an object's frontier is kept beside its counts: a checksum, then the hashes; none where they are too many.</summary>
/// <remarks>The checksum covers the object's id and its number of entries, so neither can change without the frontier losing its trust.</remarks>
internal static class FrontierCode
{
    /// <summary>Most hashes of a frontier that is kept; a wider one is not known before the object's index is read.</summary>
    internal const int HashesMax = 64;

    /// <summary>The frontier if it is narrow enough to be kept, else null.</summary>
    internal static Position? Bounded(IReadOnlyCollection<ContentHash> tips) => tips.Count <= HashesMax ? Position.Of([.. tips]) : null;

    internal static byte[] Write(ContentHash objectId, long entries, Position? frontier)
    {
        byte[] bytes = new byte[ChecksumBytes + ((frontier?.Count ?? 0) * ContentHash.SizeBytes)];
        for (int i = 0; i < (frontier?.Count ?? 0); i++) frontier![i].CopyTo(bytes.AsSpan(ChecksumBytes + (i * ContentHash.SizeBytes)));
        BinaryPrimitives.WriteInt64BigEndian(bytes, RecordCode.FrontierChecksum(objectId, entries, bytes.AsSpan(ChecksumBytes)));
        return bytes;
    }

    /// <summary>Reads what <see cref="Write"/> wrote; false where it is not to be trusted, or was never written.</summary>
    internal static bool TryRead(ContentHash objectId, long entries, ReadOnlySpan<byte> bytes, out Position? frontier)
    {
        frontier = null;
        if (bytes.Length < ChecksumBytes || (bytes.Length - ChecksumBytes) % ContentHash.SizeBytes != 0) return false;
        var text = bytes[ChecksumBytes..];
        if (BinaryPrimitives.ReadInt64BigEndian(bytes) != RecordCode.FrontierChecksum(objectId, entries, text)) return false;
        if (text.IsEmpty && entries > 0) return true;   // too wide to be kept
        var hashes = new ContentHash[text.Length / ContentHash.SizeBytes];
        for (int i = 0; i < hashes.Length; i++) hashes[i] = ContentHash.FromDigest(text.Slice(i * ContentHash.SizeBytes, ContentHash.SizeBytes));
        frontier = Position.Of(hashes);
        return true;
    }

    private const int ChecksumBytes = 8;
}
