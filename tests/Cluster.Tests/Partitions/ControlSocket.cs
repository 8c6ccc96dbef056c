using System.Net.Sockets;
using System.Text;
using Hhs.Node.Control;

namespace Hhs.Cluster.Tests.Partitions;

/// <summary>Has a running node carry a command out, as another process of its user does.</summary>
internal static class ControlSocket
{
    /// <summary>What a command ended with, and what it wrote to its standard output and error.</summary>
    public sealed record Result(int Code, string Output, string Error);

    /// <summary>Runs it; null when the node is not there, ends meanwhile, or takes longer than that: then the outcome is not known.</summary>
    public static async Task<Result?> RunAsync(string folder, TimeSpan within, params string[] arguments)
    {
        using var patience = new CancellationTokenSource(within);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(ControlServer.PathIn(folder)), patience.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(new ControlMessage.Run(arguments).ToLine() + "\n"), patience.Token);
            using var reader = new StreamReader(stream);
            var (output, error) = (new StringBuilder(), new StringBuilder());
            while (await reader.ReadLineAsync(patience.Token) is { } line)
            {
                switch (ControlMessage.FromLine(line))
                {
                    case ControlMessage.Output(var text): output.Append(text); break;
                    case ControlMessage.Error(var text): error.Append(text); break;
                    case ControlMessage.Exit(var code): return new(code, output.ToString(), error.ToString());
                }
            }
            return null;
        }
        catch (Exception end) when (end is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }
}
