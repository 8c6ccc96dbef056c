using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Hhs.Node.Tests;

/// <summary>The built executable, run as a person or a script would.</summary>
internal sealed class HhsProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Task _readingErrors;

    private HhsProcess(Process process)
    {
        _process = process;
        _readingErrors = Task.Run(async () =>
        {
            while (await process.StandardError.ReadLineAsync() is { } line) lock (_errors) _errors.AppendLine(line);
        });
    }

    public static HhsProcess Start(params string[] arguments) => StartWith(null, arguments);

    /// <summary>Starts with a variable of the environment set.</summary>
    public static HhsProcess StartWith((string Name, string Value)? variable, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "hhs.exe" : "hhs"))
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment.Remove("HHS_DATA");
        if (variable is var (name, value)) start.Environment[name] = value;
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return new(Process.Start(start)!);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<Outcome> RunAsync(params string[] arguments)
    {
        await using var hhs = Start(arguments);
        hhs.Input.Close();
        string output = await hhs._process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        return new(await hhs.EndAsync(), output, hhs.Errors);
    }

    public StreamWriter Input => _process.StandardInput;

    public StreamReader Output => _process.StandardOutput;

    public string Errors { get { lock (_errors) return _errors.ToString(); } }

    /// <summary>Reads lines up to the first that has a text.</summary>
    public async Task<string> LineWithAsync(string text)
    {
        while (await Output.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal)) return line;
        }
        await EndAsync();
        throw new InvalidOperationException($"no line with '{text}': {Errors}");
    }

    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _readingErrors;
        return _process.ExitCode;
    }

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGINT or SIGTERM, as Ctrl-C or a supervisor would send it.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        await _readingErrors;
        _process.Dispose();
    }

    internal sealed record Outcome(int Code, string Output, string Errors)
    {
        public IReadOnlyList<JsonElement> Json => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}

/// <summary>A data folder that is gone after the test.</summary>
internal sealed class DataFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hhs-test-").FullName;

    public string Store => System.IO.Path.Combine(Path, "store.db");

    /// <summary>Runs a command to its end: in this process, but for those that go on until they are stopped.</summary>
    public Task<HhsProcess.Outcome> HhsAsync(params string[] arguments) => arguments is ["demo" or "join" or "relay" or "serve" or "tracker", ..]
        ? HhsProcess.RunAsync([.. arguments, "--data", Path]) : InProcess.RunAsync([.. arguments, "--data", Path]);

    public HhsProcess Start(params string[] arguments) => HhsProcess.Start([.. arguments, "--data", Path]);

    /// <summary>Makes a set, and answers its id.</summary>
    public async Task<string> CreateSetAsync(string name, params string[] options)
    {
        var made = await HhsAsync(["create", "set", name, "--json", .. options]);
        Assert.True(made.Code == 0, made.Errors);
        return made.Json[0].GetProperty("id").GetString()!;
    }

    public string Write(string name, string text)
    {
        string file = System.IO.Path.Combine(Path, name);
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>Makes a certificate for 127.0.0.1 that nobody has signed but itself; answers the files of it and of its key.</summary>
    public (string Certificate, string Key) WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hhs", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return (Write("own.crt", certificate.ExportCertificatePem()), Write("own.key", key.ExportPkcs8PrivateKeyPem()));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
