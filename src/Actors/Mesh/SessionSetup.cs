using System.Collections.Immutable;
using Akka.Actor;
using Hhs.Actors.Transport;
using Hhs.Model;
using Hhs.Protocols.Handshake;

namespace Hhs.Actors.Mesh;

/// <summary>What a session begins with.</summary>
/// <param name="Connection">The connection, not started.</param>
/// <param name="Mesh">Who is told when the session opens and ends.</param>
/// <param name="Handshake">Our identity and key agreements.</param>
/// <param name="Random">Randomness for the handshake.</param>
/// <param name="Topics">The topics carried here at the moment, and their channels.</param>
/// <param name="Dialled">The address that was dialled; null for a connection that came in.</param>
/// <param name="FirstTopic">The topic that a dialled session asks for first.</param>
internal sealed record SessionSetup(
    IFrameConnection Connection, IActorRef Mesh, HandshakeSettings Handshake, IRandomSource Random,
    ImmutableDictionary<string, IActorRef> Topics, PeerAddress? Dialled, string FirstTopic)
{
    /// <summary>Charges at which a peer is disconnected.</summary>
    public int ChargesMax { get; init; } = 100;

    /// <summary>Topics asked for and not here that a session remembers; further ones cost the peer a charge each.</summary>
    public int DeclinedTopicsMax { get; init; } = 256;
}
