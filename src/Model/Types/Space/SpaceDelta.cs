using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Settling;

namespace Hhs.Model.Types.Space;

/// <summary>How a space differs between two versions.</summary>
/// <param name="Fates">The entries whose verdicts differ, in the settled order of the end, then those that the end lacks.</param>
/// <param name="Members">Ids of the members whose states differ.</param>
/// <param name="IsSealed">Whether the seals differ, and with them what is final.</param>
/// <param name="RevisionBound">A version below which nothing differs.</param>
public sealed record SpaceDelta(IReadOnlyList<ChangedFate> Fates, IReadOnlyList<ContentHash> Members, bool IsSealed, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    /// <inheritdoc/>
    public override bool IsEmpty => Fates.Count + Members.Count == 0 && !IsSealed;

    // Two orders share all up to where they part.
    internal static SpaceDelta Between(Settlement start, Settlement end, DagLog log, DagVersion bound)
    {
        var (before, after) = (new Dictionary<int, SettledVerdict>(), new List<Settled<SpaceState>>());
        var (old, now) = (start.Last, end.Last);
        while (old != now)
        {
            if (now is not null && now.Place >= (old?.Place ?? -1))
            {
                after.Add(now);
                if (now.Place == (old?.Place ?? -1))
                {
                    before.Add(old!.Entry, old.Verdict);
                    old = old.Before;
                }
                now = now.Before;
            }
            else
            {
                before.Add(old!.Entry, old.Verdict);
                old = old.Before;
            }
        }
        var fates = new List<ChangedFate>();
        foreach (var node in Enumerable.Reverse(after))
        {
            before.Remove(node.Entry, out var was);
            if (was != node.Verdict) fates.Add(new(log.HashOf(node.Entry), was, node.Verdict));
        }
        fates.AddRange(before.OrderBy(gone => gone.Key).Select(gone => new ChangedFate(log.HashOf(gone.Key), gone.Value, null)));
        var members = start.State.Members.Keys.Union(end.State.Members.Keys)
            .Where(member => !ReferenceEquals(start.State.Members.GetValueOrDefault(member), end.State.Members.GetValueOrDefault(member)));
        return new(fates, [.. members.Order().Select(log.HashOf)], start.Last?.Seal?.Entry != end.Last?.Seal?.Entry, bound);
    }
}

/// <summary>An entry whose verdict differs.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Before">Its verdict at the start; null if it was not there.</param>
/// <param name="After">Its verdict at the end; null if it is not there.</param>
public sealed record ChangedFate(ContentHash Entry, SettledVerdict? Before, SettledVerdict? After);
