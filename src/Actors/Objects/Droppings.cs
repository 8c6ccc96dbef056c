using Akka.Actor;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Objects;

/// <summary>Objects that are being dropped, who waits for that, and what is to be done with them afterwards.</summary>
internal sealed class Droppings
{
    private readonly Dictionary<ContentHash, (List<IActorRef> Askers, List<(object Message, IActorRef Sender)> Held)> _all = [];

    public bool Contains(ContentHash id) => _all.ContainsKey(id);

    /// <summary>Whether the drop is to begin; false when it is under way.</summary>
    public bool Begin(ContentHash id, IActorRef asker)
    {
        bool first = !_all.TryGetValue(id, out var dropping);
        if (first) _all.Add(id, dropping = ([], []));
        dropping.Askers.Add(asker);
        return first;
    }

    /// <summary>Keeps what would wake the object until it is gone; false when it is not being dropped.</summary>
    public bool TryHold(ContentHash id, object message, IActorRef sender)
    {
        if (!_all.TryGetValue(id, out var dropping)) return false;
        dropping.Held.Add((message, sender));
        return true;
    }

    public (IReadOnlyList<IActorRef> Askers, IReadOnlyList<(object Message, IActorRef Sender)> Held) End(ContentHash id) =>
        _all.Remove(id, out var dropping) ? dropping : ([], []);
}
