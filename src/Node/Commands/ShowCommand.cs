using System.CommandLine;
using System.Text.Json.Nodes;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary><c>hhs show</c>.</summary>
internal static class ShowCommand
{
    public static Command Make()
    {
        var target = ObjectCommand.Target();
        var child = ObjectCommand.Child();
        var at = new Option<string[]>("--at") { Description = "As of this entry of the log; repeat for a version of several", HelpName = "ENTRY", DefaultValueFactory = _ => [] };
        var command = new Command("show", "Show what an object holds") { target, child, at };
        command.SetAction((parsed, _) => RunAsync(new(parsed), parsed.GetValue(target)!, parsed.GetValue(child), Version(parsed.GetValue(at)!)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string target, string? child, Position? at)
    {
        await using var node = await context.OpenOfflineAsync();
        var names = new ObjectNames(node.Journal);
        var handle = await ObjectCommand.OpenAsync(node, target, child);
        var shown = await Shown.ReadAsync(handle, at);
        var status = await handle.StatusAsync();
        if (context.Report.Json)
        {
            var json = new JsonObject
            {
                ["id"] = status.Id.ToString(), ["type"] = handle.TypeId, ["names"] = JsonLine.Array(names.All.Where(n => n.Id == status.Id), n => n.Name), ["entries"] = status.Entries,
                ["frontier"] = JsonLine.Array(status.Frontier, h => h.ToString()),
            };
            foreach (var (key, value) in shown.Json) json[key] = value?.DeepClone();
            context.Report.Write(() => json, () => "");
            return ExitCode.Ok;
        }
        if (shown.Rows.Count > 0) context.Report.Table(shown.Columns, shown.Rows);
        Console.Out.WriteLine($"{shown.Line}; {status.Entries} entries");
        return ExitCode.Ok;
    }

    private static Position? Version(string[] entries) =>
        entries.Length == 0 ? null : Position.Of([.. entries.Select(e => ContentHash.TryParse(e, out var hash) ? hash
            : throw CommandException.BadInput($"--at '{e}': expected the {ContentHash.TextLength} characters of an entry, as 'hhs log' shows them"))]);
}
