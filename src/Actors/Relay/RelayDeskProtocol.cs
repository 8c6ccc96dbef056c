using Hhs.Actors.Discovery;
using Hhs.Actors.Node;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;

namespace Hhs.Actors.Relay;

/// <summary>What is said between the relay, of which there is one, and the desk that each node has, beside <see cref="RelayProtocol.GetHosted"/> and its answer.</summary>
internal static class RelayDeskProtocol
{
    // desk -> relay

    /// <summary>The sender is a desk, and has heard of so many changes. Said again and again; answered by <see cref="Welcome"/>, and by <see cref="Hosting"/> if it lacks something.</summary>
    internal sealed record Hello(long Known) : IOnceMessage;

    /// <summary>The key has asked for an object that is not here. Answered by <see cref="Answered"/>, at once or when the object has been fetched.</summary>
    internal sealed record Asked(ContentHash Id, KeyId Key) : IOnceMessage;

    /// <summary>For an object that observes another which is not here; the sender is the observer.</summary>
    internal sealed record Follow(ContentHash Id, ContentHash By) : IOnceMessage;

    /// <summary>A hosted object has grown, to so many bytes.</summary>
    internal sealed record Grew(ContentHash Id, long Bytes) : IOnceMessage;

    /// <summary>So many of this node's peers take part in hosted objects.</summary>
    /// <param name="Counts">Objects and numbers.</param>
    /// <param name="IsAll">Whether there are no others.</param>
    internal sealed record Users(IReadOnlyList<(ContentHash Id, int Count)> Counts, bool IsAll) : IOnceMessage;

    // relay -> desk

    /// <summary>The sender is the relay. One that has started over has another number.</summary>
    internal sealed record Welcome(long Incarnation) : IOnceMessage;

    /// <summary>The object can be had here now, or will not be hosted for this key.</summary>
    internal sealed record Answered(ContentHash Id, KeyId Key) : IOnceMessage;

    /// <summary>How much is to be done for an object from now on: <see cref="TopicMode.Active"/> when it is not hosted any more.</summary>
    /// <param name="Id">The object.</param>
    /// <param name="Mode">The mode of its topic.</param>
    /// <param name="Number">1, 2, 3: counts changes.</param>
    internal sealed record Hosts(ContentHash Id, TopicMode Mode, long Number) : IOnceMessage;

    /// <summary>All that is hosted, as of a change.</summary>
    internal sealed record Hosting(IReadOnlyList<(ContentHash Id, TopicMode Mode)> Objects, long Number) : IOnceMessage;

    /// <summary>Peers that have the one object are to be asked for the other, by which it is judged.</summary>
    internal sealed record Wanted(ContentHash Id, ContentHash By) : IOnceMessage;
}
