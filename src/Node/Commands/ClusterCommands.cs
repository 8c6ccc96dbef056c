using System.CommandLine;
using System.Text.Json.Nodes;
using Hhs.Actors.Node;
using Hhs.Node.Clustering;
using Hhs.Node.Control;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary><c>hhs cluster</c>: how the cluster stands that the running node is one of.</summary>
internal static class ClusterCommands
{
    public static Command Make()
    {
        var status = new Command("status", "Show the nodes of the cluster, and what each has");
        status.SetAction((parsed, _) => OnNodeAsync(parsed, async (context, node) =>
        {
            var (json, rows) = await Membership.DescribeAsync(node);
            if (context.Report.Json) context.Report.Write(() => json, () => "");
            else context.Report.Table(["node", "status", "reachable", "shards", "objects", ""], rows);
        }));
        var objects = new Command("objects", "Show the ids of the objects that are at this node");
        objects.SetAction((parsed, _) => OnNodeAsync(parsed, async (context, node) =>
        {
            var here = await Membership.ObjectsAsync(node);
            if (context.Report.Json) context.Report.Write(() => new JsonObject { ["objects"] = JsonLine.Array(here, id => id.ToString()) }, () => "");
            else foreach (var id in here) Console.Out.WriteLine(id);
        }));
        var address = new Argument<string>("NODE") { Description = "HOST:PORT, as 'hhs cluster status' shows it" };
        var down = new Command("down", "Have the cluster go on without a node that is dead for certain: if it lives, it stops") { address };
        down.SetAction((parsed, _) => OnNodeAsync(parsed, (_, node) =>
        {
            Membership.Down(node, parsed.GetValue(address)!);
            return Task.CompletedTask;
        }));
        return new Command("cluster", "Show or change the cluster that the running node is one of") { status, objects, down };
    }

    private static async Task<int> OnNodeAsync(ParseResult parsed, Func<CommandContext, HhsNode, Task> work)
    {
        Membership.Require();
        var context = new CommandContext(parsed);
        if (CommandIo.Current is not { } io) throw CommandException.NotFound($"no node runs on {context.DataDirectory}: start one with 'hhs serve'");
        await work(context, io.Node);
        return ExitCode.Ok;
    }
}
