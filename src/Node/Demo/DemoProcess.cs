using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Hhs.Model.Hashing;
using Hhs.Node.Output;

namespace Hhs.Node.Demo;

/// <summary>A node of the demo as its parent sees it: the process, what it last said, and what it acknowledged over all its lives.</summary>
internal sealed class DemoProcess(string name, string dataDirectory, IReadOnlyList<string> options, string? executable = null) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Type, TaskCompletionSource<DemoEvent>> _awaited = [];
    private readonly ConcurrentDictionary<string, bool> _acknowledged = [];
    private readonly ConcurrentQueue<string> _complaints = [];
    private Process? _process;
    private Task _reading = Task.CompletedTask;
    private bool _killed;

    public string Name => name;

    public string DataDirectory => dataDirectory;

    /// <summary>The key id that others know it by, from its first start on.</summary>
    public string KeyId => Address[..ContentHash.TextLength];

    /// <summary>What the node is doing, for the screen.</summary>
    public string Doing { get; set; } = "starting";

    /// <summary>Told of each event, from a thread of its own.</summary>
    public Action<DemoEvent>? Heard { get; set; }

    /// <summary>The address of its present life.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The key that others know its owner by.</summary>
    public string PublicKey { get; private set; } = "";

    /// <summary>How its object stood when it last spoke.</summary>
    public DemoEvent.State State { get; private set; } = new(0, 0, "");

    /// <summary>Every entry that it acknowledged.</summary>
    public ICollection<string> Acknowledged => _acknowledged.Keys;

    public int AcknowledgedCount => _acknowledged.Count;

    public async Task StartAsync(CancellationToken cancel)
    {
        var start = StartOf(["demo-node", "--data", dataDirectory, .. options], executable);
        var ready = Expect<DemoEvent.Ready>(cancel);
        _killed = false;
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(ReadEventsAsync(_process), ReadComplaintsAsync(_process));
        (Address, PublicKey) = await ready;
    }

    /// <summary>How this program is started with other arguments.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="executable">The program; null for what this process runs.</param>
    public static ProcessStartInfo StartOf(IEnumerable<string> arguments, string? executable = null)
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        // Many processes on few processors, none for long: what pays only for long ones is left out.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_TC_CallCountThreshold"] = "200";      // hexadecimal: methods are compiled a second time after 512 calls
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "1000";
        string self = executable ?? Environment.ProcessPath!;
        start.FileName = self;
        if (Path.GetFileNameWithoutExtension(self) == "dotnet") start.ArgumentList.Add(typeof(DemoProcess).Assembly.Location);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }

    public async Task SendAsync(DemoOrder order)
    {
        try
        {
            await _process!.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order, JsonLine.Options));
        }
        catch (IOException failure)
        {
            throw new CommandException(ExitCode.Failed, $"{name}: its process ended ({failure.Message}). {string.Join(" ", _complaints)}");
        }
    }

    /// <summary>Gives an order and waits for the event that ends it.</summary>
    public async Task<T> AskAsync<T>(DemoOrder order, CancellationToken cancel) where T : DemoEvent
    {
        var answer = Expect<T>(cancel);
        await SendAsync(order);
        return await answer;
    }

    /// <summary>Ends the process as a power cut would, with SIGKILL.</summary>
    public async Task KillAsync()
    {
        _killed = true;
        _process!.Kill();
        await _process.WaitForExitAsync();
        await _reading;   // what it had written before counts
        State = State with { Sessions = 0 };
    }

    private async Task<T> Expect<T>(CancellationToken cancel) where T : DemoEvent
    {
        var source = new TaskCompletionSource<DemoEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited[typeof(T)] = source;
        return (T)await source.Task.WaitAsync(cancel);
    }

    private async Task ReadEventsAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            DemoEvent what;
            try
            {
                what = JsonSerializer.Deserialize<DemoEvent>(line, JsonLine.Options)!;
            }
            catch (JsonException)
            {
                break;   // the last line of a process that was killed while it wrote
            }
            Heard?.Invoke(what);
            if (what is DemoEvent.State state) State = state;
            if (what is DemoEvent.Acknowledged acknowledged)
            {
                foreach (string entry in acknowledged.Entries) _acknowledged[entry] = true;
            }
            if (what is DemoEvent.Failed failed) FailAll(failed.Why);
            if (_awaited.TryRemove(what.GetType(), out var source)) source.TrySetResult(what);
        }
        FailAll(_killed ? "it was killed" : $"its process ended. {string.Join(" ", _complaints)}");
    }

    private async Task ReadComplaintsAsync(Process process)
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            _complaints.Enqueue(line);
            while (_complaints.Count > ComplaintsKept) _complaints.TryDequeue(out _);
        }
    }

    private void FailAll(string why)
    {
        foreach (var type in _awaited.Keys)
        {
            if (_awaited.TryRemove(type, out var source)) source.TrySetException(new CommandException(ExitCode.Failed, $"{name}: {why}"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        _killed = true;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private const int ComplaintsKept = 20;
}
