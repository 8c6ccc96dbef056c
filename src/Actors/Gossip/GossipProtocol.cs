using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;

namespace Hhs.Actors.Gossip;

/// <summary>What gossip channels tell whoever listens on the event stream.</summary>
public static class GossipProtocol
{
    /// <summary>Published when a peer has supplied entries that were not here, before they are judged: the way that changes take can be followed.</summary>
    /// <param name="Object">The object.</param>
    /// <param name="From">The peer that sent them.</param>
    /// <param name="Entries">The entries, in topological order.</param>
    public sealed record Arrived(ContentHash Object, KeyId From, IReadOnlyList<Entry> Entries);
}
