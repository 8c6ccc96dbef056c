using System.CommandLine;
using System.Text.Json.Nodes;
using Hhs.Actors.Node;
using Hhs.Model.Identity;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary><c>hhs block</c> and <c>hhs unblock</c>: whom this node talks to.</summary>
internal static class BlockCommands
{
    public static Command Block() => On(new Command("block", "Talk to the owner of a key no more: sessions are closed, dials refused, until unblocked"), "blocked", (node, key) => node.Block(key));

    public static Command Unblock() => On(new Command("unblock", "Talk to the owner of a key again"), "unblocked", (node, key) => node.Unblock(key));

    private static Command On(Command command, string done, Action<HhsNode, KeyId> act)
    {
        var who = new Argument<string>("KEYID") { Description = "Key id (or public key), as 'hhs peers' shows it" };
        command.Arguments.Add(who);
        command.SetAction(async (parsed, _) =>
        {
            var context = new CommandContext(parsed);
            var key = CapsCommands.ParseId(parsed.GetValue(who)!);
            await using var node = await context.OpenOfflineAsync();
            act(node, key);
            context.Report.Write(() => new JsonObject { ["done"] = done, ["keyId"] = key.ToString() }, () => $"{done} {key}");
            return ExitCode.Ok;
        });
        return command;
    }
}
