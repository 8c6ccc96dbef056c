using Akka.Configuration;
using Akka.Persistence.Sql;
using Hhs.Actors.Journal;

namespace Hhs.Cluster.Placement;

/// <summary>Where sharding keeps which objects were started, if <c>akka.cluster.sharding.remember-entities</c> is on: in the nodes' own database, in tables of its own.</summary>
internal static class Remembering
{
    /// <summary>A configuration with the settings of that store below it; as it is where the nodes share no database.</summary>
    /// <remarks>The tables stand beside the journal's, which makes the schema before the first object is started.</remarks>
    internal static Config Below(Config config, JournalSettings journal)
    {
        var akkas = journal.AkkaPersistence;
        return journal.Provider switch
        {
            JournalProvider.AkkaPersistence => config.WithFallback(Of(akkas.ProviderName, akkas.Config.GetString(akkas.Plugin + ".connection-string"), akkas.Config.GetString(akkas.Plugin + ".default.schema-name") ?? "")),
            JournalProvider.PostgreSql => config.WithFallback(Of("PostgreSQL.15", journal.PostgreSql.ConnectionString, journal.PostgreSql.Schema)),
            _ => config,
        };
    }

    private static Config Of(string provider, string connectionString, string schema)
    {
        string Section(string table, string more) =>
            $$"""
            {
              connection-string = {{Quoted(connectionString)}}
              provider-name = {{Quoted(provider)}}
              default {
                schema-name = {{(schema.Length > 0 ? Quoted(schema) : "null")}}
                {{table}}
              }
              {{more}}
            }
            """;
        return ConfigurationFactory.ParseString(
            $$"""
            akka.cluster.sharding {
              remember-entities-store = eventsourced
              # All at once would hold every thread while each reads its log, and a node that does not answer is put out. This is for each shard; what is asked for does not wait for its turn.
              entity-recovery-strategy = constant
              entity-recovery-constant-rate-strategy {
                frequency = 500ms
                number-of-entities = 1
              }
              journal-plugin-id = "{{Journal}}"
              snapshot-plugin-id = "{{Snapshots}}"
            }
            {{Journal}} {{Section("journal.table-name = sharding_event\ntag.table-name = sharding_tag\nmetadata.table-name = sharding_metadata", $"plugin-id = \"{Journal}\"\nclass = \"Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql\"")}}
            {{Snapshots}} {{Section("snapshot.table-name = sharding_snapshot", $"plugin-id = \"{Snapshots}\"\nclass = \"Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql\"")}}
            """)
            .WithFallback(SqlPersistence.DefaultConfiguration)
            .WithFallback(Akka.Persistence.Persistence.DefaultConfig());
    }

    // As HOCON quotes: a connection string may hold a password of any characters.
    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private const string Journal = "akka.persistence.journal.hhs-sharding", Snapshots = "akka.persistence.snapshot-store.hhs-sharding";
}
