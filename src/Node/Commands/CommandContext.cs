using System.CommandLine;
using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary>What the global options say, and the ways in which commands open the store.</summary>
internal sealed class CommandContext
{
    private readonly Config _config;
    private readonly bool _verbose;

    public CommandContext(ParseResult parsed)
    {
        Report = new(parsed.GetValue(GlobalOptions.Json));
        _verbose = parsed.GetValue(GlobalOptions.Verbose);
        _config = ReadConfig(parsed.GetValue(GlobalOptions.Config));
        Settings = ReadSettings(_config);
        string? home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        DataDirectory = Path.GetFullPath(parsed.GetValue(GlobalOptions.Data) is { Length: > 0 } asked ? asked
            : Environment.GetEnvironmentVariable("HHS_DATA") is { Length: > 0 } variable ? variable
            : Settings.DataDirectory ?? Path.Combine(home, ".hhs"));
        Settings = Settings with { DataDirectory = DataDirectory };
    }

    public Report Report { get; }

    public string DataDirectory { get; }

    public HhsSettings Settings { get; }

    /// <summary>A node on the store; it talks to nobody unless the settings say so.</summary>
    public Task<HhsNode> StartAsync(HhsSettings settings) =>
        HhsNode.StartAsync(settings, ConfigurationFactory.ParseString(
            $"""
            akka.loggers = ["{typeof(StderrLogger).AssemblyQualifiedName}"]
            akka.stdout-loglevel = OFF
            akka.loglevel = {(_verbose ? "INFO" : "WARNING")}
            akka.actor.ask-timeout = 60s
            """).WithFallback(_config));

    /// <summary>A node on a store that is there already, without any network.</summary>
    public Task<HhsNode> OpenOfflineAsync()
    {
        RequireStore();
        return StartAsync(Settings with { Listen = [], Peers = [] });
    }

    /// <summary>The store alone, without waking its objects.</summary>
    public SqliteJournal OpenJournal()
    {
        RequireStore();
        return SqliteJournal.Open(StorePath);
    }

    public bool HasStore => File.Exists(StorePath);

    private string StorePath => Path.Combine(DataDirectory, NodeActor.StoreName);

    // A mistyped --data would otherwise leave an empty store behind.
    private void RequireStore()
    {
        if (!HasStore) throw CommandException.NotFound($"there is no store in {DataDirectory}: make an object with 'hhs create set NAME', get one with 'hhs join ID', or give another --data");
    }

    private static Config ReadConfig(string? file)
    {
        if (file is null) return Config.Empty;
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CommandException.BadInput($"the configuration cannot be read: {failure.Message}");
        }
        try
        {
            return ConfigurationFactory.ParseString(text);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)   // the parser throws whatever it comes upon
        {
            throw CommandException.BadInput($"{file} is not HOCON: {failure.Message}");
        }
    }

    private static HhsSettings ReadSettings(Config config)
    {
        try
        {
            return HhsSettings.FromConfig(config);
        }
        catch (Exception failure) when (failure is FormatException or OverflowException or InvalidCastException or InvalidOperationException or ArgumentException)
        {
            throw CommandException.BadInput($"the configuration has a value of the wrong kind: {failure.Message}");
        }
    }
}
