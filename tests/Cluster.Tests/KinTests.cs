using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests;
using Hhs.Cluster.Placement;
using Hhs.Model.Identity;

namespace Hhs.Cluster.Tests;

/// <summary>A node that differs in what all have in common does not run with the others.</summary>
public sealed class KinTests
{
    [Theory(Timeout = 60_000)]
    [InlineData("identity")]
    [InlineData("store")]
    [InlineData("number of shards")]
    public async Task A_node_that_differs_from_those_that_are_there_stops_and_says_in_what(string what)
    {
        await using var cluster = await TestCluster.OfAsync(1);
        HhsSettings settings = new()
        {
            Identity = what == "identity" ? SecretKey.Generate(SystemRandom.Instance) : cluster.Identity,
            Store = (what == "store" ? new SharedStore() : cluster.Store).Open(),
        };
        var config = what == "number of shards" ? ConfigurationFactory.ParseString("hhs.cluster.number-of-shards = 7").WithFallback(TestCluster.Hasty) : TestCluster.Hasty;
        await using var other = await ClusterNode.StartAsync(settings, config);
        Akka.Cluster.Cluster.Get(other.System).Join(Akka.Cluster.Cluster.Get(cluster[0].System).SelfAddress);

        await other.System.WhenTerminated.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        var reason = Assert.IsType<UnlikeMemberReason>(CoordinatedShutdown.Get(other.System).ShutdownReason);
        Assert.Contains(what, reason.Text, StringComparison.Ordinal);
        Assert.Contains(Akka.Cluster.Cluster.Get(cluster[0].System).SelfAddress.ToString(), reason.Text, StringComparison.Ordinal);
        Assert.False(cluster[0].System.WhenTerminated.IsCompleted);
        await Eventually.Holds(() => TestCluster.MembersUp(cluster[0]) == 1, "the other has left");
    }

    [Theory]
    [InlineData("hhs-kin-1 key store 100 1", null)]
    [InlineData("hhs-kin-1 key store 100 1 and what a later version adds", null)]
    [InlineData("hhs-kin-1 key store 100 2", "version of the messages")]
    [InlineData("hhs-kin-1 key store 10 1", "number of shards")]
    [InlineData("hhs-kin-2 key store 100 1", "incompatible")]
    [InlineData("hhs-kin-1 key", "incompatible")]
    [InlineData("", "incompatible")]
    public void What_another_version_says_can_be_read(string theirs, string? difference)
    {
        string? found = new Kin("key", "store", 100, 1).DifferenceFrom(theirs);
        if (difference is null) Assert.Null(found);
        else Assert.Contains(difference, found, StringComparison.Ordinal);
    }
}
