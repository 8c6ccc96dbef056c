namespace Hhs.Protocols.Tracker;

/// <summary>The places for connections to a tracker: who has one, and who gives way when all are taken.</summary>
/// <remarks>
/// A place costs whoever takes it nothing until its request is there. So when all are taken, the oldest connection without a request gives
/// way, of the network that has most of those: whoever only holds places loses them to newcomers, from however many addresses, and an honest
/// handshake takes less time than it takes to fill all places anew.
/// </remarks>
/// <typeparam name="T">A connection.</typeparam>
/// <param name="max">Connections in all.</param>
/// <param name="perHostMax">Connections of one host.</param>
public sealed class ConnectionPlaces<T>(int max, int perHostMax) where T : class
{
    private readonly Dictionary<T, Place> _all = [];
    private readonly Dictionary<string, int> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LinkedList<T>> _unfinished = new(StringComparer.Ordinal);   // of each network, the oldest first
    private long _serial;

    /// <summary>Connections that have a place.</summary>
    public int Count => _all.Count;

    /// <summary>Why the host can have no further place; null if it can.</summary>
    public string? RefusalFor(string host) =>
        _hosts.GetValueOrDefault(host) >= perHostMax ? "too many connections of one address"
        : _all.Count >= max && _unfinished.Count == 0 ? "too many connections"
        : null;

    /// <summary>Gives a place; answers the connection that has lost its own for it, which is to be closed.</summary>
    /// <param name="connection">The newcomer.</param>
    /// <param name="host">Where it comes from, not refused by <see cref="RefusalFor"/>.</param>
    /// <param name="network">The network of that host.</param>
    /// <exception cref="InvalidOperationException">There is no place.</exception>
    public T? Enter(T connection, string host, string network)
    {
        if (RefusalFor(host) is { } why) throw new InvalidOperationException(why);
        var loser = _all.Count >= max ? Oldest() : null;
        if (loser is not null) Leave(loser);
        if (!_unfinished.TryGetValue(network, out var waiting)) _unfinished.Add(network, waiting = new());
        _all.Add(connection, new(host, network, ++_serial, waiting.AddLast(connection)));
        _hosts[host] = _hosts.GetValueOrDefault(host) + 1;
        return loser;
    }

    /// <summary>The connection's request is there: it keeps its place until it leaves.</summary>
    public void Finished(T connection)
    {
        if (!_all.TryGetValue(connection, out var place) || place.Unfinished is null) return;
        Forget(place);
        _all[connection] = place with { Unfinished = null };
    }

    /// <summary>The connection has ended; nothing if it has lost its place before.</summary>
    public void Leave(T connection)
    {
        if (!_all.Remove(connection, out var place)) return;
        if (place.Unfinished is not null) Forget(place);
        if (_hosts[place.Host] == 1) _hosts.Remove(place.Host);
        else _hosts[place.Host]--;
    }

    // Of networks with as many, the one whose oldest has waited longest.
    private T Oldest() => _unfinished.Values.OrderByDescending(waiting => waiting.Count).ThenBy(waiting => _all[waiting.First!.Value].Serial).First().First!.Value;

    private void Forget(Place place)
    {
        var waiting = _unfinished[place.Network];
        waiting.Remove(place.Unfinished!);
        if (waiting.Count == 0) _unfinished.Remove(place.Network);
    }

    private sealed record Place(string Host, string Network, long Serial, LinkedListNode<T>? Unfinished);
}
