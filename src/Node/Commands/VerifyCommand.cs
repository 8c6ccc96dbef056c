using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Hhs.Actors.Journal;
using Hhs.Node.Output;
using Spectre.Console;

namespace Hhs.Node.Commands;

/// <summary><c>hhs verify</c>: reads and checks every stored entry again.</summary>
internal static class VerifyCommand
{
    public static Command Make()
    {
        var forget = new Option<bool>("--forget") { Description = "Empty the quarantine afterwards" };
        var command = new Command("verify", "Check every stored entry again; list what is damaged") { forget };
        command.SetAction((parsed, cancel) => RunAsync(new(parsed), parsed.GetValue(forget), cancel));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, bool forget, CancellationToken cancel)
    {
        using var journal = context.OpenJournal();
        long total = journal.Objects.Sum(o => o.EntryCount);
        var verified = await VerifyAsync(context.Report, journal, total).WaitAsync(cancel);
        var damaged = journal.Quarantine;
        if (forget) journal.ForgetQuarantine();
        context.Report.Write(() => new JsonObject
        {
            ["entries"] = verified.Entries, ["payloadBytes"] = verified.PayloadBytes, ["newlyQuarantined"] = verified.NewlyQuarantined.Count,
            ["quarantine"] = JsonLine.Array(damaged, q => new JsonObject { ["object"] = q.ObjectId.ToString(), ["entry"] = q.Entry?.ToString(), ["reason"] = q.Reason }),
        }, () => string.Create(CultureInfo.InvariantCulture, $"{verified.Entries} entries are intact ({verified.PayloadBytes} bytes of payloads); {damaged.Count} are in quarantine, {verified.NewlyQuarantined.Count} of them newly found."));
        if (damaged.Count == 0) return ExitCode.Ok;
        if (!context.Report.Json)
        {
            context.Report.Table(["object", "entry", "reason"], [.. damaged.Select(q => (string[])[q.ObjectId.ToString(), q.Entry?.ToString() ?? "?", q.Reason])]);
            Console.Out.WriteLine("Peers supply these entries again: serve the store, or 'hhs join ID --peer ...'. 'hhs verify --forget' empties the quarantine.");
        }
        return ExitCode.Failed;
    }

    private static async Task<JournalVerification> VerifyAsync(Report report, IJournal journal, long total)
    {
        if (!report.Terminal) return await Task.Run(() => journal.VerifyAll());
        return await AnsiConsole.Progress().StartAsync(progress =>
        {
            var bar = progress.AddTask("checking entries", maxValue: Math.Max(1, total));
            return Task.Run(() => journal.VerifyAll(new Shown(bar)));
        });
    }

    // System.Progress would report on other threads, late and out of order.
    private sealed class Shown(ProgressTask bar) : IProgress<long>
    {
        public void Report(long value) => bar.Value = value;
    }
}
