using Akka.Actor;
using Hhs.Actors.Relay;
using Hhs.Actors.Transport;
using Hhs.Model;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Pool;

namespace Hhs.Actors.Mesh;

/// <summary>What a session begins with.</summary>
/// <param name="Connection">The connection, not started.</param>
/// <param name="Mesh">Who judges the connection after the handshake, and is told when it ends.</param>
/// <param name="Watcher">Who is told which topics the peer joins, leaves and declines.</param>
/// <param name="Handshake">Our identity and key agreements.</param>
/// <param name="Instance">Which node this is.</param>
/// <param name="Random">Randomness for the handshake.</param>
/// <param name="Settings">Bounds and paces.</param>
/// <param name="Topics">The topics carried here at the moment.</param>
/// <param name="Dialled">The address that was dialled; null for a connection that came in.</param>
/// <param name="Wanted">Topics that a dialled peer is asked for, the first one first; null for all.</param>
/// <param name="Relay">Who is asked for topics that are not here; null where nobody is.</param>
internal sealed record SessionSetup(
    IFrameConnection Connection, IActorRef Mesh, IActorRef Watcher, HandshakeSettings Handshake, NodeInstance Instance, IRandomSource Random,
    MeshSettings Settings, CarriedTopics Topics, PeerAddress? Dialled, string FirstTopic, IReadOnlyCollection<string>? Wanted,
    RelayDoor? Relay);
