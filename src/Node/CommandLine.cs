using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Hhs.Node.Commands;
using Hhs.Node.Demo;
using Hhs.Node.Output;

namespace Hhs.Node;

/// <summary>The command line: parses, runs one command, turns what went wrong into a message and an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args, NoResponseFiles);
        if (parsed.Action is ParseErrorAction) return Misspelled(parsed);
        using var interrupt = new Interrupt();
        try
        {
            return await parsed.InvokeAsync(OwnHandlers, interrupt.Token);
        }
        catch (Exception failure)
        {
            var (code, message) = Failure.Of(failure);
            Failure.Write(Console.Error, parsed.GetValue(GlobalOptions.Json), code, message);
            return code;
        }
    }

    private static RootCommand Root()
    {
        var root = new RootCommand("Hyper Hyper Space objects: written offline, verified entry by entry, synced between peers.")
        {
            GlobalOptions.Data, GlobalOptions.Json, GlobalOptions.Config, GlobalOptions.Verbose,
            IdCommand.Make(), CreateCommand.Make(), ListCommand.Make(), AddCommand.Make(), RemoveCommand.Make(), EditCommands.Inc(), EditCommands.Set(),
            EditCommands.Clear(), EditCommands.Insert(), EditCommands.Delete(), EditCommands.Move(), ShowCommand.Make(), ConflictCommands.Conflicts(), ConflictCommands.Resolve(), CapsCommands.Enroll(),
            CapsCommands.Define(), CapsCommands.Abolish(), CapsCommands.Grant(), CapsCommands.Revoke(), CapsCommands.Advance(), LogCommand.Make(), ServeCommand.Make(), JoinCommand.Make(), VerifyCommand.Make(), DemoCommand.Make(), DemoNodeCommand.Make(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExitCodes((HelpAction)help.Action!);
        return root;
    }

    private static int Misspelled(ParseResult parsed)
    {
        string message = string.Join(" ", parsed.Errors.Select(e => e.Message));
        var words = new List<string>();
        for (var command = parsed.CommandResult; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult) words.Insert(0, command.Command.Name);
        Failure.Write(Console.Error, parsed.GetValue(GlobalOptions.Json), ExitCode.BadInput, $"{message} See: {string.Join(' ', words)} --help");
        return ExitCode.BadInput;
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

    // An element may start with '@'.
    private static readonly ParserConfiguration NoResponseFiles = new() { ResponseFileTokenReplacer = null };

    private static readonly InvocationConfiguration OwnHandlers = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
}
