using System.CommandLine;
using System.Text.Json.Nodes;
using Hhs.Actors.Node;
using Hhs.Model.Hashing;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary>What commands on one object have in common: its argument, <c>--child</c>, opening it, telling the entry written.</summary>
internal static class ObjectCommand
{
    public static Argument<string> Target() => new("OBJECT") { Description = "Name, id, or the first 6 or more characters of an id" };

    public static Option<string?> Child() => new("--child") { Description = "Not the object itself, but the nested object with this id", HelpName = "ID" };

    /// <summary>Opens the object, or what is nested in it.</summary>
    public static async Task<ObjectHandle> OpenAsync(HhsNode node, string target, string? child)
    {
        var childId = Elements.ChildId(child);
        var handle = await node.OpenAsync(new ObjectNames(node.Journal).Resolve(target));
        return childId is { } id ? await handle.NestedAsync(id) : handle;
    }

    /// <summary>Lets a command write one entry, and tells which.</summary>
    /// <param name="command">The command, with what else it takes.</param>
    /// <param name="write">Writes; answers the entry and what was done, for a person.</param>
    public static Command Writing(Command command, Func<ParseResult, HhsNode, ObjectHandle, Task<(ContentHash? Entry, string Done)>> write)
    {
        var target = Target();
        var child = Child();
        command.Arguments.Insert(0, target);
        command.Options.Add(child);
        command.SetAction(async (parsed, _) =>
        {
            var context = new CommandContext(parsed);
            await using var node = await context.OpenOfflineAsync();
            var handle = await OpenAsync(node, parsed.GetValue(target)!, parsed.GetValue(child));
            var (entry, done) = await write(parsed, node, handle);
            context.Report.Write(() => new JsonObject { ["done"] = done, ["entry"] = entry?.ToString() }, () => entry is null ? done : $"{done}  {entry}");
            return ExitCode.Ok;
        });
        return command;
    }
}
