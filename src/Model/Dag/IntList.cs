namespace Hhs.Model.Dag;

/// <summary>A growing list of integers as a struct: a graph holds very many short ones.</summary>
internal struct IntList
{
    private int[]? _items;

    public int Count { get; private set; }

    public readonly int this[int index] => _items![index];

    public readonly ReadOnlySpan<int> Span => _items.AsSpan(0, Count);

    /// <summary>A part of the list; safe beside a thread that adds, for values that it has published.</summary>
    public readonly ReadOnlySpan<int> Slice(int start, int length) => _items.AsSpan(start, length);

    public void Add(int value)
    {
        if (_items is null) _items = new int[2];
        else if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        _items[Count++] = value;
    }

    public void Insert(int index, int value)
    {
        Add(value);
        Array.Copy(_items!, index, _items!, index + 1, Count - 1 - index);
        _items![index] = value;
    }

    /// <summary>In a sorted list: how many values are below the bound.</summary>
    public readonly int CountBelow(int bound)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_items![middle] < bound) low = middle + 1; else high = middle;
        }
        return low;
    }
}
