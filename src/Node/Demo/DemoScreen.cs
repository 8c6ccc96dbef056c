using System.Diagnostics;
using System.Globalization;
using Hhs.Node.Output;
using Spectre.Console;

namespace Hhs.Node.Demo;

/// <summary>Shows the demo while it runs: a live table in a terminal, now and then a line elsewhere.</summary>
internal sealed class DemoScreen(Report report, DemoRun run, IReadOnlyList<DemoProcess> nodes)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public async Task ShowUntilAsync(Task done)
    {
        if (report.Json) await done;
        else if (report.Terminal) await AnsiConsole.Live(Table()).StartAsync(live => RefreshAsync(done, TimeSpan.FromMilliseconds(100), () => live.UpdateTarget(Table())));
        else await PrintAsync(done);
    }

    private async Task PrintAsync(Task done)
    {
        string said = "";
        var last = TimeSpan.Zero;
        await RefreshAsync(done, TimeSpan.FromMilliseconds(100), () =>
        {
            if (run.Phase == said && _clock.Elapsed - last < TimeSpan.FromSeconds(1)) return;
            (said, last) = (run.Phase, _clock.Elapsed);
            Console.Out.WriteLine($"{Seconds(_clock.Elapsed),7}  {said,-24}{string.Join("  ", nodes.Select(n => $"{n.Name}: {n.State.Entries} entries ({n.Doing})"))}");
        });
    }

    private static async Task RefreshAsync(Task done, TimeSpan every, Action refresh)
    {
        while (await Task.WhenAny(done, Task.Delay(every)) != done) refresh();
        refresh();
        await done;
    }

    private Table Table() => Report.Framed(
        ["node", "doing", "entries", "acknowledged", "peers", "frontier"],
        [.. nodes.Select(n => (string[])[n.Name, n.Doing, Count(n.State.Entries), Count(n.AcknowledgedCount), Count(n.State.Sessions), n.State.Frontier is { Length: > 8 } hash ? hash[..8] : ""])])
        .Caption(Markup.Escape($"{run.Phase}, {Seconds(_clock.Elapsed)}"));

    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture) + " s";

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);
}
