using System.CommandLine;
using System.Text.Json.Nodes;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Set;
using Hhs.Node.Output;

namespace Hhs.Node.Commands.Spaces;

/// <summary><c>hhs member SPACE NAME TYPE</c>.</summary>
internal static class MemberCommand
{
    public static Command Make()
    {
        var name = new Argument<string>("NAME") { Description = "What the member is called" };
        var type = new Argument<string?>("TYPE") { Description = $"Its type: {Kinds.Nestable}", Arity = ArgumentArity.ZeroOrOne };
        var initial = new Option<string?>("--initial") { Description = "What a counter or register begins with", HelpName = "VALUE" };
        var elements = new Option<string[]>("--element") { Description = "An element that a set or growset begins with; repeat for more", HelpName = "TEXT", DefaultValueFactory = _ => [] };
        var values = new Option<string[]>("--value") { Description = "A field that a record begins with; repeat for more", HelpName = "FIELD=VALUE", DefaultValueFactory = _ => [] };
        var requires = new Option<string[]>("--requires", "--require") { Description = "An action of the type and the capability of the space that it takes; repeat for more", HelpName = "ACTION=CAPABILITY", DefaultValueFactory = _ => [] };
        var create = new Option<string?>("--create") { Description = "Instead of TYPE and its options: any create payload", HelpName = "JSON" };
        var json = Values.JsonOption();
        return SpaceCommand.On(new Command("member", "Add a member to a space") { name, type, initial, elements, values, requires, create, json }, async (parsed, context, space) =>
        {
            var begins = new Beginning(parsed.GetValue(initial), parsed.GetValue(elements)!, parsed.GetValue(values)!, parsed.GetValue(json));
            var payload = (parsed.GetValue(create), parsed.GetValue(type)) switch
            {
                ({ } text, null) => Values.Parse(text, true) as Literal.Map ?? throw CommandException.BadInput("--create takes a JSON object: the create payload of a type"),
                (null, { } kind) => begins.Of(kind, parsed.GetValue(name)!),
                _ => throw CommandException.BadInput($"say what the member is, either by a TYPE ({Kinds.Nestable}) or by --create JSON"),
            };
            var member = await space.AddMemberAsync(parsed.GetValue(name)!, payload, Requires(parsed.GetValue(requires)!));
            context.Report.Write(
                () => new JsonObject { ["entry"] = member.Id.ToString(), ["member"] = member.Id.ToString(), ["name"] = member.Name, ["type"] = member.TypeId },
                () => $"{member.Id}  {Report.Visible(member.Name)}");
            return ExitCode.Ok;
        });
    }

    private static Dictionary<string, string>? Requires(string[] texts)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            var (action, capability) = CreateOptions.Pair(text, "--requires", "ACTION=CAPABILITY");
            if (!all.TryAdd(action, capability)) throw CommandException.BadInput($"--requires names the action '{action}' twice: one capability each");
        }
        return all.Count == 0 ? null : all;
    }

    private sealed record Beginning(string? Initial, string[] Elements, string[] Fields, bool IsJson)
    {
        public Literal.Map Of(string kind, string seed)
        {
            string? wrong = Initial is not null && kind is not ("counter" or "register") ? "--initial"
                : Elements.Length > 0 && kind is not ("set" or "growset") ? "--element"
                : Fields.Length > 0 && kind != "record" ? "--value" : null;
            if (wrong is not null) throw CommandException.BadInput($"a {kind} does not begin with anything that {wrong} says: leave it out");
            return kind switch
            {
                "counter" => CounterPayloads.Create(seed, Initial is null ? 0 : SpaceSyntax.Whole(Initial, "--initial")),
                "growset" => GrowSetPayloads.Create(seed, [.. Elements.Select(e => Values.Parse(e, IsJson))]),
                "record" => RecordPayloads.Create(seed, Fields.Length == 0 ? null : Fields.Aggregate(Literal.Map.Empty, (map, text) =>
                    CreateOptions.Pair(text, "--value", "FIELD=VALUE") is var (field, value) ? map.With(field, Values.Parse(value, IsJson)) : map)),
                "register" => RegisterPayloads.Create(seed, Initial is null ? null : Values.Parse(Initial, IsJson)),
                "set" => SetPayloads.Create(new SetOptions { Seed = seed, InitialElements = Elements, AcceptRedundantAdd = true, AcceptRedundantDelete = true }),
                _ => Kinds.Nested(kind, seed) ?? throw CommandException.BadInput($"no member can be of type '{kind}'; types are {Kinds.Nestable}"),
            };
        }
    }
}
