using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Hhs.Node.Commands;
using Hhs.Node.Control;

namespace Hhs.Node.Demo.Clusters;

/// <summary>One <c>hhs serve</c> of the demo's cluster, over all its lives: its process, and what its owner can ask of it over the control socket.</summary>
internal sealed class ServeProcess(string name, NodePlace place, string configFile) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = [];
    private Process? _process;
    private Task _reading = Task.CompletedTask;

    public string Name => name;

    /// <summary>Where it is, as <c>hhs cluster status</c> shows it.</summary>
    public string Node => $"127.0.0.1:{place.ClusterPort}";

    /// <summary>Where peers reach it, from its first start on.</summary>
    public string Address { get; private set; } = "";

    /// <summary>What the node is doing, for the screen.</summary>
    public string Doing { get; set; } = "not started";

    /// <summary>What it last said on its standard error.</summary>
    public string Complaints => string.Join(" ", _complaints);

    /// <summary>Whether it is to be asked: it was started, and nobody has ended it.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Whether it is of the cluster, and can say how that stands.</summary>
    public bool IsUp { get; private set; }

    /// <summary>It was seen up in its cluster.</summary>
    public void SeenUp() => (IsUp, Doing) = (true, "up");

    /// <summary>Starts it; answers when it listens, which is before it is up in its cluster.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        Doing = "starting";
        _process = Process.Start(DemoProcess.StartOf(["serve", "--config", configFile, "--json"]))!;
        var complaining = ReadComplaintsAsync(_process);
        string? line = await _process.StandardOutput.ReadLineAsync(cancel);
        if (line is null)
        {
            await complaining;
            throw new CommandException(ExitCode.Failed, $"{name} did not start: {Complaints}");
        }
        Address = JsonDocument.Parse(line).RootElement.GetProperty("addresses")[0].GetString()!;
        _reading = Task.WhenAll(complaining, DrainAsync(_process));
        (IsRunning, Doing) = (true, "joining");
    }

    /// <summary>Ends the process as a power cut would, with SIGKILL.</summary>
    public async Task KillAsync()
    {
        (IsRunning, IsUp, Doing) = (false, false, "killed");
        _process!.Kill();
        await EndedAsync();
    }

    /// <summary>Asks it to leave, with SIGTERM; answers how it ended.</summary>
    public async Task<NodeExit> LeaveAsync(CancellationToken cancel)
    {
        (IsRunning, IsUp, Doing) = (false, false, "leaving");
        var clock = Stopwatch.StartNew();
        using var kill = Process.Start("kill", ["-TERM", $"{_process!.Id}"]);
        await _process.WaitForExitAsync(cancel);
        await EndedAsync();
        Doing = "has left";
        return new(_process.ExitCode, _process.ExitCode == ExitCode.Ok ? "" : Complaints, clock.Elapsed);
    }

    /// <summary>Runs a command at the node, as <c>hhs --data FOLDER ...</c> would; the code is null where the node has ended.</summary>
    public async Task<(int? Code, string Output, string Errors)> RunAsync(IEnumerable<string> arguments, CancellationToken cancel)
    {
        using StringWriter output = new(), errors = new();
        try
        {
            int? code = await ControlClient.TryRunAsync(place.Folder, [.. arguments, "--json"], readsInput: false, output, errors, cancel);
            return (code, output.ToString(), errors.ToString());
        }
        catch (Exception gone) when (gone is CommandException or IOException)
        {
            return (null, "", gone.Message);
        }
    }

    /// <summary>How it sees the cluster; null if it does not say within a few seconds.</summary>
    public async Task<ClusterPicture?> LookAsync(CancellationToken cancel)
    {
        var (code, output, _) = await RunWithinAsync(LookMax, ["cluster", "status"], cancel);
        return code == ExitCode.Ok ? ClusterPicture.Read(output) : null;
    }

    /// <summary>The objects that are at it; null if it does not say within a few seconds.</summary>
    public async Task<IReadOnlyList<string>?> ObjectsAsync(CancellationToken cancel)
    {
        var (code, output, _) = await RunWithinAsync(LookMax, ["cluster", "objects"], cancel);
        return code != ExitCode.Ok ? null : [.. JsonDocument.Parse(output).RootElement.GetProperty("objects").EnumerateArray().Select(id => id.GetString()!)];
    }

    /// <summary>The same, for as long as the caller would wait; the code is null then.</summary>
    public async Task<(int? Code, string Output, string Errors)> RunWithinAsync(TimeSpan patience, IEnumerable<string> arguments, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        try
        {
            return await RunAsync(arguments, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (null, "", $"{name} did not answer within {patience.TotalSeconds:0.#} s");
        }
    }

    // All of it is in the node's folder, for those who keep that.
    private async Task ReadComplaintsAsync(Process process)
    {
        await using var log = File.AppendText(Path.Combine(place.Folder, "log"));
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            await log.WriteLineAsync(line);
            _complaints.Enqueue(line);
            while (_complaints.Count > ComplaintsKept) _complaints.TryDequeue(out _);
        }
    }

    private static async Task DrainAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is not null)
        {
        }
    }

    private async Task EndedAsync()
    {
        await _process!.WaitForExitAsync();
        await _reading;
    }

    public async ValueTask DisposeAsync()
    {
        (IsRunning, IsUp) = (false, false);
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await EndedAsync();
        _process.Dispose();
    }

    private const int ComplaintsKept = 20;
    private static readonly TimeSpan LookMax = TimeSpan.FromSeconds(5);
}
