using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Hhs.Model.Hashing;

/// <summary>Content address: the SHA-256 digest of a canonical text. Names entries, payloads, elements, objects and keys.</summary>
/// <remarks>
/// Shape: a 32-byte digest, written as exactly 44 characters of padded standard Base64. One digest has one spelling, so
/// text equality is content equality. Order: that of the Base64 text by ordinal (what the wire, the canonical form and
/// covers are sorted by), which is not the order of the bytes. Source: wire.md section 1, supplement section 2.
/// </remarks>
public readonly struct ContentHash : IEquatable<ContentHash>, IComparable<ContentHash>
{
    /// <summary>Length of a digest in bytes.</summary>
    public const int SizeBytes = 32;

    /// <summary>Length of the Base64 text in characters.</summary>
    public const int TextLength = 44;

    // Four big-endian words, not a string: equality and hashing are on every path, text only at the edges.
    private readonly ulong _a, _b, _c, _d;

    private ContentHash(ulong a, ulong b, ulong c, ulong d) => (_a, _b, _c, _d) = (a, b, c, d);

    /// <summary>Takes a digest as it is.</summary>
    /// <exception cref="ArgumentException">The digest is not 32 bytes long.</exception>
    public static ContentHash FromDigest(ReadOnlySpan<byte> digest)
    {
        if (digest.Length != SizeBytes) throw new ArgumentException("a digest has 32 bytes", nameof(digest));
        return new(
            BinaryPrimitives.ReadUInt64BigEndian(digest), BinaryPrimitives.ReadUInt64BigEndian(digest[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(digest[16..]), BinaryPrimitives.ReadUInt64BigEndian(digest[24..]));
    }

    /// <summary>SHA-256 of the bytes given.</summary>
    public static ContentHash Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SizeBytes];
        SHA256.HashData(bytes, digest);
        return FromDigest(digest);
    }

    /// <summary>Reads text that a peer sent. Never throws; false unless it is the canonical spelling.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ContentHash hash)
    {
        Span<byte> ascii = stackalloc byte[TextLength];
        hash = default;
        return text.Length == TextLength && Encoding.ASCII.TryGetBytes(text, ascii, out _) && TryParse(ascii, out hash);
    }

    /// <summary>Reads ASCII text that a peer sent. Never throws; false unless it is the canonical spelling.</summary>
    public static bool TryParse(ReadOnlySpan<byte> ascii, out ContentHash hash)
    {
        hash = default;
        if (ascii.Length != TextLength || ascii[43] != (byte)'=') return false;
        Span<byte> digest = stackalloc byte[SizeBytes + 1];
        for (int i = 0, o = 0; i < 44; i += 4, o += 3)
        {
            int w = DecodeDigit(ascii[i]), x = DecodeDigit(ascii[i + 1]), y = DecodeDigit(ascii[i + 2]);
            // The last group holds two bytes; the two spare bits must be zero, or one digest would have four spellings.
            int z = i == 40 ? 0 : DecodeDigit(ascii[i + 3]);
            if ((w | x | y | z) < 0 || (i == 40 && (y & 3) != 0)) return false;
            int bits = (w << 18) | (x << 12) | (y << 6) | z;
            digest[o] = (byte)(bits >> 16);
            digest[o + 1] = (byte)(bits >> 8);
            digest[o + 2] = (byte)bits;
        }
        hash = FromDigest(digest[..SizeBytes]);
        return true;
    }

    /// <summary>Reads text that is known to be good, such as a constant in a test or our own journal.</summary>
    /// <exception cref="FormatException">The text is not the canonical spelling of a hash.</exception>
    public static ContentHash Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var hash) ? hash : throw new FormatException("not a content hash: 44 characters of padded Base64 expected");

    /// <summary>Writes the 32 bytes of the digest.</summary>
    public void CopyTo(Span<byte> digest)
    {
        BinaryPrimitives.WriteUInt64BigEndian(digest, _a);
        BinaryPrimitives.WriteUInt64BigEndian(digest[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(digest[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(digest[24..], _d);
    }

    /// <summary>The 32 bytes of the digest, as a new array.</summary>
    public byte[] ToBytes()
    {
        var digest = new byte[SizeBytes];
        CopyTo(digest);
        return digest;
    }

    /// <summary>Writes the 44 ASCII characters of the text.</summary>
    public void FormatTo(Span<byte> ascii)
    {
        Span<byte> digest = stackalloc byte[SizeBytes + 1];
        CopyTo(digest);
        digest[SizeBytes] = 0;
        for (int i = 0, o = 0; o < 44; i += 3, o += 4)
        {
            int bits = (digest[i] << 16) | (digest[i + 1] << 8) | digest[i + 2];
            ascii[o] = Alphabet[bits >> 18];
            ascii[o + 1] = Alphabet[(bits >> 12) & 63];
            ascii[o + 2] = Alphabet[(bits >> 6) & 63];
            ascii[o + 3] = Alphabet[bits & 63];
        }
        ascii[43] = (byte)'=';
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(TextLength, this, static (chars, hash) =>
    {
        Span<byte> ascii = stackalloc byte[TextLength];
        hash.FormatTo(ascii);
        Encoding.ASCII.GetChars(ascii, chars);
    });

    /// <summary>The first eight characters of the text: enough to tell entries apart in a log.</summary>
    public string Short => ToString()[..8];

    /// <inheritdoc/>
    public bool Equals(ContentHash other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ContentHash other && Equals(other);

    // A digest is uniform already, but a peer can grind its leading bits: the middle words make that no cheaper to aim
    // at than any others, so the words are mixed with a per-process seed.
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _c);

    /// <summary>Compares by the ordinal order of the Base64 texts.</summary>
    public int CompareTo(ContentHash other)
    {
        if (_a != other._a) return CompareAt(0, other);
        if (_b != other._b) return CompareAt(1, other);
        if (_c != other._c) return CompareAt(2, other);
        return _d == other._d ? 0 : CompareAt(3, other);
    }

    // The first differing bit decides which Base64 digit differs first; digits compare by their ASCII codes.
    private int CompareAt(int word, ContentHash other)
    {
        int bit = (word * 64) + BitOperations.LeadingZeroCount(Word(word) ^ other.Word(word));
        int digit = bit / 6;
        return Alphabet[Digit(digit)].CompareTo(Alphabet[other.Digit(digit)]);
    }

    private int Digit(int index)
    {
        int bit = index * 6, word = bit >> 6, offset = bit & 63;
        ulong high = Word(word) << offset;
        if (offset > 58 && word < 3) high |= Word(word + 1) >> (64 - offset);
        return (int)(high >> 58);
    }

    private ulong Word(int index) => index switch { 0 => _a, 1 => _b, 2 => _c, _ => _d };

    /// <summary>Equality of content.</summary>
    public static bool operator ==(ContentHash left, ContentHash right) => left.Equals(right);

    /// <summary>Inequality of content.</summary>
    public static bool operator !=(ContentHash left, ContentHash right) => !left.Equals(right);

    /// <summary>Order of the Base64 texts.</summary>
    public static bool operator <(ContentHash left, ContentHash right) => left.CompareTo(right) < 0;

    /// <summary>Order of the Base64 texts.</summary>
    public static bool operator >(ContentHash left, ContentHash right) => left.CompareTo(right) > 0;

    /// <summary>Order of the Base64 texts.</summary>
    public static bool operator <=(ContentHash left, ContentHash right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the Base64 texts.</summary>
    public static bool operator >=(ContentHash left, ContentHash right) => left.CompareTo(right) >= 0;

    private static int DecodeDigit(byte ascii) => ascii < 128 ? Digits[ascii] : -1;

    private static ReadOnlySpan<byte> Alphabet => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;

    private static readonly sbyte[] Digits = MakeDigits();

    private static sbyte[] MakeDigits()
    {
        var digits = new sbyte[128];
        Array.Fill(digits, (sbyte)-1);
        for (int i = 0; i < Alphabet.Length; i++) digits[Alphabet[i]] = (sbyte)i;
        return digits;
    }
}
