using System.Text.Json;

namespace Hhs.Node.Tests.Commands;

public sealed class ServeAndJoinTests
{
    private static readonly HttpClient Http = new();

    [Fact(Timeout = 60_000)]
    public async Task A_set_is_joined_by_its_id_and_arrives_whole()
    {
        using DataFolder alice = new(), bob = new();
        string id = await alice.CreateSetAsync("s");
        await alice.HhsAsync(["add", "s", .. Enumerable.Range(0, 200).Select(i => $"item {i}")]);
        await using var serving = alice.Start("serve", "--listen", "ws://127.0.0.1:0", "--health", "0", "--json");
        var listening = JsonDocument.Parse(await serving.LineWithAsync("listening")).RootElement;
        string address = listening.GetProperty("addresses")[0].GetString()!;
        string health = listening.GetProperty("health").GetString()!;

        var joined = await bob.HhsAsync("join", id, "--peer", address, "--name", "copy", "--until-synced", "--json");
        Assert.True(joined.Code == 0, joined.Errors);
        Assert.Equal(201, joined.Json[^1].GetProperty("entries").GetInt32());
        Assert.Equal(200, (await bob.HhsAsync("show", "copy", "--json")).Json[0].GetProperty("elements").GetArrayLength());

        var cancel = TestContext.Current.CancellationToken;
        Assert.Equal("live\n", await Http.GetStringAsync($"{health}/health/live", cancel));
        Assert.Equal("ready\n", await Http.GetStringAsync($"{health}/health/ready", cancel));
        Assert.Contains("# TYPE hhs_sessions_open gauge", await Http.GetStringAsync($"{health}/metrics", cancel));

        // Nobody there has this one.
        string unknown = listening.GetProperty("keyId").GetString()!;
        var missing = await bob.HhsAsync("join", unknown, "--peer", address, "--timeout", "2");
        Assert.True(missing.Code == 3, missing.Errors);

        // The right place, another key.
        string wrong = $"{id}@{address.Split('@')[1]}";
        var refused = await bob.HhsAsync("join", unknown, "--peer", wrong, "--timeout", "20");
        Assert.True(refused.Code == 5, refused.Errors);
        Assert.Contains("proved another key", refused.Errors);

        serving.Signal("INT");
        Assert.Equal(0, await serving.EndAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_peer_that_cannot_be_reached_is_a_matter_of_the_network()
    {
        using var data = new DataFolder();
        string id = await data.CreateSetAsync("s");
        using var other = new DataFolder();
        var outcome = await other.HhsAsync("join", id, "--peer", $"{id}@ws://127.0.0.1:1", "--timeout", "1");
        Assert.Equal(5, outcome.Code);
        Assert.Contains("could be reached", outcome.Errors);
    }

    [Fact(Timeout = 30_000)]
    public async Task SIGTERM_stops_a_serving_node_cleanly_and_frees_its_store()
    {
        using var data = new DataFolder();
        await using var serving = data.Start("serve", "--listen", "ws://127.0.0.1:0");
        await serving.LineWithAsync("listening");
        serving.Signal("TERM");
        Assert.Equal(0, await serving.EndAsync());
        Assert.Equal(0, (await data.HhsAsync("list")).Code);
    }

    [Fact(Timeout = 30_000)]
    public async Task Ctrl_C_ends_a_command_that_is_not_done_with_130()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        await using var adding = data.Start("add", "s", "first", "--stdin");
        await adding.LineWithAsync("first");
        adding.Signal("INT");
        Assert.Equal(130, await adding.EndAsync());
    }
}
