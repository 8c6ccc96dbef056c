using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Hhs.Actors.Objects;
using Hhs.Model.Types;
using Hhs.Model.Types.Space;
using Hhs.Node.Commands.Spaces;
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
        var words = new Argument<string[]>("CHOICE") { Description = "Number of the candidate to keep, as 'hhs conflicts' shows it. Of a space: a transaction, as 'hhs review' shows it, and retry or dismiss", Arity = new ArgumentArity(1, 2) };
        var subject = new Option<string?>("--subject") { Description = "Which conflict, where there are several, as 'hhs conflicts' shows it", HelpName = "TEXT" };
        return ObjectCommand.Writing(new Command("resolve", "Settle a conflict, or answer a transaction of a space that was not done") { words, subject }, async (parsed, node, handle) =>
        {
            if (handle.TypeId == SpaceType.Id) return await ReviewCommands.ResolveAsync(await node.OpenSpaceAsync(handle.Id), parsed.GetValue(words)!);
            int number = Choice(parsed.GetValue(words)!);
            var all = await handle.ConflictsAsync();
            string? about = parsed.GetValue(subject);
            var fitting = about is null ? all : [.. all.Where(c => Subject(c) == about)];
            if (fitting.Count == 0) throw CommandException.NotFound(about is null ? "nothing is in conflict" : $"nothing about '{about}' is in conflict: 'hhs conflicts' lists what is");
            if (fitting.Count > 1) throw CommandException.BadInput($"there are {fitting.Count} conflicts: say which with --subject ({string.Join(", ", fitting.Select(Subject))})");
            if (number > fitting[0].Candidates.Count) throw CommandException.BadInput($"there is no candidate {number}: choose 1 to {fitting[0].Candidates.Count}");
            return (await handle.ResolveAsync(fitting[0], number - 1), $"kept {Says(fitting[0].Candidates[number - 1])}");
        });
    }

    private static int Choice(string[] words) =>
        words is [var text] && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= 1 ? number
        : throw CommandException.BadInput($"CHOICE must be a whole number such as 1 or 2, as 'hhs conflicts' shows them: '{string.Join(' ', words)}' is not");

    private static async Task<int> ListAsync(CommandContext context, string target, string? child)
    {
        await using var node = await context.OpenOfflineAsync();
        var handle = await ObjectCommand.OpenAsync(node, target, child);
        // Of a space: the member's name, then what it is there.
        IReadOnlyList<Conflict> conflicts = handle.TypeId != SpaceType.Id ? await handle.ConflictsAsync()
            : [.. (await handle.AskAsync<IReadOnlyList<MemberConflict>>(new SpaceMessages.Conflicts())).Select(each => each.Conflict with { Subject = $"{each.Member.Name}/{each.Conflict.Subject}".TrimEnd('/') })];
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
