using Akka.Actor;
using Hhs.Model.Hashing;
using Hhs.Protocols.Swarm;

namespace Hhs.Actors.Discovery;

/// <summary>What is said between discovery and its sources: trackers, or an application's own way of finding peers.</summary>
/// <remarks>
/// A source is an actor that takes <see cref="Carried"/>, <see cref="Find"/> and, for a node that stops, the end of its own life (it says
/// goodbye in PostStop if it has to). It answers <see cref="Find"/> with any number of <see cref="Found"/>, or with none.
/// </remarks>
public static class DiscoveryProtocol
{
    /// <summary>Ask this source too. Sources of a lower <paramref name="Priority"/> are asked first; a further one only while the target is not met.</summary>
    public sealed record AddSource(IActorRef Source, int Priority);

    /// <summary>To a source: all topics that this node offers at present; others that were offered before are not any more.</summary>
    public sealed record Carried(IReadOnlyCollection<ContentHash> Topics);

    /// <summary>To a source: who may be reached for the topic?</summary>
    /// <param name="Topic">The topic.</param>
    /// <param name="Schemes">The address schemes that this node can dial, such as <c>wss</c>; candidates of others are of no use.</param>
    /// <param name="Wanted">How many would be enough.</param>
    public sealed record Find(ContentHash Topic, IReadOnlyList<string> Schemes, int Wanted);

    /// <summary>From a source: these claim to have the topic. Nothing is proved until a handshake.</summary>
    public sealed record Found(ContentHash Topic, IReadOnlyList<SwarmCandidate> Candidates);
}
