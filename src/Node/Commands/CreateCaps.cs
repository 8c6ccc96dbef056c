using System.CommandLine;
using Hhs.Model.Types.Capabilities;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary><c>hhs create caps NAME</c>.</summary>
internal static class CreateCaps
{
    public static Command Make()
    {
        var options = new CreateOptions();
        var caps = new Option<string[]>("--cap") { Description = "A capability, and the capabilities whose holders may grant and revoke it (default: the creator alone); repeat for more", HelpName = "NAME[=MANAGER,...]", DefaultValueFactory = _ => [] };
        var originals = new Option<bool>("--for-originals") { Description = "Of the type that the TypeScript original reads. There, anybody can bring a revoked grant back" };
        var command = new Command("caps", "Create a capability object: who may do what. This identity is its creator") { caps, originals };
        options.AddTo(command, governed: false);
        command.SetAction((parsed, _) =>
        {
            var context = new CommandContext(parsed);
            bool forOriginals = parsed.GetValue(originals);
            var initial = Capabilities(parsed.GetValue(caps)!);
            if (forOriginals) Failure.Warn(Console.Error, context.Report.Json, Weakness);
            return CreateCommand.RunAsync(context, parsed.GetValue(options.Name)!, (node, _) =>
                CapabilityPayloads.Create(forOriginals ? CapabilityType.Original : CapabilityType.Ours, options.Seed(parsed), [node.PublicKey], initial));
        });
        return command;
    }

    private static Dictionary<string, string[]> Capabilities(string[] texts)
    {
        var all = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            var (name, managers) = text.Contains('=', StringComparison.Ordinal) ? CreateOptions.Pair(text, "--cap", "NAME[=MANAGER,...]") : (text, CapabilityType.CreatorManager);
            CapsCommands.RequireFree(name);
            all[name] = managers.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        return all;
    }

    private const string Weakness =
        "warning: with this type a revocation does not last. Anybody who has seen a signed grant can append it again after it was revoked, and it counts. "
        + "Use it only for objects that you share with the TypeScript original; leave out --for-originals for everything else.";
}
