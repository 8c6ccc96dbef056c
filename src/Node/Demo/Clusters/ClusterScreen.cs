using System.Diagnostics;
using System.Globalization;
using Hhs.Node.Output;
using Spectre.Console;

namespace Hhs.Node.Demo.Clusters;

/// <summary>Shows the demo of the cluster while it runs: a live table in a terminal, now and then a line elsewhere.</summary>
internal sealed class ClusterScreen(Report report, ClusterRun run, IReadOnlyList<ServeProcess> nodes, IReadOnlyList<DemoProcess> peers)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public async Task ShowUntilAsync(Task done)
    {
        if (report.Json) await done;
        else if (report.Terminal) await AnsiConsole.Live(Table()).StartAsync(live => RefreshAsync(done, () => live.UpdateTarget(Table())));
        else await PrintAsync(done);
    }

    private async Task PrintAsync(Task done)
    {
        string said = "";
        var last = TimeSpan.Zero;
        await RefreshAsync(done, () =>
        {
            if (run.Phase == said && _clock.Elapsed - last < Seldom) return;
            if (run.Phase != said) Console.Out.WriteLine($"{DemoScreen.Seconds(_clock.Elapsed),7}  {run.Phase}");
            else Console.Out.WriteLine($"{DemoScreen.Seconds(_clock.Elapsed),7}    {string.Join("  ", nodes.Select(n => $"{n.Name}: {ObjectsAt(n)} objects ({n.Doing})"))}  written: {Written} at peers, {Count(run.Load.AcknowledgedCount)} at nodes");
            (said, last) = (run.Phase, _clock.Elapsed);
        });
    }

    private static async Task RefreshAsync(Task done, Action refresh)
    {
        while (await Task.WhenAny(done, Task.Delay(Often)) != done) refresh();
        refresh();
        await done;
    }

    private Table Table() => Report.Framed(
        ["process", "doing", "objects", "acknowledged writes"],
        [
            .. nodes.Select(n => (string[])[n.Name, n.Doing, ObjectsAt(n), ""]), ["any node", "", "", Count(run.Load.AcknowledgedCount)],
            .. peers.Select(p => (string[])[p.Name, p.Doing, "", Count(p.AcknowledgedCount)]),
        ]).Caption(Markup.Escape($"{run.Phase}, {DemoScreen.Seconds(_clock.Elapsed)}"));

    private string ObjectsAt(ServeProcess node) => run.Picture?.Nodes.GetValueOrDefault(node.Node)?.Objects is { } count && node.IsRunning ? Count(count) : "-";

    private string Written => Count(peers.Sum(p => p.AcknowledgedCount));

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(3);
}
