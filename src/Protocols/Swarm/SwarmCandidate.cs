using Hhs.Model.Identity;

namespace Hhs.Protocols.Swarm;

/// <summary>Somebody who may be reached for a topic: a key and one address, as a tracker or a static list names them.</summary>
public readonly record struct SwarmCandidate(KeyId KeyId, string Address);
