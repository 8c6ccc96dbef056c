using System.Collections.Immutable;
using Akka.Actor;
using Hhs.Model.Identity;

namespace Hhs.Actors.Relay;

/// <summary>What a session knows of the relay: whom to ask, and for which peers. To the others there is none.</summary>
/// <param name="Actor">The relay.</param>
/// <param name="Allowed">Key ids that may have objects hosted; null for all.</param>
internal sealed record RelayDoor(IActorRef Actor, ImmutableHashSet<KeyId>? Allowed)
{
    public bool Admits(KeyId key) => Allowed is null || Allowed.Contains(key);
}
