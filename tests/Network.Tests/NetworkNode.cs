using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Hhs.Network.Tests;

/// <summary>The real executable as a node on a host of its own, told what to do by JSON lines (the node of <c>hhs demo</c>).</summary>
internal sealed class NetworkNode : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly StringBuilder _errors = new();
    private readonly Channel<JsonElement> _events = Channel.CreateUnbounded<JsonElement>();
    private readonly Task _reading;

    private NetworkNode(Process process, string folder)
    {
        (_process, _folder) = (process, folder);
        _reading = Task.WhenAll(ReadAsync(), ReadErrorsAsync());
    }

    public string Address { get; private set; } = "";

    public string Errors { get { lock (_errors) return _errors.ToString(); } }

    public static async Task<NetworkNode> StartAsync(NetworkHost host, string listen)
    {
        string folder = Directory.CreateTempSubdirectory("hhs-net-").FullName;
        string config = Path.Combine(folder, "node.conf");
        await File.WriteAllTextAsync(config, Impatient);
        var start = new ProcessStartInfo("ip") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["netns", "exec", host.Name, Path.Combine(AppContext.BaseDirectory, "hhs"), "demo-node", "--data", folder, "--config", config, "--listen", listen, "--verbose"])
            start.ArgumentList.Add(argument);
        var node = new NetworkNode(Process.Start(start)!, folder);
        var ready = await node.NextAsync("ready");
        node.Address = ready.GetProperty("address").GetString()!;
        return node;
    }

    /// <summary>Opens the set that all nodes share.</summary>
    public async Task OpenAsync()
    {
        await SendAsync(new { @do = "open", seed = "network" });
        await NextAsync("opened");
    }

    /// <summary>Writes so many entries, and waits until they are stored.</summary>
    public async Task WriteAsync(int entries, int seed)
    {
        await SendAsync(new { @do = "write", entries, atOnce = 64, pool = entries, randomSeed = seed });
        await NextAsync("written");
    }

    public Task ConnectAsync(params string[] addresses) => SendAsync(new { @do = "connect", peers = addresses });

    /// <summary>Waits until it has so many entries, and answers the hash of its frontier.</summary>
    public async Task<string> UntilEntriesAsync(int entries)
    {
        while (true)
        {
            var state = await NextAsync("state");
            if (state.GetProperty("entries").GetInt32() >= entries) return state.GetProperty("frontier").GetString()!;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // 'ip netns exec' becomes the node: its process is the node's.
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task SendAsync(object order) => await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order));

    private async Task<JsonElement> NextAsync(string kind)
    {
        try
        {
            while (true)
            {
                var what = await _events.Reader.ReadAsync(TestContext.Current.CancellationToken);
                string said = what.GetProperty("event").GetString()!;
                if (said == kind) return what;
                if (said == "failed") throw new InvalidOperationException($"{what}: {Errors}");
            }
        }
        catch (Exception failure) when (failure is ChannelClosedException or OperationCanceledException)
        {
            throw new InvalidOperationException($"waiting for '{kind}' was in vain. The node said:\n{Errors}", failure);
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.EndsWith('}')) await _events.Writer.WriteAsync(JsonDocument.Parse(line).RootElement);
        }
        _events.Writer.Complete();
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line) lock (_errors) _errors.AppendLine(line);
    }

    // Times of the same kind as the defaults, and shorter, so that the tests are.
    private const string Impatient =
        """
        hhs.transport { dial-timeout = 1s, request-timeout = 1s, keep-alive = 1s }
        hhs.mesh { redial-min = 100ms, redial-max = 500ms, handshake-timeout = 1s }
        hhs.sync { request-timeout = 2s, stall-timeout = 1s }
        """;
}
