using Hhs.Actors.Journal;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Journal;

/// <summary>What is known of one object's stream up to an event of it: how it stands, and the names of its entries.</summary>
/// <remarks>Written by the journal's one writer; read by others, under a lock on the object.</remarks>
internal sealed class ObjectState(ContentHash id, long last, Head head)
{
    /// <summary>The object.</summary>
    internal ContentHash Id => id;

    /// <summary>The last event taken into account.</summary>
    internal long Last { get; private set; } = last;

    internal Head Head { get; private set; } = head;

    /// <summary>Arrival number of each entry, and the event that has its payload.</summary>
    internal Dictionary<ContentHash, (long Number, long Payload)> Names { get; } = [];

    /// <summary>The whole frontier, however wide.</summary>
    internal HashSet<ContentHash> Tips { get; } = [];

    internal long Used { get; set; }

    internal long Weighed { get; set; }

    internal void Add(Header header, long number, long payload)
    {
        Names[header.Hash] = (number, payload);
        Tips.ExceptWith(header.PrevEntryHashes);
        Tips.Add(header.Hash);
    }

    internal void Advance(long lastEvent, Head now) => (Last, Head) = (lastEvent, now);

    internal bool TryFind(ContentHash entry, out long number, out long payload)
    {
        lock (this)
        {
            bool found = Names.TryGetValue(entry, out var place);
            (number, payload) = place;
            return found;
        }
    }
}

/// <summary>The states of objects that were used last, bounded by the number of names in them.</summary>
internal sealed class ObjectStates
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ContentHash, ObjectState> _states = [];
    private long _clock, _names;

    internal ObjectState? Find(ContentHash id)
    {
        lock (_lock)
        {
            if (_states.TryGetValue(id, out var state)) state.Used = ++_clock;
            return state;
        }
    }

    /// <summary>Keeps a state, unless a later one is known.</summary>
    internal void Keep(ObjectState state)
    {
        lock (_lock)
        {
            if (_states.TryGetValue(state.Id, out var known) && known != state && known.Last >= state.Last) return;   // whoever writes has it in hand
            Remove(state.Id);
            _states[state.Id] = state;
            state.Used = ++_clock;
            _names += state.Weighed = 8 + state.Head.Entries;
            if (_names > NamesMax) MakeRoom();
        }
    }

    internal void Forget(ContentHash id)
    {
        lock (_lock) Remove(id);
    }

    private void Remove(ContentHash id)
    {
        if (_states.Remove(id, out var known)) _names -= known.Weighed;
    }

    // Down to half, so that it is not sorted again at once.
    private void MakeRoom()
    {
        foreach (var state in _states.Values.OrderBy(s => s.Used).ToArray())
        {
            if (_names <= NamesMax / 2) break;
            Remove(state.Id);
        }
    }

    // About 100 bytes each.
    private const long NamesMax = 1 << 20;
}
