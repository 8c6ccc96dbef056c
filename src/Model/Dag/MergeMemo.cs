using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Hhs.Model.Dag;

/// <summary>Remembers which subtries of clocks were merged into which, so that merging the same two again makes nothing new.</summary>
/// <remarks>
/// Without it, two branches with large and different histories would cost a new trie each time an entry joins them: a peer
/// could buy kilobytes of our memory with each small entry. With it, an entry costs only what its own predecessors changed.
/// A direct-mapped table, in which newer merges push out older ones.
/// </remarks>
internal sealed class MergeMemo
{
    private Slot[]? _slots;   // none until a clock has more than one node

    public bool TryGet(object a, object b, [NotNullWhen(true)] out object? merged)
    {
        merged = null;
        if (_slots is null) return false;
        ref var slot = ref _slots[IndexOf(a, b)];
        if (!ReferenceEquals(slot.A, a) || !ReferenceEquals(slot.B, b)) return false;
        merged = slot.Merged!;
        return true;
    }

    public void Set(object a, object b, object merged)
    {
        _slots ??= new Slot[Slots];
        _slots[IndexOf(a, b)] = new() { A = a, B = b, Merged = merged };
    }

    private static int IndexOf(object a, object b) =>
        ((RuntimeHelpers.GetHashCode(a) * 31) + RuntimeHelpers.GetHashCode(b)) & (Slots - 1);

    private struct Slot
    {
        public object? A, B, Merged;
    }

    private const int Slots = 1024;
}
