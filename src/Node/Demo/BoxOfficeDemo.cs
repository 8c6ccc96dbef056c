using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Hhs.Node.Commands;
using Hhs.Node.Output;

namespace Hhs.Node.Demo;

/// <summary><c>hhs demo --scenario box-office</c>: offices sell the same seats offline; a space decides, and says who lost to whom.</summary>
internal static class BoxOfficeDemo
{
    public static async Task<int> RunAsync(CommandContext context, IReadOnlyList<string> childOptions, int seats, int? randomSeed, bool keep, CancellationToken cancel)
    {
        int seed = randomSeed ?? Random.Shared.Next(1, 100_000);
        string folder = Directory.CreateTempSubdirectory("hhs-demo-").FullName;
        DemoProcess[] nodes = [.. Names.Select(name => new DemoProcess(name, Path.Combine(folder, name.Replace(' ', '-')), childOptions))];
        try
        {
            var clock = Stopwatch.StartNew();
            Action<string> say = line =>
            {
                if (!context.Report.Json) Console.Out.WriteLine($"{DemoScreen.Seconds(clock.Elapsed),7}  {line}");
            };
            say($"Seed {seed}: --seed {seed} makes the same choices again.");
            var run = new BoxOfficeRun(nodes[0], nodes[1..4], nodes[4], seats, seed, say);
            var verdict = await run.RunAsync(cancel);
            Show(context.Report, run, verdict, seed, clock.Elapsed, keep ? folder : null);
            return verdict.Good ? ExitCode.Ok : ExitCode.Failed;
        }
        finally
        {
            await Task.WhenAll(nodes.Select(node => node.DisposeAsync().AsTask()));
            if (!keep) Directory.Delete(folder, recursive: true);
        }
    }

    private static void Show(Report report, BoxOfficeRun run, BoxOfficeVerdict verdict, int seed, TimeSpan took, string? kept)
    {
        if (report.Json)
        {
            report.Write(() => Json(run, verdict, seed, took, kept), () => "");
            return;
        }
        Console.Out.WriteLine();
        report.Table(["lost", "seat", "to", "then"],
            [.. verdict.Losses.Select(l => (string[])[l.Sale.Owner, l.Sale.Seat, l.To?.Owner ?? $"the {Text(l.Sale.Entry.WinnerCount)} who took the programmes", l.Then])]);
        Console.Out.WriteLine();
        report.Table(["office", "sold apart", "lost", "to whom", "no programme", "retried", "moved", "given up", "sold in the end"],
            [.. verdict.Offices.Select(o => (string[])
            [
                o.Name, Text(o.Sold), Text(o.LostTo.Values.Sum() + o.WithoutProgramme), string.Join(", ", o.LostTo.Select(to => $"{to.Key}: {to.Value}")),
                Text(o.WithoutProgramme), Text(o.Retried), Text(o.Moved), Text(o.GivenUp), Text(o.AtLast),
            ])]);
        Console.Out.WriteLine();
        report.Table(["phase", "time", "sent by all nodes"],
            [.. run.Phases.Append(("whole", took, run.Phases.Sum(p => p.Bytes))).Select(p => (string[])[p.Item1, DemoScreen.Seconds(p.Item2), $"{(p.Item3 / 1024.0).ToString("0.0", CultureInfo.InvariantCulture)} KiB"])]);
        Console.Out.WriteLine($"Verdict: {verdict.Text}.");
        if (kept is not null) Console.Out.WriteLine($"The stores are in {kept}");
    }

    private static JsonObject Json(BoxOfficeRun run, BoxOfficeVerdict verdict, int seed, TimeSpan took, string? kept) => new()
    {
        ["good"] = verdict.Good,
        ["verdict"] = verdict.Text,
        ["problems"] = JsonLine.Array(verdict.Problems, p => JsonValue.Create(p)),
        ["seed"] = seed,
        ["entries"] = verdict.Entries,
        ["accountHash"] = verdict.Account,
        ["versions"] = verdict.Versions,
        ["seconds"] = Math.Round(took.TotalSeconds, 3),
        ["offices"] = JsonLine.Array(verdict.Offices, o => new JsonObject
        {
            ["name"] = o.Name, ["sold"] = o.Sold, ["lostTo"] = new JsonObject(o.LostTo.Select(to => KeyValuePair.Create(to.Key, (JsonNode?)to.Value))),
            ["withoutProgramme"] = o.WithoutProgramme, ["retried"] = o.Retried, ["moved"] = o.Moved, ["givenUp"] = o.GivenUp, ["atLast"] = o.AtLast,
        }),
        ["losses"] = JsonLine.Array(verdict.Losses, l => new JsonObject { ["owner"] = l.Sale.Owner, ["seat"] = l.Sale.Seat, ["to"] = l.To?.Owner, ["then"] = l.Then }),
        ["phases"] = JsonLine.Array(run.Phases, p => new JsonObject { ["name"] = p.Name, ["seconds"] = Math.Round(p.Took.TotalSeconds, 3), ["bytes"] = p.Bytes }),
        ["kept"] = kept,
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static readonly string[] Names = ["theatre", "office 1", "office 2", "office 3", "office 1's old store"];
}
