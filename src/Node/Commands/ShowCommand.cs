using System.CommandLine;
using System.Text.Json.Nodes;
using Hhs.Model.Json;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary><c>hhs show</c>.</summary>
internal static class ShowCommand
{
    public static Command Make()
    {
        var target = new Argument<string>("OBJECT") { Description = "Name, id, or the first 6 or more characters of an id" };
        var child = new Option<string?>("--child") { Description = "Not the set itself, but the nested set with this id", HelpName = "ID" };
        var command = new Command("show", "Show what a set holds") { target, child };
        command.SetAction((parsed, _) => RunAsync(new(parsed), parsed.GetValue(target)!, parsed.GetValue(child)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string target, string? child)
    {
        var childId = Elements.ChildId(child);
        await using var node = await context.OpenOfflineAsync();
        var names = new ObjectNames(node.Journal);
        var id = names.Resolve(target);
        var set = await node.OpenSetAsync(id);
        var contents = childId is { } nested ? await set.NestedContentsAsync(nested) : await set.ContentsAsync();
        var status = await set.Object.StatusAsync();
        if (context.Report.Json)
        {
            context.Report.Write(() => new JsonObject
            {
                ["id"] = id.ToString(), ["names"] = JsonLine.Array(names.All.Where(n => n.Id == id), n => n.Name), ["entries"] = status.Entries,
                ["frontier"] = JsonLine.Array(status.Frontier, h => h.ToString()), ["contentsHash"] = contents.Hash.ToString(),
                ["elements"] = JsonLine.Array(contents.Elements, e => new JsonObject { ["hash"] = e.Hash.ToString(), ["element"] = JsonLine.From(e.Element) }),
            }, () => "");
            return ExitCode.Ok;
        }
        context.Report.Table(["hash", "element"], [.. contents.Elements.Select(e => (string[])[e.Hash.ToString(), Text(e.Element)])]);
        Console.Out.WriteLine($"{contents.Elements.Count} elements, {status.Entries} entries, contents hash {contents.Hash}");
        return ExitCode.Ok;
    }

    // A text as it is, anything else as JSON.
    private static string Text(Literal element) => Report.Visible(element is Literal.String text ? text.Value : element.ToString());
}
