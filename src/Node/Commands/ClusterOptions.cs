using System.CommandLine;

namespace Hhs.Node.Commands;

/// <summary>Where a node is in a cluster as options of a command; what is not given is the configuration's.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string?> _listen = new("--cluster") { Description = "Be a node of a cluster, which the other nodes reach here", HelpName = "HOST:PORT" };
    private readonly Option<string[]> _seeds = new("--seed-node") { Description = "A node that the cluster is found by, this one too where it is the first of all; repeat for more, in the same order on every node", HelpName = "HOST:PORT", DefaultValueFactory = _ => [] };

    public ClusterOptions(Command command)
    {
        command.Options.Add(_listen);
        command.Options.Add(_seeds);
    }

    public void ApplyTo(CommandContext context, ParseResult parsed)
    {
        if (parsed.GetValue(_listen) is { } listen) context.Put("hhs.cluster.listen", Quoted(listen));
        if (parsed.GetValue(_seeds) is { Length: > 0 } seeds) context.Put("hhs.cluster.seeds", $"[{string.Join(", ", seeds.Select(Quoted))}]");
    }

    private static string Quoted(string text) =>
        text.Any(c => c is '"' or '\\' || char.IsControl(c)) ? throw CommandException.BadInput($"'{text}' is not HOST:PORT") : $"\"{text}\"";
}
