using Hhs.Model.Hashing;

namespace Hhs.Protocols.Sync;

/// <summary>Ways back through a replica's graph, by arrival numbers.</summary>
internal static class Walks
{
    /// <summary>As the original walks: breadth first, never into a limit, though round it if there is a way.</summary>
    public static int[] BreadthFirst(ISyncReplica replica, IReadOnlyList<ContentHash> start, IReadOnlyList<ContentHash> limits, int max)
    {
        // The limits count as visited from the start, so the walk neither sends nor passes them.
        var visited = new HashSet<int>();
        foreach (var limit in limits) { if (replica.TryIndex(limit, out int index)) visited.Add(index); }
        var walked = new List<int>();
        foreach (var hash in start) Visit(hash);
        for (int next = 0; next < walked.Count && walked.Count < max; next++)
        {
            foreach (var prev in replica.HeaderAt(walked[next]).PrevEntryHashes.Hashes) Visit(prev);
        }
        return [.. walked];

        void Visit(ContentHash hash)
        {
            if (walked.Count < max && replica.TryIndex(hash, out int index) && visited.Add(index)) walked.Add(index);
        }
    }

    /// <summary>The history of the start without the history of the limits, the last to arrive first, which is each entry after one that leads to it.</summary>
    /// <remarks>
    /// Where many write at once, a way round the limits leads into all that the peer has. Both histories are followed by falling
    /// arrival number, so that an entry's lot is certain when it comes up; the cost is the difference of the two, and bounded.
    /// What the peer is believed to have (<paramref name="stops"/>) only stops the walk: it may have lost it.
    /// </remarks>
    public static int[] Above(ISyncReplica replica, IEnumerable<ContentHash> start, IEnumerable<ContentHash> limits, IEnumerable<ContentHash> stops, int max)
    {
        var isHad = new Dictionary<int, bool>();
        var queue = new PriorityQueue<int, int>();
        int wanted = 0, had = 0;
        foreach (var limit in limits) { if (replica.TryIndex(limit, out int index) && isHad.TryAdd(index, true)) queue.Enqueue(index, -index); }
        foreach (var stop in stops) { if (replica.TryIndex(stop, out int index)) isHad.TryAdd(index, true); }
        foreach (var hash in start) { if (replica.TryIndex(hash, out int index)) Want(index); }
        var walked = new List<int>();
        while (wanted > 0 && walked.Count < max && queue.TryDequeue(out int index, out _))
        {
            if (isHad[index])
            {
                if (++had > HadMax) continue;
                foreach (var prev in replica.HeaderAt(index).PrevEntryHashes.Hashes) { if (replica.TryIndex(prev, out int before)) Have(before); }
                continue;
            }
            wanted--;
            walked.Add(index);
            foreach (var prev in replica.HeaderAt(index).PrevEntryHashes.Hashes) { if (replica.TryIndex(prev, out int before)) Want(before); }
        }
        return [.. walked];

        void Want(int index)
        {
            if (!isHad.TryAdd(index, false)) return;
            wanted++;
            queue.Enqueue(index, -index);
        }

        void Have(int index)
        {
            if (isHad.TryAdd(index, true)) queue.Enqueue(index, -index);
            else if (!isHad[index])
            {
                isHad[index] = true;   // it is queued already
                wanted--;
            }
        }
    }

    private const int HadMax = 16_384;
}
