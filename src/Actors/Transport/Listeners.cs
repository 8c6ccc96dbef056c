namespace Hhs.Actors.Transport;

/// <summary>What an actor listens with. Ends with it as a whole: also a listener of which the actor has not heard yet when it is stopped.</summary>
/// <remarks>For the actor's own thread. A listener that came in a message would be nobody's if the actor stopped before it read that, and keep the port.</remarks>
internal sealed class Listeners
{
    private readonly List<Task<ITransportListener>> _opened = [];

    /// <summary>Where connections are accepted by now.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _opened.Where(o => o.IsCompletedSuccessfully).Select(o => o.Result.Address)];

    /// <summary>Begins to listen.</summary>
    /// <exception cref="TransportException">In the task: the address is in use, or not ours.</exception>
    public Task<ITransportListener> Open(ITransport transport, Uri address, Action<IFrameConnection> accepted)
    {
        var opening = OpenAsync(transport, address, accepted);
        _opened.Add(opening);
        return opening;
    }

    /// <summary>Waits until all are closed, but not longer than this: whoever has seen the actor stop may listen there again.</summary>
    public void Close(TimeSpan within) => Task.WhenAll(_opened.Select(CloseAsync)).Wait(within);

    // A transport may refuse at once.
    private static async Task<ITransportListener> OpenAsync(ITransport transport, Uri address, Action<IFrameConnection> accepted) =>
        await transport.ListenAsync(address, accepted).ConfigureAwait(false);

    private static async Task CloseAsync(Task<ITransportListener> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully) await opening.Result.DisposeAsync().ConfigureAwait(false);
    }
}
