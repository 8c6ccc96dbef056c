using Hhs.Actors.Journal.Postgres;
using Hhs.Node.Demo.Clusters;

namespace Hhs.Actors.Tests.Journal.Postgres;

/// <summary>One server for all tests that do not kill it; each has a schema of its own.</summary>
public sealed class SharedPostgres : IDisposable
{
    private static int _schemas;
    private readonly Lazy<PostgresServer> _server = new(PostgresServer.Start);

    internal PostgresServer Server
    {
        get
        {
            Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
            return _server.Value;
        }
    }

    public static string NewSchema() => $"test_{Interlocked.Increment(ref _schemas)}";

    public PostgresSettings Settings(string schema) => new() { ConnectionString = Server.ConnectionString, Schema = schema, GiveUpAfter = TimeSpan.FromSeconds(20), LockPatience = TimeSpan.FromMilliseconds(300) };

    public PostgresJournal Open(string schema) => PostgresJournal.Open(Settings(schema));

    public void Dispose()
    {
        if (_server.IsValueCreated) _server.Value.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<SharedPostgres>
{
    public const string Name = "postgresql";
}
