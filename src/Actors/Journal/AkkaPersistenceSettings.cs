using Akka.Configuration;

namespace Hhs.Actors.Journal;

/// <summary>Which of Akka's journals a store is kept in. HOCON: <c>hhs.journal.akka-persistence</c>, where each key is explained.</summary>
public sealed record AkkaPersistenceSettings
{
    /// <summary>The configuration section of the journal plugin, one of Akka.Persistence.Sql.</summary>
    public string Plugin { get; init; } = "akka.persistence.journal.sql";

    /// <summary>What the names of the store's streams begin with: one store a prefix.</summary>
    public string Prefix { get; init; } = "hhs";

    /// <summary>How long a database that is away is tried again; then the call fails as <see cref="JournalFault.InputOutput"/>.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The configuration that has the plugin's section. Secret, if it holds a password.</summary>
    internal Config Config { get; init; } = None;

    internal static readonly Config None = Config.Empty;

    /// <summary>The same, with the configuration that has the plugin's section; <see cref="JournalSettings.FromConfig"/> takes the one that it reads.</summary>
    public AkkaPersistenceSettings In(Config config) => this with { Config = config };

    /// <summary>What the plugin's section calls its database: <c>PostgreSQL.15</c>, <c>SQLite.MS</c>.</summary>
    internal string ProviderName => Config.GetString(Plugin + ".provider-name") ?? "";

    /// <summary>Whether several processes can have the store open: on PostgreSQL they can, a SQLite file is one process's alone.</summary>
    internal bool IsShared => ProviderName.StartsWith("PostgreSQL", StringComparison.Ordinal);

    /// <summary>What an actor system needs whose actors call the store: they block, and the database is answered on the threads of the process's pool, which they must not hold all of.</summary>
    /// <remarks><c>HhsNode.StartAsync</c> puts it below the host's configuration. A host that spawns a node into a system of its own does so itself.</remarks>
    public static Config Dispatcher { get; } = ConfigurationFactory.ParseString(
        """
        akka.actor.default-dispatcher {
          type = ForkJoinDispatcher
          dedicated-thread-pool {
            thread-count = 16
          }
        }
        """);

    /// <summary>What is wrong with them whether or not they are used; null if nothing is.</summary>
    internal string? BadNames() => !IsName(Plugin) ? $"plugin: {OfWhat}" : !IsName(Prefix) ? $"prefix: {OfWhat}" : null;

    private static bool IsName(string text) => text.Length is > 0 and <= 100 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private const string OfWhat = "it is to be of letters, digits, '-', '_' and '.', at most 100";

    /// <summary>Why these settings cannot be used; null if they can.</summary>
    internal string? Nonsense()
    {
        if (BadNames() is { } why) return why;
        if (!Config.HasPath(Plugin)) return $"plugin: there is no section {Plugin}, which says how Akka.Persistence.Sql reaches its database";
        if (ProviderName.Length == 0 || string.IsNullOrEmpty(Config.GetString(Plugin + ".connection-string"))) return $"plugin: {Plugin} needs connection-string and provider-name";
        bool isKnown = IsShared || ProviderName.StartsWith("SQLite", StringComparison.Ordinal);
        if (!isKnown) return $"plugin: {Plugin}.provider-name is '{ProviderName}'; stores are kept in PostgreSQL or SQLite";
        return Config.GetString(Plugin + ".class") is { Length: > 0 } type && !type.StartsWith(SqlPlugin, StringComparison.Ordinal)
            ? $"plugin: {Plugin}.class is '{type}'; a commit of many objects is one transaction with Akka.Persistence.Sql only" : null;
    }

    /// <summary>Plugin and database: what may be shown to people.</summary>
    public override string ToString() => $"{Plugin} ({ProviderName}), prefix {Prefix}";

    private const string SqlPlugin = "Akka.Persistence.Sql.Journal.SqlWriteJournal";
}
