using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;

namespace Hhs.Protocols.Relay;

/// <summary>Objects that wait to be fetched: key ids take turns, so that one with many does not hold up the others.</summary>
/// <param name="max">Fetches under way at a time.</param>
/// <param name="perKeyMax">Of one key id.</param>
public sealed class FetchQueue(int max, int perKeyMax)
{
    private readonly Dictionary<KeyId, Queue<ContentHash>> _waiting = [];
    private readonly Queue<KeyId> _turns = new();
    private readonly Dictionary<KeyId, int> _underWay = [];
    private int _total;

    /// <summary>The object waits for its turn.</summary>
    public void Add(KeyId key, ContentHash id)
    {
        if (!_waiting.TryGetValue(key, out var waiting))
        {
            _waiting.Add(key, waiting = new());
            _turns.Enqueue(key);
        }
        waiting.Enqueue(id);
    }

    /// <summary>Whose turn it is: its fetch is under way from now on, until <see cref="Done"/>.</summary>
    public bool TryTake([NotNullWhen(true)] out ContentHash? id)
    {
        id = null;
        if (_total >= max) return false;
        for (int i = _turns.Count; i > 0; i--)
        {
            var key = _turns.Dequeue();
            var waiting = _waiting[key];
            if (_underWay.GetValueOrDefault(key) < perKeyMax)
            {
                id = waiting.Dequeue();
                _total++;
                _underWay[key] = _underWay.GetValueOrDefault(key) + 1;
            }
            if (waiting.Count > 0) _turns.Enqueue(key);
            else _waiting.Remove(key);
            if (id is not null) return true;
        }
        return false;
    }

    /// <summary>A fetch for the key id has ended.</summary>
    public void Done(KeyId key)
    {
        _total--;
        if (--_underWay[key] == 0) _underWay.Remove(key);
    }
}
