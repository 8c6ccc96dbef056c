using System.CommandLine;
using System.Text.Json.Nodes;
using Hhs.Actors.Audiences;
using Hhs.Model.Hashing;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary><c>hhs offer</c>: to whom this node offers an object.</summary>
internal static class OfferCommand
{
    public static Command Make()
    {
        var target = ObjectCommand.Target();
        var to = new Argument<string[]>("WHO") { Description = $"'{EveryoneWord}', or the key ids (or public keys) of those who may have it; none shows to whom it is offered", Arity = ArgumentArity.ZeroOrMore };
        var holders = new Option<string?>("--holders") { Description = "Offer it to the creators of this capability object and to those who hold a capability of it", HelpName = "CAPS" };
        var capability = new Option<string?>("--capability") { Description = "The capability that --holders means", HelpName = "CAPABILITY" };
        var command = new Command("offer", "Say to whom this node offers an object; to others it is as if it were not here") { target, to, holders, capability };
        command.SetAction(async (parsed, _) =>
        {
            var context = new CommandContext(parsed);
            await using var node = await context.OpenOfflineAsync();
            var names = new ObjectNames(node.Journal);
            var id = names.Resolve(parsed.GetValue(target)!);
            var asked = Read(parsed.GetValue(to)!, parsed.GetValue(holders), parsed.GetValue(capability), names);
            if (asked is not null) await node.OfferToAsync(id, asked);
            var audience = await node.AudienceAsync(id);
            context.Report.Write(() => Json(id, audience), () => $"{id} is offered to {Text(audience)}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Audience? Read(string[] to, string? holders, string? capability, ObjectNames names)
    {
        if ((holders is null) != (capability is null)) throw CommandException.BadInput("--holders CAPS and --capability CAPABILITY go together");
        if (holders is not null)
        {
            if (to.Length > 0) throw CommandException.BadInput("either --holders or WHO, not both");
            if (capability!.Length == 0 || capability.Any(char.IsControl)) throw CommandException.BadInput("--capability needs a name");
            return new Audience.Holders(names.Resolve(holders), capability);
        }
        if (to is [EveryoneWord]) return new Audience.Everyone();
        return to.Length == 0 ? null : new Audience.Keys([.. to.Select(CapsCommands.ParseId)]);
    }

    private static JsonObject Json(ContentHash id, Audience audience)
    {
        var json = new JsonObject { ["id"] = id.ToString() };
        switch (audience)
        {
            case Audience.Everyone: json["to"] = EveryoneWord; break;
            case Audience.Keys(var keys): json["keys"] = JsonLine.Array(keys, k => k.ToString()); break;
            case Audience.Holders(var caps, var capability):
                json["holdersOf"] = caps.ToString();
                json["capability"] = capability;
                break;
        }
        return json;
    }

    private static string Text(Audience audience) => audience switch
    {
        Audience.Keys({ Count: 0 }) => "nobody",
        Audience.Keys(var keys) => string.Join(", ", keys),
        Audience.Holders(var caps, var capability) => $"the creators of {caps} and the holders of {Report.Visible(capability)}",
        _ => "everyone who asks",
    };

    private const string EveryoneWord = "everyone";
}
