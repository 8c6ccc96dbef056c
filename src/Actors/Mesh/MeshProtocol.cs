using System.Collections.Immutable;
using Akka.Actor;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols;

namespace Hhs.Actors.Mesh;

/// <summary>What is said to and by the mesh, and between sessions and the channels of topics.</summary>
public static class MeshProtocol
{
    /// <summary>This channel carries the topic from now on: peers that have or want it are to be joined to it.</summary>
    internal sealed record OpenTopic(ContentHash Topic, IActorRef Channel);

    /// <summary>The topic is not carried any more.</summary>
    internal sealed record CloseTopic(ContentHash Topic, IActorRef Channel);

    /// <summary>Keep a connection to this peer, redialling with back-off.</summary>
    public sealed record AddPeer(PeerAddress Address);

    /// <summary>Who is connected. Answered by <see cref="Peers"/>.</summary>
    public sealed record GetPeers
    {
        /// <summary>The only instance.</summary>
        public static readonly GetPeers Instance = new();
    }

    /// <summary>The open sessions, and the addresses listened on.</summary>
    public sealed record Peers(IReadOnlyList<PeerInfo> Sessions, IReadOnlyList<Uri> Listening);

    /// <summary>One open session.</summary>
    public sealed record PeerInfo(string Session, KeyId KeyId, PeerKind Kind, string Remote, bool Inbound);

    /// <summary>Published on the event stream when a peer that we dial could not be reached or was turned away; it is dialled again later.</summary>
    /// <param name="Address">The peer.</param>
    /// <param name="Why">Why the session ended, such as <see cref="RejectCode.Declined"/> when it has nothing that we have or want; null when it could not be reached or hung up itself.</param>
    /// <param name="Detail">The reason, for a person.</param>
    public sealed record PeerFailed(PeerAddress Address, Reject? Why, string Detail);

    // session -> channel

    /// <summary>The session's peer takes part in the topic.</summary>
    internal sealed record PeerJoined(PeerId Peer, PeerKind Kind, IActorRef Session);

    /// <summary>The session is over.</summary>
    internal sealed record PeerLeft(PeerId Peer);

    /// <summary>A message on the topic. <paramref name="Release"/> is called when it has been processed, and makes room for more.</summary>
    internal sealed record TopicMessage(PeerId Peer, ReadOnlyMemory<byte> Message, Action Release);

    /// <summary>So many bytes of messages have left.</summary>
    internal sealed record TopicDrained(PeerId Peer, int Bytes);

    // channel -> session

    /// <summary>Send this on the topic.</summary>
    internal sealed record SendOnTopic(string TopicText, ReadOnlyMemory<byte> Message);

    /// <summary>The peer did something wrong; the session adds up and closes when it is enough.</summary>
    internal sealed record Charge(Reject Why, int Points);

    // mesh -> session, session -> mesh

    /// <summary>All topics carried now, and the one that was opened or closed.</summary>
    internal sealed record TopicsChanged(ImmutableDictionary<string, IActorRef> Topics, string? Opened, string? Closed);

    internal sealed record SessionOpened(PeerId Peer, KeyId KeyId, PeerKind Kind, string Remote, bool Inbound);

    internal sealed record SessionEnded(Reject? Why, bool WasOpen);
}
