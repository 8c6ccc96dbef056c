using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hhs.Network.Tests;

namespace Hhs.Cluster.Tests.Partitions;

/// <summary><c>hhs serve</c>, the real executable, on a host of its own.</summary>
internal sealed class ServeNode : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient _http;
    private readonly Task _reading;

    private ServeNode(Process process, NetworkHost host, string folder)
    {
        (_process, Folder) = (process, folder);
        _http = new(new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(ConnectInside(host)) }) { BaseAddress = new("http://127.0.0.1"), Timeout = TimeSpan.FromSeconds(5) };
        _reading = Task.WhenAll(ReadAsync(), ReadErrorsAsync());
        Ended = EndAsync();
    }

    public string Folder { get; }

    /// <summary>What it ended with.</summary>
    public Task<int> Ended { get; }

    /// <summary>How long heartbeats have been apart at most, as its warnings say.</summary>
    public TimeSpan LatestHeartbeat => TimeSpan.FromMilliseconds(Regex.Matches(Errors, @"heartbeat was sent \[([0-9.]+)\] ms ago").Select(m => double.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max());

    public string Errors { get { lock (_errors) return _errors.ToString(); } }

    /// <summary>Starts it; done when it listens, which is before it is a member.</summary>
    public static async Task<ServeNode> StartAsync(NetworkHost host, string folder, string config)
    {
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, "node.conf");
        await File.WriteAllTextAsync(file, config);
        var start = new ProcessStartInfo("ip") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["netns", "exec", host.Name, Path.Combine(AppContext.BaseDirectory, "hhs"), "serve", "--config", file, "--json", "--health", $"{HealthPort}"]) start.ArgumentList.Add(argument);
        start.Environment["DOTNET_TieredPGO"] = "0";   // these live for seconds
        var node = new ServeNode(Process.Start(start)!, host, folder);
        if (await Task.WhenAny(node._listening.Task, node.Ended) == node.Ended) throw new InvalidOperationException($"hhs serve ended with {await node.Ended}: {node.Errors}");
        return node;
    }

    /// <summary>Nodes of the cluster, as this one sees it; 0 when it does not answer.</summary>
    public Task<int> MembersAsync() => CountAsync(members => members.GetProperty("members").GetArrayLength());

    /// <summary>Nodes that are up and heard, as this one sees it; 0 when it does not answer.</summary>
    public Task<int> MembersUpAsync() => CountAsync(members =>
        members.GetProperty("members").EnumerateArray().Count(m => m.GetProperty("status").GetString() == "Up") - members.GetProperty("unreachable").GetArrayLength());

    private async Task<int> CountAsync(Func<JsonElement, int> count)
    {
        try
        {
            return count(await _http.GetFromJsonAsync<JsonElement>("/cluster/members"));
        }
        catch (Exception away) when (away is HttpRequestException or OperationCanceledException or JsonException)
        {
            return 0;
        }
    }

    /// <summary>How many objects each node has, by its host; what did not answer is left out.</summary>
    public async Task<IReadOnlyDictionary<string, int>> ObjectsAsync() =>
        (await _http.GetFromJsonAsync<JsonElement>("/cluster/members")).GetProperty("members").EnumerateArray().Where(m => m.GetProperty("objects").ValueKind == JsonValueKind.Number)
            .ToDictionary(m => new Uri(m.GetProperty("node").GetString()!.Replace("akka.tcp", "http", StringComparison.Ordinal)).Host, m => m.GetProperty("objects").GetInt32());

    /// <summary>A counter of /metrics; null when it does not answer.</summary>
    public async Task<double?> MetricAsync(string name)
    {
        try
        {
            string text = await _http.GetStringAsync("/metrics");
            return text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal)).Select(line => double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture)).Sum();
        }
        catch (Exception away) when (away is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Stops the process where it is, without its knowing, until <see cref="Wake"/>.</summary>
    public void Pause() => Native.kill(_process.Id, Native.Stop);

    public void Wake() => Native.kill(_process.Id, Native.Continue);

    public async ValueTask DisposeAsync()
    {
        // 'ip netns exec' becomes the node: its process is the node's.
        if (!_process.HasExited) _process.Kill();
        await Ended;
        await _reading;
        _http.Dispose();
        _process.Dispose();
    }

    private async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line) if (line.Contains("\"listening\"", StringComparison.Ordinal)) _listening.TrySetResult();
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line) lock (_errors) _errors.AppendLine(line);
    }

    // A socket is of the namespace in which its thread was when it was made.
    private static NetworkStream ConnectInside(NetworkHost host)
    {
        Socket? socket = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var space = File.OpenHandle($"/var/run/netns/{host.Name}");
                if (Native.setns((int)space.DangerousGetHandle(), Native.NewNetwork) != 0) throw new IOException($"setns: {Marshal.GetLastPInvokeErrorMessage()}");
                socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Connect(IPAddress.Loopback, HealthPort);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? new NetworkStream(socket!, ownsSocket: true) : throw new IOException(failure.Message, failure);
    }

    private const int HealthPort = 4080;

    private static class Native
    {
        public const int Stop = 19, Continue = 18, NewNetwork = 0x40000000;

        [DllImport("libc", SetLastError = true)]
        public static extern int kill(int process, int signal);

        [DllImport("libc", SetLastError = true)]
        public static extern int setns(int file, int kind);
    }
}
