using System.Collections.Concurrent;
using System.Diagnostics;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Tests.Partitions;

/// <summary>Adds elements to a set by commands to one node, one after the other; remembers when which was acknowledged.</summary>
internal sealed class SideWriter
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(string Element, long At)> _acknowledged = new();
    private readonly Task _writing;

    public SideWriter(Func<ServeNode> node, ContentHash set, string name, TimeSpan patience)
    {
        Set = set;
        _writing = Task.Run(() => WriteAsync(node, name, patience));
    }

    public ContentHash Set { get; }

    public IReadOnlyCollection<(string Element, long At)> Acknowledged => _acknowledged;

    /// <summary>Commands that ended with an error.</summary>
    public ConcurrentQueue<ControlSocket.Result> Refused { get; } = new();

    /// <summary>Commands that did not end in time, or whose node ended first: whether they count is not known.</summary>
    public int Unknown { get; private set; }

    /// <summary>Acknowledged since then.</summary>
    public int CountSince(long at) => _acknowledged.Count(a => a.At >= at);

    /// <summary>When the first was acknowledged that came after the longest wait since then.</summary>
    public TimeSpan LongestWaitEnds(long since)
    {
        long[] times = [since, .. _acknowledged.Select(a => a.At).Where(at => at >= since)];
        return Stopwatch.GetElapsedTime(since, times.Zip(times.Skip(1)).MaxBy(pair => pair.Second - pair.First).Second);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _writing;
    }

    private async Task WriteAsync(Func<ServeNode> node, string name, TimeSpan patience)
    {
        for (int i = 0; !_stop.IsCancellationRequested; i++)
        {
            string element = $"{name} {i}";
            var result = await ControlSocket.RunAsync(node().Folder, patience, "add", Set.ToString(), element, "--json");
            if (result is null) Unknown++;
            else if (result.Code == 0) _acknowledged.Enqueue((element, Stopwatch.GetTimestamp()));
            else Refused.Enqueue(result);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);   // the machine is small, and heartbeats are to be in time
}
