using System.CommandLine;
using Hhs.Actors.Node;
using Hhs.Model.Hashing;
using Hhs.Model.Types.Space;

namespace Hhs.Node.Commands.Spaces;

/// <summary>What the commands on spaces have in common: opening one, and naming entries.</summary>
internal static class SpaceCommand
{
    public static Argument<string> Target() => new("SPACE") { Description = "Name, id, or the first 6 or more characters of an id" };

    public static Argument<string> Entry() => new("ENTRY") { Description = "An entry, or the first 6 or more characters of one, as 'hhs review' and 'hhs log' show them" };

    /// <summary>A command that works on a space that is stored here.</summary>
    /// <param name="command">The command, with what it takes beside the space.</param>
    /// <param name="run">What it does; answers the exit code.</param>
    public static Command On(Command command, Func<ParseResult, CommandContext, SpaceHandle, Task<int>> run)
    {
        var target = Target();
        command.Arguments.Insert(0, target);
        command.SetAction(async (parsed, _) =>
        {
            var context = new CommandContext(parsed);
            await using var node = await context.OpenOfflineAsync();
            var handle = await ObjectCommand.OpenAsync(node, parsed.GetValue(target)!, null);
            if (handle.TypeId != SpaceType.Id) throw Kinds.Wrong(handle, command.Name, "space");
            return await run(parsed, context, await node.OpenSpaceAsync(handle.Id));
        });
        return command;
    }

    /// <summary>The entry of a space that is meant by a text.</summary>
    public static async Task<ContentHash> EntryOf(SpaceHandle space, string text)
    {
        if (ContentHash.TryParse(text, out var hash)) return hash;
        ContentHash[] matching = text.Length < PrefixLengthMin ? []
            : [.. (await space.Object.LogAsync().ToListAsync()).Select(entry => entry.Hash).Where(entry => entry.ToString().StartsWith(text, StringComparison.Ordinal))];
        return matching switch
        {
            [var only] => only,
            [] => throw CommandException.NotFound($"no entry here begins with '{text}' (give at least {PrefixLengthMin} characters): 'hhs review' and 'hhs log' show them"),
            _ => throw CommandException.BadInput($"'{text}' is ambiguous: {string.Join(", ", matching.Select(m => m.ToString()))}"),
        };
    }

    private const int PrefixLengthMin = 6;
}
