using System.CommandLine;
using System.Security.Cryptography;
using Hhs.Model.Types.Authority;

namespace Hhs.Node.Commands;

/// <summary>What every <c>hhs create</c> takes: name, seed, and who may do what.</summary>
internal sealed class CreateOptions
{
    private readonly Option<string?> _seed = new("--seed") { Description = "Text that the id is derived from, with the options. Default: NAME and a random number, so that no two objects are one", HelpName = "TEXT" };
    private readonly Option<string?> _caps = new("--caps") { Description = "The capability object that says who may write; with --require", HelpName = "OBJECT" };
    private readonly Option<string[]> _require = new("--require") { Description = "An operation and the capability that it needs; repeat for more", HelpName = "OPERATION=CAPABILITY", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> _advance = new("--ref-advance") { Description = "A capability whose holders may say which state of the capability object counts, beside its creators; repeat for more", HelpName = "CAPABILITY", DefaultValueFactory = _ => [] };

    public Argument<string> Name { get; } = new("NAME") { Description = "Name of the object in this store; peers know it by its id" };

    /// <summary>Adds name and options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="governed">Whether objects of the type can have an authority.</param>
    public void AddTo(Command command, bool governed = true)
    {
        command.Arguments.Add(Name);
        command.Options.Add(_seed);
        if (!governed) return;
        foreach (var option in (Option[])[_caps, _require, _advance]) command.Options.Add(option);
    }

    public string Seed(ParseResult parsed) => parsed.GetValue(_seed) ?? $"{parsed.GetValue(Name)} {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";

    /// <summary>Who may do what; null where anybody may do anything.</summary>
    public AuthorityRules? Authority(ParseResult parsed, ObjectNames names)
    {
        string[] require = parsed.GetValue(_require)!, advance = parsed.GetValue(_advance)!;
        if (parsed.GetValue(_caps) is not { } caps)
        {
            if (require.Length + advance.Length > 0) throw CommandException.BadInput("--require and --ref-advance need --caps: make a capability object with 'hhs create caps NAME --cap write'");
            return null;
        }
        if (require.Length == 0) throw CommandException.BadInput("--caps needs at least one --require, such as --require add=write");
        var requirements = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string text in require)
        {
            var (operation, capability) = Pair(text, "--require", "OPERATION=CAPABILITY");
            if (!requirements.TryAdd(operation, capability)) throw CommandException.BadInput($"--require names the operation '{operation}' twice: one capability each");
        }
        return new(names.Resolve(caps).ToString(), requirements, advance, RefAdvanceCreators: true);
    }

    /// <summary>Parts a text at its first '='.</summary>
    public static (string Left, string Right) Pair(string text, string option, string shape) =>
        text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (text[..at], text[(at + 1)..]) : throw CommandException.BadInput($"{option} '{text}': expected {shape}");
}
