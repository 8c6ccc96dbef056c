
namespace Hhs.Model.Dag;

/// <summary>Numbers distinct values densely in order of their first appearance, and finds the number of a value.</summary>
/// <remarks>
/// An open-addressing table of numbers beside the list of values: about a third of a <see cref="Dictionary{TKey, TValue}"/>'s
/// memory, since no value is held twice. The values' hash codes are seeded per process, so a peer cannot aim at a slot.
/// One thread may add while others look up: whatever a reader finds was complete before it could be found (values are
/// written before the slot that shows them, a grown table is filled before it is put in place).
/// </remarks>
internal sealed class Numbering<T>
    where T : IEquatable<T>
{
    private T[] _values = new T[8];
    private int[] _slots = new int[16];   // number + 1; 0 is free

    public int Count { get; private set; }

    public ref readonly T this[int number] => ref _values[number];

    public bool TryFind(T value, out int number)
    {
        int[] slots = Volatile.Read(ref _slots);
        number = slots[SlotOf(slots, value)] - 1;
        return number >= 0;
    }

    /// <summary>The number of the value, a new one if the value is new.</summary>
    public int Add(T value, out bool isNew)
    {
        int slot = SlotOf(_slots, value);
        isNew = _slots[slot] == 0;
        if (!isNew) return _slots[slot] - 1;
        if (Count == _values.Length) Array.Resize(ref _values, Count * 2);
        _values[Count] = value;
        Volatile.Write(ref _slots[slot], ++Count);
        if (Count * 2L > _slots.Length) Rehash();
        return Count - 1;
    }

    // The value's slot, or the free one where it belongs. Linear probing; at most half of the slots are taken.
    private int SlotOf(int[] slots, T value)
    {
        int mask = slots.Length - 1, slot = value.GetHashCode() & mask;
        while (Volatile.Read(ref slots[slot]) is var taken && taken != 0 && !_values[taken - 1].Equals(value)) slot = (slot + 1) & mask;
        return slot;
    }

    private void Rehash()
    {
        int[] slots = new int[_slots.Length * 2];
        int mask = slots.Length - 1;
        for (int number = 0; number < Count; number++)
        {
            int slot = _values[number].GetHashCode() & mask;
            while (slots[slot] != 0) slot = (slot + 1) & mask;
            slots[slot] = number + 1;
        }
        Volatile.Write(ref _slots, slots);
    }
}
