using System.Collections.Immutable;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Space;

/// <summary>What the entries of a settled order have led to. Immutable, and cheap to keep: it shares what has not changed.</summary>
/// <param name="Members">The members' states, by the numbers of their <c>member</c> entries.</param>
/// <param name="Places">The places of these in the order.</param>
/// <param name="Open">The transactions that are not live and not resolved, by number, with their places in the order.</param>
/// <param name="Closed">The transactions that are not live and have been resolved.</param>
/// <param name="Others">The other entries that are not live.</param>
internal sealed record SpaceState(
    ImmutableDictionary<int, MemberState> Members, ImmutableDictionary<int, int> Places, ImmutableDictionary<int, int> Open, ImmutableHashSet<int> Closed, ImmutableHashSet<int> Others)
{
    public static readonly SpaceState Empty = new(ImmutableDictionary<int, MemberState>.Empty, ImmutableDictionary<int, int>.Empty, ImmutableDictionary<int, int>.Empty, [], []);

    /// <summary>Every entry that is not live.</summary>
    public IEnumerable<int> NotLive => Open.Keys.Concat(Closed).Concat(Others);
}
