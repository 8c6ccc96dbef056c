using System.Collections.Concurrent;
using Hhs.Actors.Node;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Cluster.Tests;

/// <summary>Writes to sets, one element after the other in each, until told to stop; remembers which writes were acknowledged.</summary>
internal sealed class Writers
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<ContentHash, ConcurrentQueue<string>> _acknowledged = new();
    private readonly Task _all;

    public Writers(IReadOnlyList<SetHandle> sets) => _all = Task.WhenAll(sets.Select(WriteAsync));

    public int Count(ContentHash id) => _acknowledged.TryGetValue(id, out var done) ? done.Count : 0;

    public int CountOfAll => _acknowledged.Values.Sum(done => done.Count);

    /// <summary>Writes that were refused, or not answered in time: whether they count is not known.</summary>
    public int Failed { get; private set; }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _all;
    }

    /// <summary>Fails unless the set has all that was acknowledged.</summary>
    public async Task AssertNothingLostAsync(SetHandle set)
    {
        var there = (await set.ContentsAsync()).Elements.Select(e => ((Literal.String)e.Element).Value).ToHashSet();
        Assert.DoesNotContain(_acknowledged[set.Id], element => !there.Contains(element));
    }

    private async Task WriteAsync(SetHandle set)
    {
        var acknowledged = _acknowledged.GetOrAdd(set.Id, _ => new());
        for (int i = 0; !_stop.IsCancellationRequested; i++)
        {
            try
            {
                string element = $"written {i}";
                await set.AddAsync(element).WaitAsync(GivesUpAfter);
                acknowledged.Enqueue(element);
            }
            catch (Exception e) when (e is HhsException or TimeoutException)
            {
                Failed++;
            }
        }
    }

    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromSeconds(2);
}
