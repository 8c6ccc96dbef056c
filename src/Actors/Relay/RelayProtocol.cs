using Hhs.Actors.Node;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Relay;

namespace Hhs.Actors.Relay;

/// <summary>What is said to and by a node's relay.</summary>
public static class RelayProtocol
{
    /// <summary>Published on the event stream (in a cluster, of the node that decides): the object has grown beyond a bound, and the relay takes no more of it and serves it no more.</summary>
    public sealed record Stopped(ContentHash Id, Reject Why);

    /// <summary>Published on the event stream (in a cluster, of the node that decides): the object is not hosted any more.</summary>
    public sealed record Dropped(ContentHash Id);

    /// <summary>What is hosted. Answered by <see cref="Hosted"/>.</summary>
    public sealed record GetHosted : IOnceMessage
    {
        /// <summary>The only instance.</summary>
        public static readonly GetHosted Instance = new();
    }

    /// <summary>What is hosted or being fetched, in ordinal order of the ids.</summary>
    public sealed record Hosted(IReadOnlyList<HostedObject> Objects) : IOnceMessage;

    /// <summary>From a session: its peer asks for a topic that is not here. Answered by <see cref="Done"/>, at once or when the topic has been fetched.</summary>
    internal sealed record Ask(ContentHash Id, KeyId Key);

    /// <summary>To a session: the topic is here now, or it will not be.</summary>
    internal sealed record Done(string Topic);

    /// <summary>From the registry, for an object that observes another which is not here.</summary>
    internal sealed record Follow(ContentHash Id, ContentHash By);

    /// <summary>To the desk: this is the registry.</summary>
    internal sealed record Begin(Akka.Actor.IActorRef Objects);
}
