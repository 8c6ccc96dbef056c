using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Hhs.Model.Types;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary><c>hhs conflicts</c> and <c>hhs resolve</c>.</summary>
internal static class ConflictCommands
{
    public static Command Conflicts()
    {
        var target = ObjectCommand.Target();
        var child = ObjectCommand.Child();
        var command = new Command("conflicts", "List what concurrent writes disagree about") { target, child };
        command.SetAction((parsed, _) => ListAsync(new(parsed), parsed.GetValue(target)!, parsed.GetValue(child)));
        return command;
    }

    public static Command Resolve()
    {
        var choice = new Argument<int>("CHOICE") { Description = "Number of the candidate to keep, as 'hhs conflicts' shows it", CustomParser = Numbers.Parser("CHOICE", "1 or 2", 1, int.MaxValue) };
        var subject = new Option<string?>("--subject") { Description = "Which conflict, where there are several, as 'hhs conflicts' shows it", HelpName = "TEXT" };
        return ObjectCommand.Writing(new Command("resolve", "Settle a conflict") { choice, subject }, async (parsed, _, handle) =>
        {
            var all = await handle.ConflictsAsync();
            string? about = parsed.GetValue(subject);
            var fitting = about is null ? all : [.. all.Where(c => Subject(c) == about)];
            if (fitting.Count == 0) throw CommandException.NotFound(about is null ? "nothing is in conflict" : $"nothing about '{about}' is in conflict: 'hhs conflicts' lists what is");
            if (fitting.Count > 1) throw CommandException.BadInput($"there are {fitting.Count} conflicts: say which with --subject ({string.Join(", ", fitting.Select(Subject))})");
            int number = parsed.GetValue(choice);
            if (number > fitting[0].Candidates.Count) throw CommandException.BadInput($"there is no candidate {number}: choose 1 to {fitting[0].Candidates.Count}");
            return (await handle.ResolveAsync(fitting[0], number - 1), $"kept {Says(fitting[0].Candidates[number - 1])}");
        });
    }

    private static async Task<int> ListAsync(CommandContext context, string target, string? child)
    {
        await using var node = await context.OpenOfflineAsync();
        var handle = await ObjectCommand.OpenAsync(node, target, child);
        var conflicts = await handle.ConflictsAsync();
        if (context.Report.Json)
        {
            foreach (var conflict in conflicts)
                context.Report.Write(() => new JsonObject { ["subject"] = Subject(conflict), ["candidates"] = JsonLine.Array(conflict.Candidates, Candidate) }, () => "");
            return ExitCode.Ok;
        }
        if (conflicts.Count == 0) Console.Out.WriteLine("nothing is in conflict");
        else context.Report.Table(["subject", "choice", "value", "author", "entry"], [.. conflicts.SelectMany(c => c.Candidates.Select((each, i) => (string[])
            [Report.Visible(Subject(c)), (i + 1).ToString(CultureInfo.InvariantCulture) + (i == c.Candidates.Count - 1 ? " (shown)" : ""), Says(each), each.Author ?? "", each.Entry.ToString()]))]);
        return ExitCode.Ok;
    }

    // Of a nested object: the ids on the way to it, then what it is there.
    private static string Subject(Conflict conflict) => string.Join('/', conflict.Path.Select(id => id.ToString()).Append(conflict.Subject).Where(part => part.Length > 0));

    /// <summary>A candidate, for scripts.</summary>
    public static JsonObject Candidate(ConflictCandidate candidate) => new()
    {
        ["entry"] = candidate.Entry.ToString(), ["author"] = candidate.Author, ["value"] = candidate.Value is { } value ? JsonLine.From(value) : null, ["child"] = candidate.Child?.ToString(),
    };

    /// <summary>What a candidate says, for people.</summary>
    public static string Says(ConflictCandidate candidate) =>
        candidate.Value is { } value ? Values.Text(value) : candidate.Child is { } child ? $"(object {child})" : "(nothing)";
}
