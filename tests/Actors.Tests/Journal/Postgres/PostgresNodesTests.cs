using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;

namespace Hhs.Actors.Tests.Journal.Postgres;

/// <summary>Whole nodes over one database.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresNodesTests(SharedPostgres shared)
{
    private readonly string _schema = SharedPostgres.NewSchema();

    private Task<HhsNode> Start() => HhsNode.StartAsync(new HhsSettings { Journal = new() { Provider = JournalProvider.PostgreSql, PostgreSql = shared.Settings(_schema) } });

    [Fact(Timeout = 60_000)]
    public async Task Two_nodes_write_their_own_objects_side_by_side_and_a_third_finds_them()
    {
        await using (var one = await Start())
        await using (var other = await Start())
        {
            var first = await one.CreateGrowSetAsync("first");
            var second = await other.CreateGrowSetAsync("second");
            await Task.WhenAll(Write(first), Write(second));
            Assert.Equal(20, (await first.ElementsAsync()).Count);
        }
        await using var third = await Start();
        Assert.Equal([21, 21], (await third.ObjectsAsync()).Select(o => o.Entries));
        foreach (var (id, _) in await third.ObjectsAsync()) Assert.Equal(20, (await (await third.OpenGrowSetAsync(id)).ElementsAsync()).Count);

        static async Task Write(GrowSetHandle set)
        {
            for (int i = 0; i < 20; i++) await set.AddAsync($"element {i}");
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_whose_object_was_taken_over_refuses_one_write_reads_anew_and_goes_on()
    {
        await using var one = await Start();
        var mine = await one.CreateGrowSetAsync("contended");
        await mine.AddAsync("a");

        await using var other = await Start();
        var theirs = await other.OpenGrowSetAsync(mine.Id);
        await theirs.AddAsync("b");
        Assert.Contains("acquired", (await Assert.ThrowsAsync<HhsException>(() => mine.AddAsync("lost"))).Message, StringComparison.Ordinal);
        await mine.AddAsync("c");
        Assert.Equal(["a", "b", "c"], (await mine.ElementsAsync()).Select(e => e.ToString()!.Trim('"')).Order());

        // That took it back: now the other one has to read anew.
        await Assert.ThrowsAsync<HhsException>(() => theirs.AddAsync("lost as well"));
        await theirs.AddAsync("d");
        Assert.Equal(4, (await theirs.ElementsAsync()).Count);
    }
}
