using System.Text.RegularExpressions;
using Npgsql;

namespace Hhs.Actors.Journal.Postgres;

/// <summary>Where a PostgreSQL journal is, and how long it waits for its server. HOCON: <c>hhs.journal.postgresql</c>, where each key is explained.</summary>
public sealed partial record PostgresSettings
{
    /// <summary>Npgsql's connection string. A secret: it may hold a password, and is printed nowhere.</summary>
    public string ConnectionString { get; init; } = "";

    /// <summary>The schema whose tables are the journal's alone.</summary>
    public string Schema { get; init; } = "hhs";

    /// <summary>How long a server that is away is tried again; then the call fails as <see cref="JournalFault.InputOutput"/>.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a transaction of another writer may hold up who acquires its object; then its connection is ended.</summary>
    public TimeSpan LockPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Why these settings cannot be used; null if they can.</summary>
    internal string? Nonsense()
    {
        if (!SchemaName().IsMatch(Schema)) return $"schema: '{Schema}' is no name of small letters, digits and underscores (at most 63, no digit first)";
        try
        {
            return new NpgsqlConnectionStringBuilder(ConnectionString).Host is { Length: > 0 } ? null : "connection-string: it names no Host";
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
        {
            return "connection-string: it is none that Npgsql can read";   // without its text, which may hold a password
        }
    }

    /// <summary>Host, port, database and schema: what may be shown to people.</summary>
    public override string ToString()
    {
        if (Nonsense() is not null) return "postgresql (not set)";
        var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
        return $"postgresql://{parts.Host}:{parts.Port}/{parts.Database ?? parts.Username}, schema {Schema}";
    }

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$")]
    private static partial Regex SchemaName();
}
