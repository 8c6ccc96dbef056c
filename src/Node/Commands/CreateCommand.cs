using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hhs.Model.Types.Set;

namespace Hhs.Node.Commands;

/// <summary><c>hhs create set NAME</c>.</summary>
internal static class CreateCommand
{
    public static Command Make()
    {
        var name = new Argument<string>("NAME") { Description = "Name of the set in this store; peers know it by its id" };
        var elements = new Option<string[]>("--element") { Description = "An element that the set begins with; repeat for more", HelpName = "TEXT", DefaultValueFactory = _ => [] };
        var seed = new Option<string?>("--seed") { Description = "Text that the id is derived from, with the options. Default: NAME and a random number, so that no two sets are one", HelpName = "TEXT" };
        var barrierAdd = new Option<bool>("--barrier-add") { Description = "Adds can be barriers: they win over concurrent removes" };
        var barrierDelete = new Option<bool>("--barrier-delete") { Description = "Removes can be barriers: they win over concurrent adds" };
        var redundant = new Option<bool>("--accept-redundant-delete") { Description = "What is not in the set can be removed" };
        var nested = new Option<bool>("--nested") { Description = "The elements are sets themselves" };
        var set = new Command("set", "Create a set") { name, elements, seed, barrierAdd, barrierDelete, redundant, nested };
        set.SetAction((parsed, _) =>
        {
            var options = new SetOptions
            {
                Seed = parsed.GetValue(seed) ?? $"{parsed.GetValue(name)} {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}",
                InitialElements = parsed.GetValue(elements)!,
                ContentType = parsed.GetValue(nested) ? SetType.Id : null,
                AcceptRedundantDelete = parsed.GetValue(redundant),
                SupportBarrierAdd = parsed.GetValue(barrierAdd) ? true : null,
                SupportBarrierDelete = parsed.GetValue(barrierDelete) ? true : null,
            };
            return RunAsync(new(parsed), parsed.GetValue(name)!, options);
        });
        return new Command("create", "Create an object") { set };
    }

    private static async Task<int> RunAsync(CommandContext context, string name, SetOptions options)
    {
        if (options is { SupportBarrierAdd: true, SupportBarrierDelete: true }) throw CommandException.BadInput("--barrier-add and --barrier-delete exclude each other: choose who wins");
        if (options is { ContentType: not null, InitialElements.Count: > 0 }) throw CommandException.BadInput("a nested set begins empty: leave out --element");
        await using var node = await context.StartAsync(context.Settings with { Listen = [], Peers = [] });
        var names = new ObjectNames(node.Journal);
        names.RequireFree(name, Hhs.Model.Dag.Entry.Make(SetPayloads.Create(options), Hhs.Model.Dag.Position.Empty).Hash);
        var set = await node.CreateSetAsync(options);
        names.Give(name, set.Id);
        context.Report.Write(
            () => new JsonObject { ["id"] = set.Id.ToString(), ["name"] = name, ["seed"] = options.Seed },
            () => $"{set.Id}  {name}");
        return ExitCode.Ok;
    }
}
