namespace Hhs.Protocols.Pool;

/// <summary>Paces dials: so many under way at a time, so many begun in a second, in the order asked.</summary>
/// <typeparam name="T">What is dialled; each is in the queue once.</typeparam>
/// <param name="atOnceMax">Dials under way at a time.</param>
/// <param name="perSecondMax">Dials begun in any second.</param>
public sealed class DialQueue<T>(int atOnceMax, int perSecondMax) where T : notnull
{
    private readonly LinkedList<T> _waiting = new();
    private readonly Dictionary<T, LinkedListNode<T>> _nodes = [];
    private readonly Queue<TimeSpan> _begun = new();
    private int _underWay;

    /// <summary>Dials that wait.</summary>
    public int Waiting => _nodes.Count;

    /// <summary>Puts a dial at the end; one that waits already keeps its place.</summary>
    public void Add(T target)
    {
        if (!_nodes.ContainsKey(target)) _nodes.Add(target, _waiting.AddLast(target));
    }

    /// <summary>Takes a dial out before its turn; false when it does not wait.</summary>
    public bool Remove(T target)
    {
        if (!_nodes.Remove(target, out var node)) return false;
        _waiting.Remove(node);
        return true;
    }

    /// <summary>A dial taken is over, whatever came of it.</summary>
    public void Done() => _underWay--;

    /// <summary>The next dial to begin now; false when none waits or the pace forbids it.</summary>
    public bool TryTake(TimeSpan now, out T target)
    {
        Forget(now);
        target = default!;
        if (_waiting.First is not { } first || _underWay >= atOnceMax || _begun.Count >= perSecondMax) return false;
        target = first.Value;
        Remove(target);
        _underWay++;
        _begun.Enqueue(now);
        return true;
    }

    /// <summary>When to try again although no dial ends: null when nothing waits for the time alone.</summary>
    public TimeSpan? NextAt(TimeSpan now)
    {
        Forget(now);
        if (_nodes.Count == 0 || _underWay >= atOnceMax) return null;
        return _begun.Count < perSecondMax ? now : _begun.Peek() + Second;
    }

    private void Forget(TimeSpan now)
    {
        while (_begun.TryPeek(out var first) && now - first >= Second) _begun.Dequeue();
    }

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
}
