namespace Hhs.Protocols.Sync;

/// <summary>How far an object has come up with its connected peers.</summary>
/// <param name="Peers">Peers that have said what they have; without those that were caught lying.</param>
/// <param name="Unheard">Peers that joined a moment ago and have said nothing yet.</param>
/// <param name="Behind">Of <paramref name="Peers"/>, those that have announced something that is neither here nor was refused.</param>
/// <param name="Waiting">Entries on their way in: announced by their successors, without payload, being judged, or put off.</param>
/// <param name="IsUnderWay">Whether a request is unanswered, or a peer that tells of a long history part by part may be about to go on.</param>
public readonly record struct SyncProgress(int Peers, int Unheard, int Behind, int Waiting, bool IsUnderWay)
{
    /// <summary>Whether all that every connected peer has announced is here. Peers can write at any time: it is a statement about the moment.</summary>
    public bool IsSynced => Peers > 0 && Unheard + Behind + Waiting == 0 && !IsUnderWay;
}
