using Hhs.Model.Hashing;

namespace Hhs.Protocols.Invitation;

/// <summary>What somebody needs to fetch an object that they do not have: its id, and who to ask.</summary>
/// <remarks>
/// Whoever holds it can fetch the object: it is to be handed over like the object itself. The key ids and the object's id cannot be
/// forged along the way without being another invitation; whether the inviter means well, they cannot say.
/// </remarks>
/// <param name="Object">The id, in full: what is fetched is checked against it.</param>
/// <param name="TypeName">The object's type for the eye, such as <c>hhs/text_v1</c>; empty when it is not said. Not to be trusted.</param>
/// <param name="Peers">Who has it, in the order in which to ask.</param>
/// <param name="Trackers">Who knows where such peers are.</param>
public sealed record ObjectInvitation(ContentHash Object, string TypeName, IReadOnlyList<InvitedPeer> Peers, IReadOnlyList<InvitedTracker> Trackers);

/// <summary>A peer that has the object.</summary>
/// <param name="KeyId">The key id that it must prove.</param>
/// <param name="Endpoints">Where it can be dialled; empty when a tracker must say that.</param>
public sealed record InvitedPeer(ContentHash KeyId, IReadOnlyList<InvitedEndpoint> Endpoints);

/// <summary>A tracker.</summary>
/// <param name="KeyId">The key id that it must prove; null where whoever answers will do.</param>
/// <param name="Endpoint">Where it is.</param>
public sealed record InvitedTracker(ContentHash? KeyId, InvitedEndpoint Endpoint)
{
    /// <inheritdoc/>
    public override string ToString() => KeyId is { } key ? $"{key}@{Endpoint}" : $"{Endpoint}";
}
