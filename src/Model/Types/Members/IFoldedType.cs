using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Members;

/// <summary>A type whose objects, as members of a space, have states that can be kept and shared.</summary>
/// <remarks>Without it a member works as well, and is built anew whenever the order of its operations changes: <see cref="ReplayedState"/>.</remarks>
public interface IFoldedType : IReplicatedType
{
    /// <summary>The state of a new member; null if this one has to be replayed.</summary>
    /// <param name="create">Its create payload, which has passed <see cref="IReplicatedType.CheckCreate"/>.</param>
    /// <param name="id">The member's id.</param>
    /// <param name="entry">Number of the entry that made it.</param>
    MemberState? Start(Literal.Map create, ContentHash id, int entry);
}
