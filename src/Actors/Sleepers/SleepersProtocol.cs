using Hhs.Actors.Journal;
using Hhs.Model.Hashing;
using Hhs.Protocols;

namespace Hhs.Actors.Sleepers;

/// <summary>What is said to and by the channel of sleeping objects.</summary>
internal static class SleepersProtocol
{
    /// <summary>These objects sleep from now on; the mesh is told by whoever sends this.</summary>
    internal sealed record Asleep(IReadOnlyList<ObjectSummary> Objects);

    /// <summary>The object is being woken: what peers say from now on is for its own channel.</summary>
    internal sealed record Woken(ContentHash Id);

    /// <summary>The object has stopped and is not to be woken any more.</summary>
    internal sealed record Gone(ContentHash Id);

    /// <summary>The object has grown since it was woken.</summary>
    internal sealed record Grew(ContentHash Id);

    /// <summary>From the channel that carried a topic to the one that does now: all that the peer has said and nobody has processed.</summary>
    internal sealed record HandedOver(string Topic, PeerId Peer, IReadOnlyList<ReadOnlyMemory<byte>> Messages);
}
