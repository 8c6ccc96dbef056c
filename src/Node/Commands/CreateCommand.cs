using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Hhs.Actors.Node;
using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Text;
using Hhs.Node.Commands.Spaces;

namespace Hhs.Node.Commands;

/// <summary><c>hhs create</c>: one subcommand for each type.</summary>
internal static class CreateCommand
{
    public static Command Make() => new Command("create", "Create an object")
    {
        CreateCaps.Make(), Counter(), GrowSet(), List(), Log(), CreateRecord.Make(), Register(), CreateSet.Make(), CreateSpace.Make(), Text(),
    };

    private static Command Counter()
    {
        var initial = new Option<long>("--initial") { Description = "What it begins at", HelpName = "N", CustomParser = Numbers.Parser("--initial", "5 or -3", long.MinValue, long.MaxValue) };
        return Governed(new Command("counter", "Create a counter. Operations: add") { initial }, (parsed, seed) => CounterPayloads.Create(seed, parsed.GetValue(initial)));
    }

    private static Command GrowSet()
    {
        var elements = new Option<string[]>("--element") { Description = "An element that the set begins with; repeat for more", HelpName = "TEXT", DefaultValueFactory = _ => [] };
        return Governed(new Command("growset", "Create a set from which nothing is ever removed. Operations: add") { elements },
            (parsed, seed) => GrowSetPayloads.Create(seed, [.. parsed.GetValue(elements)!.Select(e => (Literal)e)]));
    }

    private static Command List() => Governed(new Command("list", "Create a list. Operations: insert, delete, move"), (_, seed) => SequencePayloads.Create(seed));

    private static Command Log() => Governed(new Command("log", "Create an append-only log. Operations: append"), (_, seed) => LogPayloads.Create(seed));

    private static Command Register()
    {
        var initial = new Option<string?>("--initial") { Description = "The value that it begins with", HelpName = "VALUE" };
        var json = Values.JsonOption();
        return Governed(new Command("register", "Create a register: one value. Operations: set, clear") { initial, json },
            (parsed, seed) => RegisterPayloads.Create(seed, parsed.GetValue(initial) is { } value ? Values.Parse(value, parsed.GetValue(json)) : null));
    }

    private static Command Text() => Governed(new Command("text", "Create a text. Operations: insert, delete"), (_, seed) => TextPayloads.Create(seed));

    /// <summary>A subcommand whose objects take an authority as our types do.</summary>
    public static Command Governed(Command command, Func<ParseResult, string, Literal.Map> payload)
    {
        var options = new CreateOptions();
        options.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(new(parsed), parsed.GetValue(options.Name)!, (_, names) =>
        {
            var create = payload(parsed, options.Seed(parsed));
            return options.Authority(parsed, names) is { } rules ? rules.WriteTo(create) : create;
        }));
        return command;
    }

    /// <summary>Creates an object and names it.</summary>
    public static async Task<int> RunAsync(CommandContext context, string name, Func<HhsNode, ObjectNames, Literal.Map> payload)
    {
        await using var node = await context.StartAsync(context.Settings with { Listen = [], Peers = [] });
        var names = new ObjectNames(node.Journal);
        var create = payload(node, names);
        names.RequireFree(name, Entry.Make(create, Position.Empty).Hash);
        var made = await node.CreateAsync(create);
        names.Give(name, made.Id);
        context.Report.Write(
            () => new JsonObject { ["id"] = made.Id.ToString(), ["name"] = name, ["seed"] = create.Text("seed"), ["type"] = made.TypeId },
            () => $"{made.Id}  {name}");
        return ExitCode.Ok;
    }
}
