using Akka.Actor;
using Hhs.Actors.Relay;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols;
using Hhs.Protocols.Pool;
using Hhs.Protocols.Swarm;

namespace Hhs.Actors.Mesh;

/// <summary>What is said to and by the mesh, and between sessions and the channels of topics.</summary>
public static class MeshProtocol
{
    /// <summary>Keep a connection to this peer, redialling with back-off, and offer it every topic that is open to it.</summary>
    public sealed record AddPeer(PeerAddress Address);

    /// <summary>Talk to this key no more: its sessions are closed, it is not dialled, and what it dials is closed.</summary>
    public sealed record Block(KeyId KeyId);

    /// <summary>Talk to this key again.</summary>
    public sealed record Unblock(KeyId KeyId);

    /// <summary>Who is connected. Answered by <see cref="Peers"/>.</summary>
    public sealed record GetPeers
    {
        /// <summary>The only instance.</summary>
        public static readonly GetPeers Instance = new();
    }

    /// <summary>The open sessions, the addresses listened on, and who is blocked.</summary>
    public sealed record Peers(IReadOnlyList<PeerInfo> Sessions, IReadOnlyList<Uri> Listening, IReadOnlyList<KeyId> Blocked);

    /// <summary>One open session.</summary>
    /// <param name="Session">Its name.</param>
    /// <param name="KeyId">Who is at the other end.</param>
    /// <param name="Kind">What software the peer may be.</param>
    /// <param name="Remote">Its address, for a log.</param>
    /// <param name="Inbound">Whether the peer dialled.</param>
    /// <param name="RoundTrip">The last round trip measured; null before the first, and for the original.</param>
    public sealed record PeerInfo(string Session, KeyId KeyId, PeerKind Kind, string Remote, bool Inbound, TimeSpan? RoundTrip);

    /// <summary>Published on the event stream when a peer that we dial could not be reached or was turned away; it is dialled again later.</summary>
    /// <param name="Address">The peer.</param>
    /// <param name="Why">Why, such as <see cref="RejectCode.Declined"/> when it has nothing that we have or want; null when it could not be reached or hung up itself.</param>
    /// <param name="Detail">The reason, for a person.</param>
    public sealed record PeerFailed(PeerAddress Address, Reject? Why, string Detail);

    // channels and owners of topics -> mesh

    /// <summary>This channel carries the topic from now on: peers that have or want it are to be joined to it.</summary>
    internal sealed record OpenTopic(ContentHash Topic, IActorRef Channel);

    /// <summary>The same for many topics at once.</summary>
    internal sealed record OpenTopics(IReadOnlyList<ContentHash> Topics, IActorRef Channel);

    /// <summary>The topic is not carried any more.</summary>
    internal sealed record CloseTopic(ContentHash Topic, IActorRef Channel);

    /// <summary>Open the topic to these keys only, now or when it is carried.</summary>
    internal sealed record SetPolicy(ContentHash Topic, TopicPolicy Policy);

    /// <summary>Whether the topic is open to nobody at present, whatever its policy.</summary>
    internal sealed record SetDormant(ContentHash Topic, bool Dormant);

    // relay -> mesh

    /// <summary>Sessions are to ask this relay for topics that are not here.</summary>
    internal sealed record SetRelay(RelayDoor Door);

    // discovery -> mesh, and back

    /// <summary>The sender is to be told what becomes of topics: those carried now, and each change.</summary>
    internal sealed record Watch;

    internal sealed record TopicsOpened(IReadOnlyList<ContentHash> Topics);

    internal sealed record TopicClosed(ContentHash Topic);

    /// <summary>Ask the candidate for the topic: over a connection that is there, else over a new one.</summary>
    /// <param name="Topic">The topic.</param>
    /// <param name="Candidate">Whom.</param>
    /// <param name="Fresh">Whether a connection to another address of the key will not do: it was asked before.</param>
    internal sealed record Connect(ContentHash Topic, SwarmCandidate Candidate, bool Fresh);

    /// <summary>The topic is not to be carried over this connection any more.</summary>
    internal sealed record LeaveTopic(ContentHash Topic, PeerId Peer);

    internal sealed record ConnectFailed(ContentHash Topic, SwarmCandidate Candidate);

    /// <summary>A key that was blocked may be talked to again.</summary>
    internal sealed record Unblocked(KeyId KeyId);

    /// <summary>Ask all who are connected for the topic. Tells each that we have or want it.</summary>
    internal sealed record OfferToPool(ContentHash Topic);

    // session -> discovery

    internal sealed record TopicJoined(string Topic, PeerId Peer, KeyId KeyId);

    internal sealed record TopicLeft(string Topic, PeerId Peer);

    internal sealed record TopicDeclined(string Topic, KeyId KeyId);

    // session -> channel

    /// <summary>The session's peer takes part in the topic.</summary>
    /// <param name="Topic">The topic.</param>
    /// <param name="Peer">The session's name.</param>
    /// <param name="KeyId">Who is at its other end.</param>
    /// <param name="Kind">What software the peer may be.</param>
    /// <param name="Session">Where messages to the peer go.</param>
    /// <param name="Before">The channel that carried the topic until now, which may have messages to hand over; null for a peer that is new to the topic.</param>
    /// <param name="Hub">Where messages to it and to others go instead, together, as <see cref="SendToMany"/>; null where each goes to its session.</param>
    internal sealed record PeerJoined(string Topic, PeerId Peer, KeyId KeyId, PeerKind Kind, IActorRef Session, IActorRef? Before = null, IActorRef? Hub = null);

    /// <summary>The session is over, or carries the topic no more.</summary>
    /// <param name="Topic">The topic.</param>
    /// <param name="Peer">The session's name.</param>
    /// <param name="Next">The channel that carries the topic for this peer from now on; null for none.</param>
    internal sealed record PeerLeft(string Topic, PeerId Peer, IActorRef? Next = null);

    /// <summary>A message on the topic. <paramref name="Release"/> is called when it has been processed, and makes room for more.</summary>
    internal sealed record TopicMessage(string Topic, PeerId Peer, ReadOnlyMemory<byte> Message, Action Release);

    /// <summary>So many bytes of messages have left.</summary>
    internal sealed record TopicDrained(PeerId Peer, int Bytes);

    // channel -> session

    /// <summary>Send this on the topic.</summary>
    internal sealed record SendOnTopic(string TopicText, ReadOnlyMemory<byte> Message);

    /// <summary>Send these on the topic, to peers of one hub; each peer's in this order.</summary>
    internal sealed record SendToMany(string TopicText, IReadOnlyList<(PeerId Peer, ReadOnlyMemory<byte> Message)> Messages);

    /// <summary>The peer did something wrong; the session adds up and closes when it is enough.</summary>
    internal sealed record Charge(Reject Why, int Points);

    // mesh -> session, session -> mesh

    /// <summary>All topics carried now, and those that were opened, closed, or given another channel or policy.</summary>
    internal sealed record TopicsChanged(CarriedTopics Topics, IReadOnlyList<string> Changed);

    /// <summary>Ask the peer for these topics, and again when it has declined them.</summary>
    internal sealed record Offer(IReadOnlyCollection<string> Topics);

    /// <summary>Ask the peer for all topics, now and later.</summary>
    internal sealed record OfferAll;

    /// <summary>The handshake is done: is the connection to be kept?</summary>
    internal sealed record Admit(KeyId KeyId, NodeInstance? Instance, PeerKind Kind, string Remote);

    internal sealed record Admitted;

    /// <summary>The connection is to be closed.</summary>
    /// <param name="Why">Why.</param>
    /// <param name="IsFault">Whether the peer did something wrong.</param>
    internal sealed record CloseSession(Reject Why, bool IsFault);

    internal sealed record RoundTripMeasured(TimeSpan RoundTrip);

    /// <summary>The session is over.</summary>
    /// <param name="Why">Why we closed it; null when the remote did.</param>
    /// <param name="WasOfUse">Whether it ever carried a topic.</param>
    internal sealed record SessionEnded(Reject? Why, bool WasOfUse);
}
