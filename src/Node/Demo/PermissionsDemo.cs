using System.Diagnostics;
using System.Text.Json.Nodes;
using Hhs.Node.Commands;
using Hhs.Node.Output;

namespace Hhs.Node.Demo;

/// <summary><c>hhs demo --scenario permissions</c>: shows and explains which writes count when a right is revoked concurrently.</summary>
internal static class PermissionsDemo
{
    public static async Task<int> RunAsync(CommandContext context, IReadOnlyList<string> childOptions, bool keep, CancellationToken cancel)
    {
        string folder = Directory.CreateTempSubdirectory("hhs-demo-").FullName;
        DemoProcess[] nodes = [.. Names.Select(name => new DemoProcess(name, Path.Combine(folder, name), childOptions))];
        try
        {
            var clock = Stopwatch.StartNew();
            var run = new PermissionsRun(nodes[0], nodes[1], nodes[2], line =>
            {
                if (!context.Report.Json) Console.Out.WriteLine($"{DemoScreen.Seconds(clock.Elapsed),7}  {line}");
            });
            var verdict = await run.RunAsync(cancel);
            Show(context.Report, verdict, clock.Elapsed, keep ? folder : null);
            return verdict.Good ? ExitCode.Ok : ExitCode.Failed;
        }
        finally
        {
            foreach (var node in nodes) await node.DisposeAsync();
            if (!keep) Directory.Delete(folder, recursive: true);
        }
    }

    private static void Show(Report report, PermissionsVerdict verdict, TimeSpan took, string? kept)
    {
        if (report.Json)
        {
            report.Write(() => Json(verdict, took, kept), () => "");
            return;
        }
        Console.Out.WriteLine();
        report.Table(["record", .. verdict.Names.Select(n => $"for the {n}")],
            [.. verdict.Reviews[0].Records.Select((r, i) => (string[])[r.Text, .. verdict.Reviews.Select(review => i < review.Records.Count ? review.Records[i].Counts ? "counts" : "void" : "-")])]);
        Console.Out.WriteLine();
        foreach (string line in Explanation) Console.Out.WriteLine(line);
        Console.Out.WriteLine(verdict.LateRefusal is { } why ? $"6      is refused where it is written: {why}." : "6      was NOT refused.");
        Console.Out.WriteLine($"Verdict: {verdict.Text}.");
        if (kept is not null) Console.Out.WriteLine($"The stores are in {kept}");
    }

    private static JsonObject Json(PermissionsVerdict verdict, TimeSpan took, string? kept) => new()
    {
        ["good"] = verdict.Good,
        ["verdict"] = verdict.Text,
        ["refused"] = verdict.LateRefusal,
        ["seconds"] = Math.Round(took.TotalSeconds, 3),
        ["nodes"] = JsonLine.Array(verdict.Names.Zip(verdict.Reviews), n => new JsonObject
        {
            ["name"] = n.First,
            ["frontierHash"] = n.Second.Frontier,
            ["records"] = JsonLine.Array(n.Second.Records, r => new JsonObject { ["text"] = r.Text, ["author"] = r.Author, ["counts"] = r.Counts }),
        }),
        ["kept"] = kept,
    };

    private static readonly string[] Names = ["owner", "editor", "reader"];

    private static readonly string[] Explanation =
    [
        "1, 2   count: the revocation builds on them, so they were written before it for all to see.",
        "3, 4   are void: they and the revocation do not know of each other. Whether they were written earlier nobody can prove, and if they",
        "       counted, a revoked editor could go on writing for ever on top of the past. They stay in the log; 'hhs log' marks them.",
        "5      counts: an owner holds every capability.",
    ];
}
