using System.Collections.Concurrent;
using System.Diagnostics;
using Hhs.Actors.Transport;

namespace Hhs.Actors.Tests.Mesh;

/// <summary>A transport on which nobody is ever reached; takes note of every dial.</summary>
internal sealed class DialRecorder : ITransport
{
    private readonly ConcurrentQueue<(Uri To, TimeSpan At)> _dials = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _underWay;

    public DialRecorder(bool hold = false)
    {
        if (!hold) _held.SetResult();
    }

    public string Scheme => "nobody";

    /// <summary>Every dial, in order, with its time.</summary>
    public IReadOnlyList<(Uri To, TimeSpan At)> Dials => [.. _dials];

    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Lets all dials under way fail; those to come wait for the next call.</summary>
    public void FailAll() => Interlocked.Exchange(ref _held, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    public Task<ITransportListener> ListenAsync(Uri address, Action<IFrameConnection> accepted) => Task.FromException<ITransportListener>(new TransportException("nobody listens"));

    public async Task<IFrameConnection> DialAsync(Uri address, CancellationToken cancel)
    {
        _dials.Enqueue((address, Stopwatch.GetElapsedTime(_started)));
        Interlocked.Increment(ref _underWay);
        try
        {
            await _held.Task.WaitAsync(cancel);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
        throw new TransportException("nobody is there");
    }
}
