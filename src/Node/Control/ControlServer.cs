using System.Collections.Concurrent;
using System.Net.Sockets;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;

namespace Hhs.Node.Control;

/// <summary>Lets other commands of this machine's user work on the store that a running node holds.</summary>
/// <remarks>
/// A Unix socket in the data folder, which only its owner may use. Whoever has the store's lock may replace a socket that an
/// earlier process left behind.
/// </remarks>
internal sealed class ControlServer : IAsyncDisposable
{
    private readonly HhsNode _node;
    private readonly HhsSettings _settings;
    private readonly Socket _listener;
    private readonly string _path;
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<Task, bool> _running = [];
    private readonly Task _accepting;

    private ControlServer(HhsNode node, HhsSettings settings, Socket listener, string path)
    {
        (_node, _settings, _listener, _path) = (node, settings, listener, path);
        _accepting = AcceptAsync();
    }

    /// <summary>The socket of a data folder.</summary>
    public static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "control.sock");

    /// <summary>Whether a socket can be there: the system bounds the length of its path.</summary>
    public static bool CanBeIn(string dataDirectory) => System.Text.Encoding.UTF8.GetByteCount(PathIn(dataDirectory)) <= PathBytesMax;

    /// <summary>Listens; null where no socket can be, and the node then works without it.</summary>
    public static ControlServer? Start(HhsNode node, HhsSettings settings)
    {
        if (settings.DataDirectory is not { } folder || !CanBeIn(folder)) return null;
        string path = PathIn(folder);
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen(WaitingMax);
        CommandIo.Install();
        return new(node, settings, listener, path);
    }

    private async Task AcceptAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            Socket caller;
            try
            {
                caller = await _listener.AcceptAsync(_ending.Token);
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            var serving = ServeAsync(caller);
            _running.TryAdd(serving, true);
            _ = serving.ContinueWith(done => _running.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket caller)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        await using var stream = new NetworkStream(caller, ownsSocket: true);
        using var reader = new StreamReader(stream);
        var output = new ControlOutput(stream);
        try
        {
            if (await reader.ReadLineAsync(cancel.Token) is not { } line || ControlMessage.FromLine(line) is not ControlMessage.Run { Arguments: not null } run) return;
            if (!CommandLine.IsOnStore(run.Arguments)) return;
            using var input = new ControlInput();
            var feeding = FeedAsync(reader, input, cancel);
            var io = new CommandIo(input, output.Of(text => new ControlMessage.Output(text)), output.Of(text => new ControlMessage.Error(text)), _node, _settings);
            int code = await io.RunAsync(() => CommandLine.ExecuteAsync(run.Arguments, cancel.Token));
            output.Say(new ControlMessage.Exit(code));
            cancel.Cancel();
            await feeding;
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The caller has gone; what it had acknowledged is stored.
        }
    }

    private static async Task FeedAsync(StreamReader reader, ControlInput input, CancellationTokenSource cancel)
    {
        try
        {
            while (await reader.ReadLineAsync(cancel.Token) is { } line)
            {
                if (ControlMessage.FromLine(line) is ControlMessage.Input supplied) await Task.Run(() => input.Supply(supplied.Line, cancel.Token));
                else input.End();
            }
            cancel.Cancel();   // the caller hung up: Ctrl-C there
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or ObjectDisposedException)
        {
            cancel.Cancel();
        }
        finally
        {
            input.End();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _ending.Cancel();
        _listener.Dispose();
        await _accepting;
        // A command can wait a minute for an object of another node, or for a node that has ended. It has acknowledged nothing.
        await Task.WhenAll(_running.Keys).WaitAsync(CommandsEnd).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        File.Delete(_path);
        _ending.Dispose();
    }

    private static readonly TimeSpan CommandsEnd = TimeSpan.FromSeconds(2);
    private const int WaitingMax = 256;   // one more would be told that no node is here
    private const int PathBytesMax = 104;   // the least of the common systems
}
