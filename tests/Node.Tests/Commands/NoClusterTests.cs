namespace Hhs.Node.Tests.Commands;

/// <summary>A build without the cluster says so, and which build has it.</summary>
public sealed class NoClusterTests
{
    [Theory]
    [InlineData("cluster", "status")]
    [InlineData("cluster", "objects")]
    [InlineData("cluster", "down", "127.0.0.1:4053")]
    [InlineData("demo", "--scenario", "cluster")]
    [InlineData("serve", "--listen", "ws://127.0.0.1:0", "--config", "CONFIG")]
    public async Task What_needs_it_is_refused(params string[] command)
    {
        Assert.SkipWhen(File.Exists(Path.Combine(AppContext.BaseDirectory, "Hhs.Cluster.dll")), "this build has the cluster (AkkaFeed=nuget)");
        using var data = new DataFolder();
        string file = data.Write("hhs.conf", "hhs.cluster { listen = \"127.0.0.1:0\", seeds = [\"127.0.0.1:4053\"] }");

        var outcome = await data.HhsAsync([.. command.Select(word => word == "CONFIG" ? file : word)]);

        Assert.Equal(2, outcome.Code);
        Assert.Contains("AkkaFeed=nuget", outcome.Errors, StringComparison.Ordinal);
        if (command[0] == "serve") Assert.Contains("hhs.cluster.listen", outcome.Errors, StringComparison.Ordinal);
    }
}
