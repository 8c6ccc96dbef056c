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

    /// <summary>Does anybody take part in this object, which has slept for long? Answered by <see cref="NobodyTakesPart"/>, or not at all.</summary>
    internal sealed record WhoTakesPart(ContentHash Id);

    /// <summary>No session takes part in the object.</summary>
    internal sealed record NobodyTakesPart(ContentHash Id);

    /// <summary>From the channel that carried a topic to the one that does now: all that the peer has said and nobody has processed.</summary>
    internal sealed record HandedOver(string Topic, PeerId Peer, IReadOnlyList<ReadOnlyMemory<byte>> Messages);
}
