using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Journal;

/// <summary>One stored index record as it was read, not checked yet. The spans are valid until the store goes on to the next.</summary>
internal interface IIndexRow
{
    /// <summary>Object number and arrival number, see <see cref="RecordCode.Place"/>.</summary>
    long Place { get; }

    ReadOnlySpan<byte> Hash { get; }

    ReadOnlySpan<byte> PayloadHash { get; }

    ReadOnlySpan<byte> Prev { get; }

    ReadOnlySpan<byte> Tags { get; }

    long Checksum { get; }
}

/// <summary>What a store keeps beside an object's records.</summary>
/// <param name="Entries">How many records there should be.</param>
/// <param name="Next">The arrival number that the next record gets.</param>
/// <param name="Trusted">Whether the frontier matches its checksum.</param>
/// <param name="Frontier">The frontier, where it is trusted and narrow enough to be kept.</param>
internal readonly record struct IndexCounts(long Entries, long Next, bool Trusted, Position? Frontier)
{
    internal static IndexCounts Read(ContentHash objectId, long entries, long next, ReadOnlySpan<byte> frontier)
    {
        bool trusted = FrontierCode.TryRead(objectId, entries, frontier, out var kept);
        return new(entries, next, trusted, kept);
    }
}
