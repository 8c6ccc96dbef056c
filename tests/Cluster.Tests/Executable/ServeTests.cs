using System.Net;
using System.Text.Json;
using Hhs.Actors.Tests;
using Hhs.Actors.Tests.Journal.Postgres;
using Hhs.Cluster.Tests.Remoting;
using Hhs.Node.Demo.Clusters;
using Hhs.Node.Tests;

namespace Hhs.Cluster.Tests.Executable;

/// <summary><c>hhs serve</c> as a node of a cluster, and what its operator asks of it.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ServeTests(SharedPostgres postgres)
{
    [Fact(Timeout = 120_000)]
    public async Task A_node_comes_says_how_the_cluster_stands_is_put_out_and_another_leaves()
    {
        using var data = new DataFolder();
        var places = NodePlace.Choose(data.Path, 2);
        string schema = data.Write("schema.conf", $"hhs.journal.postgresql.schema = {SharedPostgres.NewSchema()}");
        string[] configs = [.. places.Select(p => p.WriteConfig(places, postgres.Server.ConnectionString, schema))];
        await data.HhsAsync("id");

        // The second does not make a cluster: it waits for the first.
        await using var second = HhsProcess.Start("serve", "--config", configs[1], "--health", "0", "--json");
        string health = (await ListeningAsync(second)).GetProperty("health").GetString()!;
        using var http = new HttpClient { BaseAddress = new(health) };
        var notReady = await http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, notReady.StatusCode);
        Assert.Contains("not up in its cluster", await notReady.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live", TestContext.Current.CancellationToken)).StatusCode);

        await using var first = HhsProcess.Start("serve", "--config", configs[0], "--json");
        await ListeningAsync(first);
        await Eventually.Holds(async () => (await http.GetAsync("/health/ready", TestContext.Current.CancellationToken)).IsSuccessStatusCode, "it is ready");
        string[] names = [.. places.Select(p => $"127.0.0.1:{p.ClusterPort}")];
        string at = places[1].Folder;
        await Eventually.Holds(async () => (await HhsProcess.RunAsync("cluster", "status", "--data", at)).Output.Split("Up").Length == 3, "it sees both");

        string made = (await HhsProcess.RunAsync("create", "set", "s", "--data", at, "--json")).Json[0].GetProperty("id").GetString()!;
        var text = await HhsProcess.RunAsync("cluster", "status", "--data", at);
        Assert.Contains("this node", text.Output.Split('\n').Single(l => l.StartsWith(names[1], StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(names[0], text.Output, StringComparison.Ordinal);
        var status = (await HhsProcess.RunAsync("cluster", "status", "--data", at, "--json")).Json[0];
        var members = JsonDocument.Parse(await http.GetStringAsync("/cluster/members", TestContext.Current.CancellationToken)).RootElement;
        foreach (var said in (JsonElement[])[status, members])
        {
            Assert.Equal($"akka.tcp://hhs@{names[1]}", said.GetProperty("selfNode").GetString());
            Assert.Equal(2, said.GetProperty("members").GetArrayLength());
            Assert.Equal(1, said.GetProperty("members").EnumerateArray().Sum(m => m.GetProperty("objects").GetInt32()));
            Assert.Equal(0, said.GetProperty("unreachable").GetArrayLength());
        }
        var objects = await Task.WhenAll(places.Select(p => HhsProcess.RunAsync("cluster", "objects", "--data", p.Folder)));
        Assert.Equal(made, string.Concat(objects.Select(o => o.Output)).Trim());

        var nobody = await HhsProcess.RunAsync("cluster", "down", "127.0.0.1:1", "--data", at);
        Assert.Equal(3, nobody.Code);
        Assert.Contains(names[0], nobody.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await HhsProcess.RunAsync("cluster", "down", names[0], "--data", at)).Code);
        Assert.Equal(5, await first.EndAsync());
        Assert.Contains("start it again", first.Errors, StringComparison.Ordinal);

        second.Signal("TERM");
        Assert.True(await second.EndAsync() == 0, second.Errors);
    }

    [Fact(Timeout = 120_000)]
    public async Task Over_TLS_one_that_has_another_identity_ends_and_says_so()
    {
        using var certificates = new Certificates();
        using var data = new DataFolder();
        var places = NodePlace.Choose(data.Path, 2);
        string more = data.Write("more.conf", $"hhs.journal.postgresql.schema = {SharedPostgres.NewSchema()}\n{Certificates.Hocon(certificates.For("node"))}");
        string[] configs = [.. places.Select(p => p.WriteConfig(places, postgres.Server.ConnectionString, more))];
        await data.HhsAsync("id");
        using var elsewhere = new DataFolder();
        await elsewhere.HhsAsync("id");
        File.AppendAllText(configs[1], $"\nhhs.identity-file = \"{Path.Combine(elsewhere.Path, "identity.json")}\"");

        await using var first = HhsProcess.Start("serve", "--config", configs[0], "--json");
        await ListeningAsync(first);
        await Eventually.Holds(async () => (await HhsProcess.RunAsync("cluster", "status", "--data", places[0].Folder)).Output.Contains("Up", StringComparison.Ordinal), "the first is up");
        await using var second = HhsProcess.Start("serve", "--config", configs[1]);

        Assert.True(await second.EndAsync() == 2, second.Errors);
        Assert.Contains("the identity (key id) here is ", second.Errors, StringComparison.Ordinal);
        var status = (await HhsProcess.RunAsync("cluster", "status", "--data", places[0].Folder, "--json")).Json[0];
        Assert.Equal($"akka.ssl.tcp://hhs@127.0.0.1:{places[0].ClusterPort}", status.GetProperty("selfNode").GetString());
    }

    private static async Task<JsonElement> ListeningAsync(HhsProcess node) => JsonDocument.Parse(await node.LineWithAsync("listening")).RootElement;
}
