using System.Text.Json;
using Hhs.Node.Demo.Clusters;
using Hhs.Node.Tests;

namespace Hhs.Cluster.Tests.Executable;

/// <summary>The demo of the cluster, small, as people run it.</summary>
public sealed class ClusterDemoTests
{
    [Fact(Timeout = 240_000)]
    public async Task Nothing_is_lost_forked_or_different_though_one_node_is_killed_and_one_is_drained()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");

        var demo = await HhsProcess.RunAsync("demo", "--scenario", "cluster", "--objects", "60", "--seed", "1", "--json");

        Assert.True(demo.Code == 0, demo.Errors + demo.Output);
        var result = demo.Json[0];
        Assert.True(result.GetProperty("good").GetBoolean());
        foreach (string nothing in (string[])["lostOfPeers", "lostOfCluster", "forks", "differing", "damaged"]) Assert.Equal(0, result.GetProperty(nothing).GetInt32());
        Assert.True(result.GetProperty("acknowledgedByPeers").GetInt32() >= 100);
        Assert.True(result.GetProperty("acknowledgedByCluster").GetInt32() >= 100);
        JsonElement[] moves = [.. result.GetProperty("moves").EnumerateArray()];
        Assert.Equal(["kill", "drain"], moves.Select(m => m.GetProperty("what").GetString()));
        Assert.Equal(0, moves[1].GetProperty("exitCode").GetInt32());
        Assert.All(moves, move => Assert.True(move.GetProperty("objects").GetInt32() > 0));
        foreach (var placement in result.GetProperty("placements").EnumerateArray())
            Assert.Equal(60, placement.GetProperty("nodes").EnumerateArray().Sum(n => n.TryGetProperty("objects", out var objects) ? objects.GetInt32() : 0));
    }
}
