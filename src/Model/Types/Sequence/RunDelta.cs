using Hhs.Model.Dag;

namespace Hhs.Model.Types.Sequence;

/// <summary>One change of an order: at an index of the old one, so many leave and these places come.</summary>
internal sealed record RunSplice(int Index, int Removed, IReadOnlyList<int> Places);

/// <summary>What differs between two views of one object, found from the entries between their versions.</summary>
internal static class RunDelta
{
    public static IReadOnlyList<RunSplice> Between(RunView start, RunView end, DagVersion bound)
    {
        var state = end.State;
        var changed = state.Touched(start.At, end.At, bound).Where(place => start.Shows(place) != end.Shows(place)).OrderBy(state.Tree.Order.Before);
        var splices = new List<RunSplice>();
        int added = 0, removed = 0, index = 0, length = 0;
        var places = new List<int>();
        foreach (int place in changed)
        {
            int at = start.Knows(place) ? start.ShownBefore(place) : end.ShownBefore(place) - added + removed;
            if (at != index + length)
            {
                Flush();
                index = at;
            }
            if (end.Shows(place))
            {
                places.Add(place);
                added++;
            }
            else
            {
                length++;
                removed++;
            }
        }
        Flush();
        return splices;

        void Flush()
        {
            if (length > 0 || places.Count > 0) splices.Add(new(index, length, [.. places]));
            (length, index) = (0, index + length);
            places.Clear();
        }
    }
}
