using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Journal.Postgres;

/// <summary>What the writer of an object knows of it. True as long as its epoch is the object's latest.</summary>
/// <param name="Id">The object's number in the tables.</param>
/// <param name="Hash">The object.</param>
/// <param name="Epoch">The epoch that this was read under.</param>
/// <param name="Entries">Its entries.</param>
/// <param name="Next">The arrival number that its next entry gets.</param>
/// <param name="Frontier">Its frontier, if narrow enough to be kept.</param>
/// <param name="Bytes">What it takes in the store.</param>
/// <param name="AnyQuarantined">Whether some record of it is in quarantine, to be taken out when it comes again.</param>
internal sealed record HeldObject(long Id, ContentHash Hash, Epoch Epoch, long Entries, long Next, Position? Frontier, long Bytes, bool AnyQuarantined)
{
    /// <summary>Arrival numbers of entries of the frontier, as far as known: mostly those that the next entries build on.</summary>
    internal IReadOnlyDictionary<ContentHash, long> Numbers { get; init; } = new Dictionary<ContentHash, long>();
}
