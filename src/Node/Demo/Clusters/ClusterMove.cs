using System.Collections.Concurrent;
using System.Diagnostics;
using Hhs.Node.Commands;

namespace Hhs.Node.Demo.Clusters;

/// <summary>How a node ended that was asked to.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Errors">What it said on its standard error, if the code is not 0.</param>
/// <param name="Took">Time from the signal on.</param>
internal sealed record NodeExit(int Code, string Errors, TimeSpan Took);

/// <summary>How long objects were on their way from one node to others.</summary>
/// <param name="What">What made them move.</param>
/// <param name="Node">The node that they left.</param>
/// <param name="Took">Of each object, the time from the signal to the acknowledgement of a write at another node; ascending.</param>
/// <param name="Exit">What the node ended with, if it ended by itself.</param>
internal sealed record ClusterMove(string What, string Node, IReadOnlyList<TimeSpan> Took, NodeExit? Exit = null)
{
    public TimeSpan Median => Took.Count == 0 ? TimeSpan.Zero : Took[Took.Count / 2];

    /// <summary>Writes to all of them, again and again, until each was acknowledged at another node.</summary>
    /// <param name="ids">The objects that were at the node.</param>
    /// <param name="isElsewhere">Whether an object is not at that node any more, for certain: a write that is sent after this and acknowledged was so elsewhere.</param>
    /// <param name="load">Writes.</param>
    /// <param name="signalled">Runs since the signal.</param>
    public static async Task<IReadOnlyList<TimeSpan>> WatchAsync(IReadOnlyList<string> ids, Func<string, bool> isElsewhere, ClusterLoad load, Stopwatch signalled, CancellationToken cancel)
    {
        var waiting = new ConcurrentQueue<string>(ids);
        var took = new ConcurrentBag<TimeSpan>();
        await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, ids.Count)).Select(async _ =>
        {
            while (waiting.TryDequeue(out string? id))
            {
                bool elsewhere = isElsewhere(id);
                if (await load.WriteAsync(id, Patience, cancel) && elsewhere)
                {
                    took.Add(signalled.Elapsed);
                    continue;
                }
                if (signalled.Elapsed > Limit) throw new CommandException(ExitCode.Failed, $"{waiting.Count + 1} of {ids.Count} objects take no write {Limit.TotalSeconds:0} s after their node was gone; one is {id}");
                waiting.Enqueue(id);
                await Task.Delay(Pause, cancel);
            }
        }));
        return [.. took.Order()];
    }

    private const int AtOnce = 96;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
}
