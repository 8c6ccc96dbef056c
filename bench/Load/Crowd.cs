using System.Collections.Concurrent;
using System.Diagnostics;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;

namespace Hhs.Bench.Load;

/// <summary>All peers of the load scenario, and when each change reached each of them.</summary>
internal sealed class Crowd(Uri node, KeyId expected, IReadOnlyList<Entry> objects) : IDisposable
{
    private readonly List<LightPeer> _peers = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ConcurrentDictionary<ContentHash, ConcurrentBag<long>> _arrivals = [];
    private readonly ConcurrentDictionary<string, int> _lost = [];
    private readonly CancellationTokenSource _ending = new();

    public TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    public int Size => _peers.Count;

    /// <summary>Connections that ended, by reason.</summary>
    public IReadOnlyDictionary<string, int> Losses => _lost;

    /// <summary>Connects so many peers, some at a time.</summary>
    public async Task ConnectAsync(int count)
    {
        _ = TickAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (_, cancel) =>
        {
            var peer = new LightPeer(this, node, expected, objects);
            await peer.ConnectAsync(_ending.Token);
            lock (_peers) _peers.Add(peer);
        });
    }

    /// <summary>Waits until every peer has so many entries of every object.</summary>
    public async Task UntilAllHaveAsync(int entries)
    {
        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!_peers.All(peer => Enumerable.Range(0, objects.Count).All(number => peer.Count(number) >= entries)))
        {
            if (!_lost.IsEmpty) throw new InvalidOperationException($"connections were lost: {string.Join("; ", _lost)}");
            await often.WaitForNextTickAsync();
        }
    }

    /// <summary>Expects an entry at every peer: answers how long after a moment it reached each, in milliseconds, ascending.</summary>
    public async Task<double[]> ArrivalsAsync(ContentHash entry, long since)
    {
        var arrivals = _arrivals.GetOrAdd(entry, _ => []);
        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var waited = Stopwatch.StartNew(); arrivals.Count < _peers.Count; await often.WaitForNextTickAsync())
        {
            if (waited.Elapsed > TimeSpan.FromMinutes(1)) throw new TimeoutException($"a change reached {arrivals.Count} of {_peers.Count} peers in a minute; lost: {string.Join("; ", _lost)}");
        }
        _arrivals.TryRemove(entry, out _);
        return [.. arrivals.Select(at => Stopwatch.GetElapsedTime(since, at).TotalMilliseconds).Order()];
    }

    public void Admitted(int number, IReadOnlyList<Entry> entries)
    {
        long now = Stopwatch.GetTimestamp();
        foreach (var entry in entries) if (_watching) _arrivals.GetOrAdd(entry.Hash, _ => []).Add(now);
    }

    /// <summary>From now on arrivals are noted.</summary>
    public void Watch() => _watching = true;

    private volatile bool _watching;

    public void Lost(string why)
    {
        if (!_ending.IsCancellationRequested) _lost.AddOrUpdate(why, 1, (_, n) => n + 1);
    }

    public void Dispose()
    {
        _ending.Cancel();
        foreach (var peer in _peers) peer.Dispose();
        _ending.Dispose();
    }

    private async Task TickAsync()
    {
        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!_ending.IsCancellationRequested && await often.WaitForNextTickAsync())
        {
            LightPeer[] peers;
            lock (_peers) peers = [.. _peers];
            foreach (var peer in peers) peer.Tick(Now);
        }
    }
}
