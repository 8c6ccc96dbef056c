using Akka.Configuration;
using Hhs.Actors.Journal.Postgres;
using Hhs.Actors.Settings;

namespace Hhs.Actors.Journal;

/// <summary>Which store a node has.</summary>
public enum JournalProvider
{
    /// <summary>One file in the data folder; memory where there is no data folder.</summary>
    Sqlite,
    /// <summary>Nothing outlives the node.</summary>
    Memory,
    /// <summary>A database that the nodes of a deployment share.</summary>
    PostgreSql,
    /// <summary>Akka's own journal, for those who run one: Akka.Persistence.Sql on PostgreSQL or SQLite. Comes with Hhs.Cluster.</summary>
    AkkaPersistence,
}

/// <summary>The store, and bounds of the group commit. HOCON: <c>hhs.journal</c>, where each key is explained.</summary>
public sealed record JournalSettings
{
    /// <summary>Which store.</summary>
    public JournalProvider Provider { get; init; } = JournalProvider.Sqlite;

    /// <summary>The database, for <see cref="JournalProvider.PostgreSql"/>.</summary>
    public PostgresSettings PostgreSql { get; init; } = new();

    /// <summary>Akka's journal, for <see cref="JournalProvider.AkkaPersistence"/>.</summary>
    public AkkaPersistenceSettings AkkaPersistence { get; init; } = new();

    /// <summary>Whether the store is one that several nodes can have open.</summary>
    internal bool IsShared => Provider == JournalProvider.PostgreSql || (Provider == JournalProvider.AkkaPersistence && AkkaPersistence.IsShared);

    /// <summary>Most entries in one commit; what is beyond waits for the next.</summary>
    public int CommitEntriesMax { get; init; } = 4096;

    /// <summary>Most bytes in one commit; a single batch may be larger, and then has a commit of its own.</summary>
    public long CommitBytesMax { get; init; } = 8 << 20;

    /// <summary>Most bytes waiting for a commit; an append beyond it is refused at once as <see cref="JournalFault.Overloaded"/>.</summary>
    public long PendingBytesMax { get; init; } = 64 << 20;

    /// <summary>Reads the section <c>hhs.journal</c> of a configuration that has <c>reference.conf</c> below it.</summary>
    /// <exception cref="ConfigurationException">A bound makes no sense; the message names the key.</exception>
    public static JournalSettings FromConfig(Config config)
    {
        var read = new ConfigReader(config);
        return new()
        {
            Provider = Chosen(read),
            PostgreSql = Database(config, read),
            AkkaPersistence = Akkas(config, read),
            CommitEntriesMax = read.Count("hhs.journal.commit-entries-max"),
            CommitBytesMax = read.Bytes("hhs.journal.commit-bytes-max"),
            PendingBytesMax = read.Bytes("hhs.journal.pending-bytes-max"),
        };
    }

    private static JournalProvider Chosen(ConfigReader read) => read.Choice<JournalProvider>("hhs.journal.provider", p => p == JournalProvider.AkkaPersistence ? "akka-persistence" : p.ToString());

    private static AkkaPersistenceSettings Akkas(Config config, ConfigReader read)
    {
        var settings = new AkkaPersistenceSettings
        {
            Plugin = config.GetString("hhs.journal.akka-persistence.plugin") ?? "",
            Prefix = config.GetString("hhs.journal.akka-persistence.prefix") ?? "",
            GiveUpAfter = read.Time("hhs.journal.akka-persistence.give-up-after"),
            // Held by who uses it, and by nobody else: it may have a password.
            Config = Chosen(read) == JournalProvider.AkkaPersistence ? config : AkkaPersistenceSettings.None,
        };
        if ((Chosen(read) == JournalProvider.AkkaPersistence ? settings.Nonsense() : settings.BadNames()) is { } why) throw new ConfigurationException($"hhs.journal.akka-persistence.{why}");
        return settings;
    }

    private static PostgresSettings Database(Config config, ConfigReader read)
    {
        var settings = new PostgresSettings
        {
            ConnectionString = config.GetString("hhs.journal.postgresql.connection-string") ?? "",
            Schema = config.GetString("hhs.journal.postgresql.schema") ?? "",
            GiveUpAfter = read.Time("hhs.journal.postgresql.give-up-after"),
            LockPatience = read.Time("hhs.journal.postgresql.lock-patience"),
        };
        bool isUsed = Chosen(read) == JournalProvider.PostgreSql || settings.ConnectionString.Length > 0;
        if ((isUsed ? settings : settings with { ConnectionString = "Host=unused" }).Nonsense() is { } why) throw new ConfigurationException($"hhs.journal.postgresql.{why}");
        return settings;
    }
}
