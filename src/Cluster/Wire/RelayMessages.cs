using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols;

namespace Hhs.Cluster.Wire;

/// <summary>What nodes of a cluster say to one another about objects and peers' sessions. Written by <see cref="RelayCodec"/>.</summary>
internal interface IRelayMessage;

/// <summary>For the node that has the object, or is to have it: through the shard region.</summary>
/// <param name="Id">The object.</param>
/// <param name="Message">A message of the objects' registry, or <see cref="Join"/>.</param>
internal sealed record ToEntity(ContentHash Id, object Message) : IRelayMessage;

/// <summary>To all nodes: the object can be asked for, or not any more.</summary>
internal sealed record Carried(ContentHash Id, bool IsOpen) : IRelayMessage;

/// <summary>To all nodes: who is blocked, or to whom an object is offered, has been set in the store.</summary>
internal sealed record SettingsChanged : IRelayMessage
{
    public static readonly SettingsChanged Instance = new();
}

// The node with a peer's session -> the node with the object

/// <summary>A session takes part in the object. Answered by <see cref="Joined"/>, from the stand-in that has the session's place from then on.</summary>
/// <param name="Topic">The object.</param>
/// <param name="Route">Names this taking part, among all of the sender's.</param>
/// <param name="Peer">The session.</param>
/// <param name="KeyId">Who is at its other end.</param>
/// <param name="Kind">What software the peer may be.</param>
internal sealed record Join(ContentHash Topic, long Route, PeerId Peer, KeyId KeyId, PeerKind Kind) : IRelayMessage;

/// <summary>The session takes part no more.</summary>
internal sealed record Leave(ContentHash Topic, long Route) : IRelayMessage;

/// <summary>The session is over.</summary>
internal sealed record Ended : IRelayMessage
{
    public static readonly Ended Instance = new();
}

/// <summary>What the peer has said. Answered by <see cref="Processed"/> with the number.</summary>
internal sealed record FromPeer(ContentHash Topic, long Route, long Number, ReadOnlyMemory<byte> Message) : IRelayMessage;

/// <summary>So many bytes of what channels have sent have left: for each taking part, with the number of the channel that came with them.</summary>
internal sealed record Drained(IReadOnlyList<(long Route, int Channel, int Bytes)> Parts) : IRelayMessage;

// The node with the object -> the node with a peer's session

/// <summary>The sender stands in for the session from now on.</summary>
internal sealed record Joined(ContentHash Topic, long Route) : IRelayMessage;

/// <summary>The peer's message has been processed, or nobody will.</summary>
internal sealed record Processed(long Route, long Number) : IRelayMessage;

/// <summary>For one peer or several.</summary>
/// <param name="Message">What the channel says.</param>
/// <param name="To">To whom.</param>
internal sealed record ToPeers(ReadOnlyMemory<byte> Message, IReadOnlyList<Receiver> To) : IRelayMessage;

/// <summary>A session that is told something.</summary>
/// <param name="Route">The taking part.</param>
/// <param name="Number">1, 2, 3: a gap says that something was lost on the way.</param>
/// <param name="Channel">Which of the object's channels it comes from; comes back with <see cref="Drained"/>.</param>
internal readonly record struct Receiver(long Route, long Number, int Channel);

/// <summary>The peer did something wrong.</summary>
internal sealed record Charged(PeerId Peer, Reject Why, int Points) : IRelayMessage;

/// <summary>The object is at another node from now on.</summary>
internal sealed record Parted(long Route) : IRelayMessage;
