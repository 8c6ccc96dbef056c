namespace Hhs.Protocols.Sync;

/// <summary>A memory of the latest so many values; the oldest is forgotten first.</summary>
internal sealed class BoundedSet<T>(int countMax) where T : notnull
{
    private readonly HashSet<T> _set = [];
    private readonly Queue<T> _order = new();

    public bool Contains(T value) => _set.Contains(value);

    public void Add(T value)
    {
        if (!_set.Add(value)) return;
        _order.Enqueue(value);
        if (_order.Count > countMax) _set.Remove(_order.Dequeue());
    }
}
