using System.Collections.Immutable;
using Akka.Actor;
using Hhs.Model.Identity;

namespace Hhs.Actors.Mesh;

/// <summary>To whom a topic is offered, and whose interest in it is accepted. To others it is as if it were not here.</summary>
/// <param name="Keys">The key ids that may have it; null for everyone.</param>
internal sealed record TopicPolicy(ImmutableHashSet<KeyId>? Keys)
{
    public static readonly TopicPolicy Everyone = new((ImmutableHashSet<KeyId>?)null);

    public static readonly TopicPolicy Nobody = new([]);

    public bool Admits(KeyId key) => Keys is null || Keys.Contains(key);
}

/// <summary>A topic that this node takes part in.</summary>
/// <param name="Channel">Who handles its messages.</param>
/// <param name="Policy">To whom it is open.</param>
internal sealed record CarriedTopic(IActorRef Channel, TopicPolicy Policy);
