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

    [Fact(Timeout = 60_000)]
    public async Task Until_synced_waits_for_a_peer_that_pauses_before_it_has_given_all()
    {
        using DataFolder alice = new(), bob = new();
        string id = await alice.CreateSetAsync("s");
        await alice.HhsAsync(["add", "s", .. Enumerable.Range(0, 400).Select(i => $"item {i} {new string('x', 500)}")]);
        await using var serving = alice.Start("serve", "--listen", "ws://127.0.0.1:0", "--json");
        string address = JsonDocument.Parse(await serving.LineWithAsync("listening")).RootElement.GetProperty("addresses")[0].GetString()!;
        await using var link = new SlowLink(new Uri(address.Split('@')[1]).Port, bytesBefore: 150_000, pause: TimeSpan.FromSeconds(3));

        var joined = await bob.HhsAsync("join", id, "--peer", $"{address.Split('@')[0]}@ws://127.0.0.1:{link.Port}", "--until-synced", "--json");
        Assert.True(joined.Code == 0, joined.Errors);
        Assert.True(link.HasPaused);
        Assert.Equal(401, joined.Json[^1].GetProperty("entries").GetInt32());
    }

    [Fact(Timeout = 60_000)]
    public async Task Until_synced_is_not_reached_with_peers_that_do_not_have_the_object_or_are_not_there()
    {
        using DataFolder alice = new(), bob = new();
        await alice.CreateSetAsync("another");
        string id = await bob.CreateSetAsync("s");
        await using var serving = alice.Start("serve", "--listen", "ws://127.0.0.1:0", "--json");
        string address = JsonDocument.Parse(await serving.LineWithAsync("listening")).RootElement.GetProperty("addresses")[0].GetString()!;
        var alone = await bob.HhsAsync("join", id, "--peer", address, "--until-synced", "--timeout", "1");
        Assert.True(alone.Code == 3, $"{alone.Code} {alone.Errors}");
        Assert.Contains("no connected peer has object", alone.Errors);
        var nobody = await bob.HhsAsync("join", id, "--peer", $"{id}@ws://127.0.0.1:1", "--until-synced", "--timeout", "1");
        Assert.True(nobody.Code == 5, $"{nobody.Code} {nobody.Errors}");
        Assert.Contains("no peer could be reached within 1 s", nobody.Errors);
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
