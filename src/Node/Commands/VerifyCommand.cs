using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Node.Output;
using Spectre.Console;

namespace Hhs.Node.Commands;

/// <summary><c>hhs verify</c>: reads and checks every stored entry again.</summary>
internal static class VerifyCommand
{
    public static Command Make()
    {
        var forget = new Option<bool>("--forget") { Description = "Empty the quarantine afterwards" };
        var salvage = new Option<string?>("--salvage") { Description = "Copy what can still be read of a corrupt store into a new one in this folder", HelpName = "FOLDER" };
        var command = new Command("verify", "Check every stored entry again; list what is damaged") { forget, salvage };
        command.SetAction((parsed, cancel) => parsed.GetValue(salvage) is { } folder
            ? Task.FromResult(Salvage(new(parsed), folder))
            : RunAsync(new(parsed), parsed.GetValue(forget), cancel));
        return command;
    }

    // The identity stays where it is: only its owner may decide that two folders hold one.
    private static int Salvage(CommandContext context, string folder)
    {
        if (context.Settings.Journal.Provider != JournalProvider.Sqlite) throw CommandException.BadInput("--salvage is for a corrupt SQLite file; restore a database by its own means");
        if (!context.HasStore) throw CommandException.NotFound($"there is no store in {context.DataDirectory}: give its folder with --data");
        Directory.CreateDirectory(folder);
        string fresh = Path.Combine(folder, NodeActor.StoreName);
        if (File.Exists(fresh)) throw CommandException.BadInput($"{fresh} exists already: give a folder without a store");
        var saved = SqliteSalvage.Copy(Path.Combine(context.DataDirectory, NodeActor.StoreName), fresh);
        context.Report.Write(() => new JsonObject { ["objects"] = saved.Objects, ["entries"] = saved.Entries, ["lost"] = saved.Lost, ["store"] = fresh },
            () => string.Create(CultureInfo.InvariantCulture, $"{saved.Entries} entries of {saved.Objects} objects are in {fresh}; {saved.Lost} could not be read. Copy {IdentityFile.Name} there and use --data {folder}; peers supply the rest."));
        return saved.Lost == 0 ? ExitCode.Ok : ExitCode.Failed;
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
