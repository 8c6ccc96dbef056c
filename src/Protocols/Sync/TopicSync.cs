namespace Hhs.Protocols.Sync;

/// <summary>Keeps one object in step with all peers of its topic: gossips frontiers, fetches what is missing, serves what is asked.</summary>
/// <remarks>One an object and node. No clock, socket or thread in here: inputs in, effects out. Source: wire.md section 6, supplement section 8.</remarks>
public sealed class TopicSync(ISyncReplica replica, IRandomSource random, SyncSettings settings)
{
    /// <summary>Takes one input; answers what is to be done, in order.</summary>
    public IReadOnlyList<SyncEffect> Advance(SyncInput input) => throw new NotImplementedException($"{replica} {random} {settings} {input}");
}
