using System.Buffers.Binary;
using Hhs.Model.Hashing;

namespace Hhs.Model.Settling;

/// <summary>Where an entry stands among those that could be taken next into the settled order: the lower one goes first.</summary>
/// <remarks>
/// A function of the entry's own history, so nothing that arrives later changes it: see docs/decisions/040-rank-from-the-own-history.md.
/// </remarks>
/// <param name="Seniority">How early the author got a say: 0 for creators, <see cref="NoSeniority"/> for who has none.</param>
/// <param name="High">The first 16 bytes of the hash that decides between equals.</param>
/// <param name="Low">The last 16 bytes.</param>
public readonly record struct Rank(long Seniority, UInt128 High, UInt128 Low) : IComparable<Rank>
{
    /// <summary>The rank of an entry.</summary>
    /// <param name="seniority">The author's seniority there.</param>
    /// <param name="space">Id of the object that the entry is in.</param>
    /// <param name="entry">The entry's hash.</param>
    public static Rank Of(long seniority, ContentHash space, ContentHash entry)
    {
        Span<byte> text = stackalloc byte[2 * ContentHash.TextLength];
        space.FormatTo(text);
        entry.FormatTo(text[ContentHash.TextLength..]);
        Span<byte> digest = stackalloc byte[ContentHash.SizeBytes];
        ContentHash.Of(text).CopyTo(digest);
        return new(seniority, BinaryPrimitives.ReadUInt128BigEndian(digest), BinaryPrimitives.ReadUInt128BigEndian(digest[16..]));
    }

    /// <inheritdoc/>
    public int CompareTo(Rank other)
    {
        int order = Seniority.CompareTo(other.Seniority);
        if (order == 0) order = High.CompareTo(other.High);
        return order == 0 ? Low.CompareTo(other.Low) : order;
    }

    /// <summary>Order of ranks.</summary>
    public static bool operator <(Rank left, Rank right) => left.CompareTo(right) < 0;

    /// <summary>Order of ranks.</summary>
    public static bool operator >(Rank left, Rank right) => left.CompareTo(right) > 0;

    /// <summary>Order of ranks.</summary>
    public static bool operator <=(Rank left, Rank right) => left.CompareTo(right) <= 0;

    /// <summary>Order of ranks.</summary>
    public static bool operator >=(Rank left, Rank right) => left.CompareTo(right) >= 0;

    /// <summary>The seniority of an author who was never given a say.</summary>
    public const long NoSeniority = 1L << 53;
}
