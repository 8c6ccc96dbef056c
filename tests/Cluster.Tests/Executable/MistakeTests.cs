using Hhs.Node.Tests;

namespace Hhs.Cluster.Tests.Executable;

/// <summary>What is configured wrong is said, with what to do, before anything listens.</summary>
public sealed class MistakeTests
{
    private const string Database = "hhs.journal { provider = postgresql, postgresql.connection-string = \"Host=127.0.0.1;Port=1\" }";
    private const string Place = "hhs.cluster { listen = \"127.0.0.1:0\", seeds = [\"127.0.0.1:4053\"] }";

    [Theory]
    [InlineData(3, "hhs id", false, Database, Place)]
    [InlineData(2, "nodes of a cluster share a store, which is PostgreSQL", true, "", Place)]
    [InlineData(2, "hhs.cluster.listen", true, Database, "hhs.cluster { listen = nowhere, seeds = [\"127.0.0.1:4053\"] }")]
    [InlineData(2, "hhs.cluster.seeds is empty", true, Database, "hhs.cluster { listen = \"127.0.0.1:0\", seeds = [] }")]
    [InlineData(2, "hhs.cluster.seeds", true, Database, "hhs.cluster { listen = \"127.0.0.1:0\", seeds = [\"127.0.0.1:port\"] }")]
    public async Task It_is_explained(int code, string says, bool hasIdentity, string store, string place)
    {
        using var data = new DataFolder();
        if (hasIdentity) Assert.Equal(0, (await data.HhsAsync("id")).Code);
        string file = data.Write("hhs.conf", $"{store}\n{place}");

        var outcome = await data.HhsAsync("serve", "--listen", "ws://127.0.0.1:0", "--config", file);

        Assert.True(code == outcome.Code, $"{outcome.Code}: {outcome.Errors}");
        Assert.StartsWith("hhs: ", outcome.Errors);
        Assert.Contains(says, outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_by_itself_has_no_cluster_to_show()
    {
        using var data = new DataFolder();
        var outcome = await data.HhsAsync("cluster", "status");

        Assert.Equal(3, outcome.Code);
        Assert.Contains("hhs serve", outcome.Errors, StringComparison.Ordinal);
    }
}
