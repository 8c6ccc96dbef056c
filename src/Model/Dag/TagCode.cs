using System.Buffers.Binary;
using System.Text;
using Hhs.Model.Hashing;

namespace Hhs.Model.Dag;

/// <summary>An entry's tags as bytes, for the journal: reopening an object reads these and no payload.</summary>
/// <remarks>
/// Shape: for each tag u16 key length (big-endian), key; then 0xFF and a 32-byte hash, or u16 length (big-endian, below 0xFF00) and text.
/// </remarks>
public static class TagCode
{
    /// <summary>The tags as bytes.</summary>
    /// <exception cref="ArgumentException">A key has over 65,535 bytes, or a value over 65,279.</exception>
    public static byte[] Encode(IReadOnlyList<Tag> tags)
    {
        int length = 0;
        foreach (var tag in tags) length += 2 + Encoding.UTF8.GetByteCount(tag.Key) + (tag.ValueAsHash is null ? 2 + Encoding.UTF8.GetByteCount(tag.Value) : 1 + ContentHash.SizeBytes);
        byte[] bytes = new byte[length];
        int at = 0;
        foreach (var tag in tags)
        {
            at += PutText(tag.Key, bytes.AsSpan(at), ushort.MaxValue);
            if (tag.ValueAsHash is { } hash)
            {
                bytes[at++] = HashMark;
                hash.CopyTo(bytes.AsSpan(at));
                at += ContentHash.SizeBytes;
            }
            else
            {
                at += PutText(tag.Value, bytes.AsSpan(at), (HashMark << 8) - 1);
            }
        }
        return bytes;
    }

    /// <summary>Reads tags back; keys that <paramref name="keys"/> knows are not made anew. False if the bytes are damaged.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, KeyPool keys, out Tag[] tags)
    {
        tags = [];
        var read = new List<Tag>(2);
        while (bytes.Length > 0)
        {
            if (!TryTakeText(ref bytes, out var keyBytes)) return false;
            string key = keys.Get(keyBytes);
            if (bytes.Length > ContentHash.SizeBytes && bytes[0] == HashMark)
            {
                read.Add(new Tag(key, ContentHash.FromDigest(bytes.Slice(1, ContentHash.SizeBytes))));
                bytes = bytes[(1 + ContentHash.SizeBytes)..];
            }
            else if (TryTakeText(ref bytes, out var value))
            {
                read.Add(new Tag(key, Encoding.UTF8.GetString(value)));
            }
            else
            {
                return false;
            }
        }
        tags = [.. read];
        return true;
    }

    private static int PutText(string text, Span<byte> to, int bytesMax)
    {
        int length = Encoding.UTF8.GetBytes(text, to[2..]);
        if (length > bytesMax) throw new ArgumentException($"a tag part of {length} bytes", nameof(text));
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)length);
        return 2 + length;
    }

    private static bool TryTakeText(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (bytes.Length < 2) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length < 2 + length) return false;
        text = bytes.Slice(2, length);
        bytes = bytes[(2 + length)..];
        return true;
    }

    private const byte HashMark = 0xFF;

    /// <summary>The tag keys met so far: a log of a million entries has a handful.</summary>
    public sealed class KeyPool
    {
        private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _known =
            new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

        internal string Get(ReadOnlySpan<byte> utf8)
        {
            Span<char> chars = utf8.Length <= 512 ? stackalloc char[utf8.Length] : new char[utf8.Length];
            chars = chars[..Encoding.UTF8.GetChars(utf8, chars)];
            if (_known.TryGetValue(chars, out var key)) return key;
            key = new string(chars);
            _known.Dictionary.Add(key, key);
            return key;
        }
    }
}
