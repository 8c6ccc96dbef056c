using Hhs.Node.Demo.Clusters;

namespace Hhs.Node.Tests.Commands;

public sealed class PostgresTests
{
    [Fact]
    public async Task Commands_work_on_the_database_that_the_configuration_names()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        using var server = PostgresServer.Start();
        using var data = new DataFolder();
        string config = Path.Combine(data.Path, "hhs.conf");
        await File.WriteAllTextAsync(config, $$"""hhs.journal { provider = postgresql, postgresql.connection-string = "{{server.ConnectionString}};Password=s3cret" }""", TestContext.Current.CancellationToken);

        Assert.Equal(0, (await data.HhsAsync("create", "set", "shopping", "--config", config)).Code);
        Assert.Equal(0, (await data.HhsAsync("add", "shopping", "milk", "--config", config)).Code);
        Assert.Equal(2, (await data.HhsAsync("list", "--json", "--config", config)).Json[0].GetProperty("entries").GetInt64());
        Assert.Equal(2, (await data.HhsAsync("verify", "--json", "--config", config)).Json[0].GetProperty("entries").GetInt64());
        Assert.Equal(2L, server.Sql("SELECT count(*) FROM hhs.entry"));
        Assert.False(File.Exists(Path.Combine(data.Path, "store.db")));

        Assert.Contains("SQLite", (await data.HhsAsync("verify", "--salvage", data.Path, "--config", config)).Errors, StringComparison.Ordinal);
        server.Sql("UPDATE hhs.hhs_journal SET version = 99");
        var refused = await data.HhsAsync("list", "--config", config);
        Assert.Equal(4, refused.Code);
        Assert.Contains("newer release", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refused.Errors, StringComparison.Ordinal);
    }
}
