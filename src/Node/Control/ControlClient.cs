using System.Net.Sockets;

namespace Hhs.Node.Control;

/// <summary>Has a command run by the node that holds the store, instead of by this process.</summary>
internal static class ControlClient
{
    /// <summary>Runs it there, with this process's input and output; null when no node is running on the store.</summary>
    public static Task<int?> TryRunAsync(string dataDirectory, string[] arguments, bool readsInput, CancellationToken cancel) =>
        TryRunAsync(dataDirectory, arguments, readsInput, Console.Out, Console.Error, cancel);

    /// <summary>Runs it there; null when no node is running on the store.</summary>
    public static async Task<int?> TryRunAsync(string dataDirectory, string[] arguments, bool readsInput, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        string path = ControlServer.PathIn(dataDirectory);
        if (!ControlServer.CanBeIn(dataDirectory) || !File.Exists(path)) return null;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
        }
        catch (SocketException)
        {
            return null;   // left behind by a process that was killed
        }
        await using var stream = new NetworkStream(socket);
        new ControlOutput(stream).Say(new ControlMessage.Run(arguments));
        // Reading a terminal cannot be cancelled: this ends with the process.
        if (readsInput) _ = Task.Run(() => SupplyInput(new(stream)), cancel);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            switch (ControlMessage.FromLine(line))
            {
                case ControlMessage.Output(var text): output.Write(text); break;
                case ControlMessage.Error(var text): errors.Write(text); break;
                case ControlMessage.Exit(var code): return code;
            }
        }
        throw new CommandException(ExitCode.Store, "the node that holds the store has stopped: repeat the command; what was acknowledged is stored");
    }

    private static void SupplyInput(ControlOutput to)
    {
        try
        {
            while (Console.In.ReadLine() is { } line) to.Say(new ControlMessage.Input(line));
            to.Say(new ControlMessage.End());
        }
        catch (Exception end) when (end is IOException or ObjectDisposedException)
        {
            // The command has ended without reading all of it.
        }
    }
}
