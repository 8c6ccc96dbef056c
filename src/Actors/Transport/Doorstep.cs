using Microsoft.AspNetCore.Connections;

namespace Hhs.Actors.Transport;

/// <summary>Connections that have not asked for a WebSocket yet: when there are too many, the oldest goes.</summary>
/// <remarks>
/// They have places of their own, so that whoever connects from many addresses and asks for nothing takes none of those who do, and is
/// soon gone. Callable from any thread.
/// </remarks>
/// <param name="max">How many may wait.</param>
internal sealed class Doorstep(int max)
{
    private readonly LinkedList<ConnectionContext> _waiting = new();   // the oldest first
    private readonly Lock _lock = new();

    /// <summary>How many may wait at a listener of so many connections: as many as all that it takes, should they come at once.</summary>
    public static int MaxFor(ConnectionLimits limits) => Math.Max(16, limits.InboundMax);

    /// <summary>A connection has come; to be followed by <see cref="Leave"/>.</summary>
    public LinkedListNode<ConnectionContext> Enter(ConnectionContext connection)
    {
        ConnectionContext? oldest = null;
        LinkedListNode<ConnectionContext> place;
        lock (_lock)
        {
            if (_waiting.Count >= max)
            {
                oldest = _waiting.First!.Value;
                _waiting.RemoveFirst();
            }
            place = _waiting.AddLast(connection);
        }
        oldest?.Abort();
        return place;
    }

    /// <summary>It has asked, or ended. More than once is harmless.</summary>
    public void Leave(LinkedListNode<ConnectionContext> place)
    {
        lock (_lock) if (place.List is not null) _waiting.Remove(place);
    }
}
