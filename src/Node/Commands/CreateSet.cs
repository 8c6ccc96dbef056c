using System.CommandLine;
using Hhs.Model.Types.Set;

namespace Hhs.Node.Commands;

/// <summary><c>hhs create set NAME</c>.</summary>
internal static class CreateSet
{
    public static Command Make()
    {
        var options = new CreateOptions();
        var elements = new Option<string[]>("--element") { Description = "An element that the set begins with; repeat for more", HelpName = "TEXT", DefaultValueFactory = _ => [] };
        var barrierAdd = new Option<bool>("--barrier-add") { Description = "Adds can be barriers: they win over concurrent removes" };
        var barrierDelete = new Option<bool>("--barrier-delete") { Description = "Removes can be barriers: they win over concurrent adds" };
        var redundant = new Option<bool>("--accept-redundant-delete") { Description = "What is not in the set can be removed" };
        var nested = new Option<bool>("--nested") { Description = "The elements are sets themselves" };
        var command = new Command("set", "Create a set. Operations: add, delete") { elements, barrierAdd, barrierDelete, redundant, nested };
        options.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            bool nests = parsed.GetValue(nested), adds = parsed.GetValue(barrierAdd), deletes = parsed.GetValue(barrierDelete);
            if (adds && deletes) throw CommandException.BadInput("--barrier-add and --barrier-delete exclude each other: choose who wins");
            if (nests && parsed.GetValue(elements)!.Length > 0) throw CommandException.BadInput("a nested set begins empty: leave out --element");
            return CreateCommand.RunAsync(new(parsed), parsed.GetValue(options.Name)!, (_, names) => SetPayloads.Create(new SetOptions
            {
                Seed = options.Seed(parsed),
                InitialElements = parsed.GetValue(elements)!,
                ContentType = nests ? SetType.Id : null,
                AcceptRedundantDelete = parsed.GetValue(redundant),
                SupportBarrierAdd = adds ? true : null,
                SupportBarrierDelete = deletes ? true : null,
                Authority = options.Authority(parsed, names),
            }));
        });
        return command;
    }
}
