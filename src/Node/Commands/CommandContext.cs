using System.CommandLine;
using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Node.Clustering;
using Hhs.Node.Control;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary>What the global options say, and the ways in which commands open the store.</summary>
internal sealed class CommandContext
{
    private Config _config;
    private readonly bool _verbose;

    public CommandContext(ParseResult parsed)
    {
        Report = new(parsed.GetValue(GlobalOptions.Json));
        _verbose = parsed.GetValue(GlobalOptions.Verbose);
        // A running node has its own configuration already.
        _config = CommandIo.Current is null ? ReadConfig(parsed.GetValue(GlobalOptions.Config)) : Config.Empty;
        Settings = CommandIo.Current?.Settings ?? ReadSettings(_config);
        DataDirectory = CommandIo.Current?.Settings.DataDirectory ?? DataDirectoryOf(parsed, Settings);
        Settings = Settings with { DataDirectory = DataDirectory };
    }

    /// <summary>The data folder that a command is meant for.</summary>
    public static string DataDirectoryOf(ParseResult parsed) =>
        parsed.GetValue(GlobalOptions.Data) is { Length: > 0 } || parsed.GetValue(GlobalOptions.Config) is null
            ? DataDirectoryOf(parsed, new())
            : new CommandContext(parsed).DataDirectory;

    private static string DataDirectoryOf(ParseResult parsed, HhsSettings settings) =>
        Path.GetFullPath(parsed.GetValue(GlobalOptions.Data) is { Length: > 0 } asked ? asked
            : Environment.GetEnvironmentVariable("HHS_DATA") is { Length: > 0 } variable ? variable
            : settings.DataDirectory ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".hhs"));

    public Report Report { get; }

    public string DataDirectory { get; }

    public HhsSettings Settings { get; }

    /// <summary>A node on the store; it talks to nobody unless the settings say so. The one that is running, if another process asked it.</summary>
    public Task<HhsNode> StartAsync(HhsSettings settings) => CommandIo.Current is { } io
        ? Task.FromResult(io.Node.Borrow())
        : HhsNode.StartAsync(settings, SystemConfig);

    /// <summary>Has a key of the configuration say something else; for what <see cref="Settings"/> does not hold.</summary>
    public void Put(string key, string value) => _config = ConfigurationFactory.ParseString($"{key} = {value}").WithFallback(_config);

    /// <summary>Whether a node that this process runs is one of a cluster.</summary>
    public bool IsInCluster => Membership.IsConfigured(_config);

    /// <summary>A node that talks to others until it is stopped: by itself, or as one of a cluster.</summary>
    public Task<HhsNode> ServeAsync(HhsSettings settings) => IsInCluster ? Membership.StartAsync(settings, SystemConfig) : StartAsync(settings);

    /// <summary>How an actor system of this process logs, and that the process ends when it says so: signals are ours (Interrupt).</summary>
    public Config SystemConfig => ConfigurationFactory.ParseString(
        $"""
        akka.loggers = ["{typeof(StderrLogger).AssemblyQualifiedName}"]
        akka.stdout-loglevel = OFF
        akka.loglevel = {(_verbose ? "INFO" : "WARNING")}
        akka.log-dead-letters = off
        akka.log-dead-letters-during-shutdown = off
        akka.actor.ask-timeout = 60s
        # Signals are Interrupt's: a second one to hear them would end the node under a command that runs.
        akka.coordinated-shutdown.run-by-clr-shutdown-hook = off
        """).WithFallback(_config);

    /// <summary>A node on a store that is there already, without any network.</summary>
    public Task<HhsNode> OpenOfflineAsync()
    {
        RequireStore();
        return StartAsync(Settings with { Listen = [], Peers = [] });
    }

    /// <summary>The store alone, without waking its objects.</summary>
    public IJournal OpenJournal()
    {
        RequireStore();
        return JournalStore.Open(Settings.Journal, DataDirectory);
    }

    /// <summary>Reads the store without waking its objects.</summary>
    public int Read(Func<IJournal, int> reading)
    {
        if (CommandIo.Current is { } io) return reading(io.Node.Journal);
        using var journal = OpenJournal();
        return reading(journal);
    }

    /// <summary>Whether there is something to read. A database makes its tables when it is opened.</summary>
    public bool HasStore => Settings.Journal.Provider is JournalProvider.PostgreSql or JournalProvider.AkkaPersistence || File.Exists(StorePath);

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
