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
/// <param name="Settings">Bounds and paces.</param>
/// <param name="Topics">The topics carried here at the moment, and their channels.</param>
/// <param name="Dialled">The address that was dialled; null for a connection that came in.</param>
/// <param name="FirstTopic">The topic that a dialled session asks for first.</param>
internal sealed record SessionSetup(
    IFrameConnection Connection, IActorRef Mesh, HandshakeSettings Handshake, IRandomSource Random,
    MeshSettings Settings, ImmutableDictionary<string, IActorRef> Topics, PeerAddress? Dialled, string FirstTopic);
