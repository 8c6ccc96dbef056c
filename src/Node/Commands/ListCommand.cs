using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Hhs.Actors.Journal;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary><c>hhs list</c>.</summary>
internal static class ListCommand
{
    public static Command Make()
    {
        var command = new Command("list", "List the objects in the store");
        command.SetAction(parsed =>
        {
            var context = new CommandContext(parsed);
            return context.Read(journal => Run(context, journal));
        });
        return command;
    }

    private static int Run(CommandContext context, IJournal journal)
    {
        var names = new ObjectNames(journal).All.ToLookup(n => n.Id, n => n.Name);
        if (context.Report.Json)
        {
            foreach (var o in journal.Objects)
            {
                context.Report.Write(() => new JsonObject
                {
                    ["id"] = o.ObjectId.ToString(), ["names"] = JsonLine.Array(names[o.ObjectId], n => n), ["entries"] = o.EntryCount,
                }, () => "");
            }
            return ExitCode.Ok;
        }
        context.Report.Table(
            ["id", "entries", "name"],
            [.. journal.Objects.Select(o => (string[])[o.ObjectId.ToString(), o.EntryCount.ToString(CultureInfo.InvariantCulture), string.Join(", ", names[o.ObjectId])])]);
        return ExitCode.Ok;
    }
}
