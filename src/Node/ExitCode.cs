namespace Hhs.Node;

/// <summary>What the process ends with. Scripts rely on these numbers: docs/cli.md lists them, and they do not change.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Refused = 1;
    public const int BadInput = 2;
    public const int NotFound = 3;
    public const int Store = 4;
    public const int Network = 5;
    public const int Failed = 6;
    public const int Bug = 70;
    public const int Interrupted = 130;

    /// <summary>Each code with its meaning, as the help shows them.</summary>
    public static readonly IReadOnlyList<(int Code, string Meaning)> All =
    [
        (Ok, "done"),
        (Refused, "the operation was refused: the object's rules do not allow it"),
        (BadInput, "bad input: an option, id, name, address or configuration value makes no sense"),
        (NotFound, "not found: no such object here, or no peer has it"),
        (Store, "the store or the identity cannot be used: locked, damaged, newer, not writable"),
        (Network, "the network: a port is in use, no peer can be reached, a peer proved a wrong key"),
        (Failed, "a check failed: damaged entries found, or nodes that did not end alike in time"),
        (Bug, "a bug in hhs"),
        (Interrupted, "interrupted by Ctrl-C or SIGTERM before it was done"),
    ];
}

/// <summary>A command cannot go on; the message says what to do, the code is the process's.</summary>
internal sealed class CommandException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;

    public static CommandException BadInput(string message) => new(ExitCode.BadInput, message);

    public static CommandException NotFound(string message) => new(ExitCode.NotFound, message);
}
