using System.Collections.Concurrent;
using System.Text.Json;

namespace Hhs.Node.Demo.Clusters;

/// <summary>Writers at the nodes of the cluster: each adds elements to one object after the other, through whichever node is there, as a person with <c>hhs add</c> would.</summary>
internal sealed class ClusterLoad(IReadOnlyList<ServeProcess> nodes)
{
    private readonly ConcurrentDictionary<string, bool> _acknowledged = [];
    private int _count, _unanswered;

    /// <summary>Entries that a node acknowledged.</summary>
    public ICollection<string> Acknowledged => _acknowledged.Keys;

    public int AcknowledgedCount => _acknowledged.Count;

    /// <summary>Writes of which no answer came in time, or that were refused: whether they count is not known.</summary>
    public int Unanswered => _unanswered;

    /// <summary>Writes to an object through any node that runs; false if that was not acknowledged in time.</summary>
    public async Task<bool> WriteAsync(string id, TimeSpan patience, CancellationToken cancel)
    {
        int number = Interlocked.Increment(ref _count);
        ServeProcess[] running = [.. nodes.Where(n => n.IsRunning)];
        if (running.Length > 0)
        {
            var (code, output, _) = await running[number % running.Length].RunWithinAsync(patience, ["add", id, $"by the cluster {number}"], cancel);
            if (code == ExitCode.Ok)
            {
                _acknowledged[JsonDocument.Parse(output).RootElement.GetProperty("entry").GetString()!] = true;
                return true;
            }
        }
        Interlocked.Increment(ref _unanswered);
        return false;
    }

    /// <summary>Writes so much, round and round, until cancelled.</summary>
    public async Task RunAsync(IReadOnlyList<string> ids, int perSecond, CancellationToken end)
    {
        using var atOnce = new SemaphoreSlim(AtOnce);
        using var often = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        var underWay = new ConcurrentDictionary<Task, bool>();
        try
        {
            for (int i = 0; await often.WaitForNextTickAsync(end); i++)
            {
                await atOnce.WaitAsync(end);
                var write = OneAsync(ids[i % ids.Count]);
                underWay[write] = true;
                _ = write.ContinueWith(done => underWay.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
        await Task.WhenAll(underWay.Keys);

        async Task OneAsync(string id)
        {
            try { await WriteAsync(id, Patience, CancellationToken.None); }
            finally { atOnce.Release(); }
        }
    }

    private const int AtOnce = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
}
