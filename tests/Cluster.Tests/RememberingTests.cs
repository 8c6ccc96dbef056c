using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Tests;
using Hhs.Actors.Tests.Journal.Postgres;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests;

/// <summary>Objects that sharding remembers, in the nodes' own database.</summary>
[Collection(PostgresCollection.Name)]
public sealed class RememberingTests(SharedPostgres postgres)
{
    private const string On = "akka.cluster.sharding.remember-entities = on";

    [Fact(Timeout = 90_000)]
    public async Task What_a_dead_node_had_comes_back_at_another_without_anybody_asking()
    {
        string schema = SharedPostgres.NewSchema();
        var settings = new JournalSettings { Provider = JournalProvider.PostgreSql, PostgreSql = postgres.Settings(schema) };
        await using var cluster = await TestCluster.OfAsync(3, node => node with { Store = null, Journal = settings }, On);
        for (int i = 0; i < 8; i++) await cluster[0].CreateSetAsync(new SetOptions { Seed = $"set {i}" });
        await Eventually.Holds(async () => await TestCluster.EntitiesAtAsync(cluster[2]) > 0 && await SumAsync(cluster, 3) == 8, "the third has some");

        Assert.True((long)postgres.Server.Sql($"SELECT count(*) FROM {schema}.sharding_event")! > 0, "what is remembered is in the nodes' database");
        cluster.Kill(cluster[2]);

        await Eventually.Holds(async () => await SumAsync(cluster, 2) == 8, "all are at those that are left");
    }

    private static async Task<int> SumAsync(TestCluster cluster, int nodes)
    {
        int sum = 0;
        for (int i = 0; i < nodes; i++) sum += await TestCluster.EntitiesAtAsync(cluster[i]);
        return sum;
    }

    [Fact(Timeout = 90_000)]
    public async Task What_the_last_node_had_comes_back_when_it_is_started_again()
    {
        var settings = new JournalSettings { Provider = JournalProvider.PostgreSql, PostgreSql = postgres.Settings(SharedPostgres.NewSchema()) };
        await using var cluster = await TestCluster.OfAsync(1, node => node with { Store = null, Journal = settings }, On);
        for (int i = 0; i < 20; i++) await cluster[0].CreateSetAsync(new SetOptions { Seed = $"set {i}" });
        await cluster.LeaveAsync(cluster[0]);
        await cluster.AddAsync(node => node with { Store = null, Journal = settings }, On);
        await Eventually.Holds(async () => await TestCluster.EntitiesAtAsync(cluster[0]) == 20, "all are back");
    }
}
