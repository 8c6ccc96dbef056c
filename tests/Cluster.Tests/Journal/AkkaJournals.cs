using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Tests.Journal.Postgres;
using Hhs.Cluster.Journal;
using Microsoft.Data.Sqlite;

namespace Hhs.Cluster.Tests.Journal;

/// <summary>A database for a journal of Akka's: opens the store in it, and changes it behind the store's back.</summary>
public abstract class AkkaDatabase : IDisposable
{
    public abstract AkkaPersistenceSettings Settings { get; }

    public IJournal Open() => new AkkaPersistencePlugin().Open(Settings);

    /// <summary>Runs SQL; gives the first value.</summary>
    public abstract object? Sql(string sql);

    public abstract string Table { get; }

    /// <summary>Changes one byte of what matches.</summary>
    public abstract void Damage(string where, int at);

    /// <summary>The columns that the database keeps unique together.</summary>
    public abstract string UniqueColumns { get; }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    protected static Config Plugin(string connectionString, string provider, string more = "") => ConfigurationFactory.ParseString(
        $$"""
        akka.persistence.journal.sql {
          connection-string = "{{connectionString}}"
          provider-name = "{{provider}}"
          {{more}}
        }
        """);
}

public sealed class AkkaSqlite : AkkaDatabase
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hhs-akka-").FullName;

    private string ConnectionString => $"Data Source={Path.Combine(_folder, "journal.db")}";

    public override AkkaPersistenceSettings Settings => new() { Config = Plugin(ConnectionString, "SQLite.MS"), GiveUpAfter = TimeSpan.FromSeconds(20) };

    public override string Table => "journal";

    public override object? Sql(string sql)
    {
        using var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public override void Damage(string where, int at)
    {
        byte[] bytes = (byte[])Sql($"SELECT message FROM journal WHERE {where}")!;
        bytes[at] ^= 1;
        Sql($"UPDATE journal SET message = x'{Convert.ToHexString(bytes)}' WHERE {where}");
    }

    public override string UniqueColumns => (string)Sql(
        "SELECT group_concat(c.name) FROM pragma_index_list('journal') i, pragma_index_info(i.name) c WHERE i.[unique] = 1")!;

    public override void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        base.Dispose();
    }
}

public sealed class AkkaPostgres(SharedPostgres shared) : AkkaDatabase
{
    private readonly string _schema = SharedPostgres.NewSchema();
    private bool _made;

    public override AkkaPersistenceSettings Settings
    {
        get
        {
            if (!_made) shared.Server.Sql($"CREATE SCHEMA {_schema}");
            _made = true;
            return new() { Config = Plugin(shared.Server.ConnectionString + ";Maximum Pool Size=5", "PostgreSQL.15", $"default.schema-name = {_schema}"), GiveUpAfter = TimeSpan.FromSeconds(20) };
        }
    }

    public override string Table => $"{_schema}.journal";

    public override object? Sql(string sql) => shared.Server.Sql(sql);

    public override void Damage(string where, int at) => Sql($"UPDATE {Table} SET message = set_byte(message, {at}, get_byte(message, {at}) # 1) WHERE {where}");

    public override string UniqueColumns => (string)Sql(
        $"""
        SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM pg_constraint c, unnest(c.conkey) WITH ORDINALITY k (attnum, n), pg_attribute a
        WHERE c.contype = 'u' AND c.conrelid = '{Table}'::regclass AND a.attrelid = c.conrelid AND a.attnum = k.attnum
        """)!;
}
