using System.CommandLine;
using Hhs.Model.Identity;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Space;

namespace Hhs.Node.Commands.Spaces;

/// <summary><c>hhs create space NAME</c>.</summary>
internal static class CreateSpace
{
    public static Command Make()
    {
        var options = new CreateOptions();
        var caps = new Option<string[]>("--capability", "--cap") { Description = "A capability of the space, and the capabilities whose holders may grant and revoke it (default: the creator alone); repeat for more", HelpName = "NAME[=MANAGER,...]", DefaultValueFactory = _ => [] };
        var requires = new Option<string[]>("--requires", "--require") { Description = $"What takes which capability: {string.Join(", ", Actions)}; repeat for more", HelpName = "ACTION=CAPABILITY", DefaultValueFactory = _ => [] };
        var seals = new Option<string?>("--seal-authority") { Description = "Who may make things final: a key id, or 'none'. Default: this identity", HelpName = "KEYID|none" };
        var command = new Command("space", "Create a space: several objects that are changed together. This identity is its creator") { caps, requires, seals };
        options.AddTo(command, governed: false);
        command.SetAction((parsed, _) =>
        {
            var capabilities = Capabilities(parsed.GetValue(caps)!);
            var required = Requires(parsed.GetValue(requires)!, capabilities);
            string? authority = parsed.GetValue(seals);
            KeyId? sealer = authority is null or SpaceCreate.NoSealAuthority ? null : CapsCommands.ParseId(authority);
            return CreateCommand.RunAsync(new(parsed), parsed.GetValue(options.Name)!, (node, _) => SpacePayloads.Create(new SpaceOptions
            {
                Seed = options.Seed(parsed),
                Creators = [node.PublicKey],
                SealAuthority = sealer,
                HasNoSealAuthority = authority == SpaceCreate.NoSealAuthority,
                Capabilities = capabilities.Count == 0 ? null : capabilities,
                Requires = required,
            }));
        });
        return command;
    }

    private static Dictionary<string, IReadOnlyList<string>> Capabilities(string[] texts)
    {
        var all = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            var (name, managers) = text.Contains('=', StringComparison.Ordinal) ? CreateOptions.Pair(text, "--capability", "NAME[=MANAGER,...]") : (text, CapabilityType.CreatorManager);
            CapsCommands.RequireFree(name);
            all[name] = managers.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        return all;
    }

    private static Dictionary<string, string> Requires(string[] texts, Dictionary<string, IReadOnlyList<string>> capabilities)
    {
        if (texts.Length > 0 && capabilities.Count == 0) throw CommandException.BadInput("--requires needs a --capability: such as --capability buy --requires transact=buy");
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            var (action, capability) = CreateOptions.Pair(text, "--requires", "ACTION=CAPABILITY");
            if (!Actions.Contains(action)) throw CommandException.BadInput($"--requires '{text}': '{action}' is no action of a space; these are {string.Join(", ", Actions)}");
            if (!all.TryAdd(action, capability)) throw CommandException.BadInput($"--requires names the action '{action}' twice: one capability each");
        }
        return all;
    }

    private static readonly string[] Actions = ["member", "op", "resolve", "transact"];
}
