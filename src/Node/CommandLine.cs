using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Hhs.Node.Commands;
using Hhs.Node.Commands.Spaces;
using Hhs.Node.Control;
using Hhs.Node.Demo;
using Hhs.Node.Output;

namespace Hhs.Node;

/// <summary>The command line: parses, runs one command, turns what went wrong into a message and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command: in the node that holds the store, if one is running, else here.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var interrupt = new Interrupt();
        return await ExecuteAsync(args, interrupt.Token);
    }

    /// <summary>Runs a command, whoever asked for it.</summary>
    public static async Task<int> ExecuteAsync(string[] args, CancellationToken cancel)
    {
        var parsed = Root().Parse(args, NoResponseFiles);
        if (parsed.Action is ParseErrorAction) return Misspelled(parsed);
        try
        {
            return await ElsewhereAsync(parsed, args, cancel) ?? await parsed.InvokeAsync(OwnHandlers, cancel);
        }
        catch (Exception failure)
        {
            var (code, message) = Failure.Of(failure);
            Failure.Write(Console.Error, parsed.GetValue(GlobalOptions.Json), code, message);
            return code;
        }
    }

    // One process at a time holds a store. What is asked of the store while a node serves it, that node does.
    private static async Task<int?> ElsewhereAsync(ParseResult parsed, string[] args, CancellationToken cancel)
    {
        if (CommandIo.Current is not null || !IsOnStore(parsed)) return null;
        return await ControlClient.TryRunAsync(CommandContext.DataDirectoryOf(parsed), TransactCommand.WithFullPath(args), readsInput: args.Contains("--stdin"), cancel);
    }

    private static RootCommand Root()
    {
        var root = new RootCommand("Hyper Hyper Space objects: written offline, verified entry by entry, synced between peers.")
        {
            GlobalOptions.Data, GlobalOptions.Json, GlobalOptions.Config, GlobalOptions.Verbose,
            IdCommand.Make(), CreateCommand.Make(), ListCommand.Make(), AddCommand.Make(), RemoveCommand.Make(), EditCommands.Inc(), EditCommands.Set(),
            EditCommands.Clear(), EditCommands.Insert(), EditCommands.Delete(), EditCommands.Move(), ShowCommand.Make(), ConflictCommands.Conflicts(), ConflictCommands.Resolve(), CapsCommands.Enroll(),
            CapsCommands.Define(), CapsCommands.Abolish(), CapsCommands.Grant(), CapsCommands.Revoke(), CapsCommands.Advance(), LogCommand.Make(), MemberCommand.Make(), TransactCommand.Make(), ReviewCommands.Review(), ReviewCommands.Explain(), ReviewCommands.Seal(), ServeCommand.Make(), TrackerCommand.Make(), RelayCommand.Make(), ShareCommand.Make(), OfferCommand.Make(), JoinCommand.Make(), PeersCommand.Make(), ClusterCommands.Make(), BlockCommands.Block(), BlockCommands.Unblock(), VerifyCommand.Make(), DemoCommand.Make(), DemoNodeCommand.Make(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExitCodes((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Whether a running node can carry the command out on its store.</summary>
    public static bool IsOnStore(string[] args) => IsOnStore(Root().Parse(args, NoResponseFiles));

    // Another action than the command's own is --help or --version.
    private static bool IsOnStore(ParseResult parsed) =>
        parsed.Action == parsed.CommandResult.Command.Action && Words(parsed) is [_, var name, ..] && OnStore.Contains(name);

    private static int Misspelled(ParseResult parsed)
    {
        string message = string.Join(" ", parsed.Errors.Select(e => e.Message));
        Failure.Write(Console.Error, parsed.GetValue(GlobalOptions.Json), ExitCode.BadInput, $"{message} See: {string.Join(' ', Words(parsed))} --help");
        return ExitCode.BadInput;
    }

    // The name of the executable, of the command, and of the command within it.
    private static List<string> Words(ParseResult parsed)
    {
        var words = new List<string>();
        for (var command = parsed.CommandResult; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult) words.Insert(0, command.Command.Name);
        return words;
    }

    private sealed class HelpWithExitCodes(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int code = help.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Exit codes:");
            foreach (var (number, meaning) in ExitCode.All) output.WriteLine($"  {number,-5}{meaning}");
            return code;
        }
    }

    // Commands that a running node can carry out on its store. The others have a node of their own, or none.
    private static readonly HashSet<string> OnStore = new(StringComparer.Ordinal)
    {
        "abolish", "add", "advance", "block", "clear", "cluster", "conflicts", "create", "define", "delete", "enroll", "explain", "grant", "inc", "insert", "join", "list", "log",
        "member", "move", "offer", "peers", "remove", "resolve", "review", "revoke", "seal", "set", "share", "show", "tx", "unblock",
    };

    // An element may start with '@'.
    private static readonly ParserConfiguration NoResponseFiles = new() { ResponseFileTokenReplacer = null };

    private static readonly InvocationConfiguration OwnHandlers = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
}
