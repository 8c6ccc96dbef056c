using System.Runtime.CompilerServices;

namespace Hhs.Model.Dag;

/// <summary>One history as a vector: how many of the first entries of each chain it contains.</summary>
/// <remarks>
/// Shape: an immutable radix trie, 16 slots a node, from chain number to count; equal parts are shared between clocks. A
/// chain is totally ordered, so a history that holds one of its entries holds all before it, and a count says everything.
/// <see cref="Get"/> and <see cref="With"/> cost the height of the trie; <see cref="Max(HistoryClock, HistoryClock)"/> and <see cref="Differences"/>
/// cost what the two clocks do not share.
/// </remarks>
public sealed class HistoryClock
{
    // int[] (counts) at height 0, object?[] (subtries) above. An array ends after its last slot in use, so the clocks of
    // a graph with few chains, the common case, are a few bytes each.
    private readonly object _root;
    private readonly int _height;

    private HistoryClock(object root, int height) => (_root, _height) = (root, height);

    /// <summary>The clock of the empty history.</summary>
    public static readonly HistoryClock Empty = new(Array.Empty<int>(), 0);

    /// <summary>How many of the chain's first entries the history contains; 0 for a chain it does not touch.</summary>
    public int Get(int chain)
    {
        int shift = _height * SlotBits;
        if (chain >> shift >= Slots) return 0;
        object? node = _root;
        for (; shift > 0; shift -= SlotBits)
        {
            var children = (object?[])node;
            int child = (chain >> shift) & SlotMask;
            if (child >= children.Length || (node = children[child]) is null) return 0;
        }
        var counts = (int[])node;
        int slot = chain & SlotMask;
        return slot < counts.Length ? counts[slot] : 0;
    }

    /// <summary>This clock with at least the count given for one chain; itself when it has that already.</summary>
    public HistoryClock With(int chain, int count)
    {
        if (Get(chain) >= count) return this;
        object root = _root;
        int height = _height;
        while (chain >> (height * SlotBits) >= Slots) (root, height) = (Lift(root), height + 1);
        return new(Set(root, height, chain, count), height);
    }

    /// <summary>The clock of the union of two histories; one of the two themselves when it contains the other.</summary>
    public static HistoryClock Max(HistoryClock a, HistoryClock b) => Max(a, b, null);

    /// <summary>As <see cref="Max(HistoryClock, HistoryClock)"/>, sharing the parts that were merged before.</summary>
    internal static HistoryClock Max(HistoryClock a, HistoryClock b, MergeMemo? memo)
    {
        if (a._height < b._height) (a, b) = (b, a);
        object lower = b._root;
        for (int height = b._height; height < a._height; height++) lower = Lift(lower);
        object root = Merge(a._root, lower, a._height, memo);
        if (ReferenceEquals(root, a._root)) return a;
        return ReferenceEquals(root, b._root) ? b : new(root, a._height);
    }

    /// <summary>The chains of which two histories contain different counts, in ascending order.</summary>
    public static IReadOnlyList<ClockDifference> Differences(HistoryClock left, HistoryClock right)
    {
        var found = new List<ClockDifference>();
        object a = left._root, b = right._root;
        int height = Math.Max(left._height, right._height);
        for (int i = left._height; i < height; i++) a = Lift(a);
        for (int i = right._height; i < height; i++) b = Lift(b);
        Compare(a, b, height, 0, found);
        return found;
    }

    // A trie of one more level whose first subtrie is the one given.
    private static object Lift(object node) => new object?[] { node };

    private static object Set(object? node, int height, int chain, int count)
    {
        int slot = (chain >> (height * SlotBits)) & SlotMask;
        if (height == 0)
        {
            var counts = Grown((int[]?)node, slot);
            counts[slot] = count;
            return counts;
        }
        var children = Grown((object?[]?)node, slot);
        children[slot] = Set(children[slot], height - 1, chain, count);
        return children;
    }

    private static T[] Grown<T>(T[]? slots, int slot)
    {
        var grown = new T[Math.Max(slots?.Length ?? 0, slot + 1)];
        slots?.CopyTo(grown, 0);
        return grown;
    }

    private static object Merge(object a, object b, int height, MergeMemo? memo)
    {
        if (ReferenceEquals(a, b)) return a;
        if (height == 0) return MergeCounts((int[])a, (int[])b);
        if (memo is not null && memo.TryGet(a, b, out var known)) return known;
        object merged = MergeChildren((object?[])a, (object?[])b, height, memo);
        memo?.Set(a, b, merged);
        return merged;
    }

    private static int[] MergeCounts(int[] a, int[] b)
    {
        int shared = Math.Min(a.Length, b.Length);
        bool aHasAll = a.Length >= b.Length, bHasAll = b.Length >= a.Length;
        for (int i = 0; i < shared; i++)
        {
            if (a[i] < b[i]) aHasAll = false;
            else if (a[i] > b[i]) bHasAll = false;
        }
        if (aHasAll) return a;
        if (bHasAll) return b;
        int[] merged = (int[])(a.Length > b.Length ? a : b).Clone();
        for (int i = 0; i < shared; i++) merged[i] = Math.Max(a[i], b[i]);
        return merged;
    }

    private static object?[] MergeChildren(object?[] a, object?[] b, int height, MergeMemo? memo)
    {
        // Collected on the stack first: most often the result is one of the two inputs.
        var merged = default(SlotBuffer);
        int length = Math.Max(a.Length, b.Length);
        bool aHasAll = true, bHasAll = true;
        for (int i = 0; i < length; i++)
        {
            object? x = i < a.Length ? a[i] : null, y = i < b.Length ? b[i] : null;
            object? both = x is null ? y : y is null ? x : Merge(x, y, height - 1, memo);
            aHasAll &= ReferenceEquals(both, x);
            bHasAll &= ReferenceEquals(both, y);
            merged[i] = both;
        }
        if (aHasAll) return a;
        return bHasAll ? b : ((Span<object?>)merged)[..length].ToArray();
    }

    private static void Compare(object? a, object? b, int height, int firstChain, List<ClockDifference> found)
    {
        if (ReferenceEquals(a, b)) return;
        if (height == 0)
        {
            int[] x = (int[]?)a ?? [], y = (int[]?)b ?? [];
            for (int i = 0; i < Slots; i++)
            {
                int left = i < x.Length ? x[i] : 0, right = i < y.Length ? y[i] : 0;
                if (left != right) found.Add(new(firstChain + i, left, right));
            }
            return;
        }
        object?[] p = (object?[]?)a ?? [], q = (object?[]?)b ?? [];
        for (int i = 0; i < Math.Max(p.Length, q.Length); i++)
        {
            int first = firstChain + (i << (height * SlotBits));
            Compare(i < p.Length ? p[i] : null, i < q.Length ? q[i] : null, height - 1, first, found);
        }
    }

    [InlineArray(Slots)]
    private struct SlotBuffer
    {
        private object? _first;
    }

    private const int SlotBits = 4;
    private const int Slots = 1 << SlotBits;
    private const int SlotMask = Slots - 1;
}

/// <summary>A chain of which two histories contain different counts of entries.</summary>
/// <param name="Chain">The chain's number.</param>
/// <param name="Left">How many of its first entries the left history contains.</param>
/// <param name="Right">How many of its first entries the right history contains.</param>
public readonly record struct ClockDifference(int Chain, int Left, int Right);
