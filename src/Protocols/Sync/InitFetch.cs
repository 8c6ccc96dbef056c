using Hhs.Model.Hashing;

namespace Hhs.Protocols.Sync;

/// <summary>Fetches the create entry of an object of which only the id is known.</summary>
/// <remarks>Takes <see cref="SyncInput.PeerJoined"/>, <see cref="SyncInput.PeerLeft"/>, <see cref="SyncInput.MessageArrived"/> and <see cref="SyncInput.TimerFired"/>. Source: supplement 8.1.</remarks>
public sealed class InitFetch(ContentHash id, TimeSpan every, TimeSpan within)
{
    /// <summary>Takes one input; answers what is to be done, in order.</summary>
    public IReadOnlyList<SyncEffect> Advance(SyncInput input) => throw new NotImplementedException($"{id} {every} {within} {input}");
}
