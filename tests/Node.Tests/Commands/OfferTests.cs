using System.Text.Json;

namespace Hhs.Node.Tests.Commands;

/// <summary>Whom a node talks to, and about what.</summary>
public sealed class OfferTests
{
    [Fact(Timeout = 120_000)]
    public async Task An_object_is_offered_to_those_named_and_a_running_node_heeds_it_at_once()
    {
        using DataFolder alice = new(), bob = new();
        string id = await alice.CreateSetAsync("s", "--element", "bread");
        string bobs = (await bob.HhsAsync("id", "--json")).Json[0].GetProperty("keyId").GetString()!;
        Assert.Contains("everyone who asks", (await alice.HhsAsync("offer", "s")).Output);
        Assert.Contains("nobody-known", (await alice.HhsAsync("offer", "s", "nobody-known")).Errors);
        var offered = await alice.HhsAsync("offer", "s", id);   // some key that is not Bob's
        Assert.True(offered.Code == 0, offered.Errors);

        await using var serving = alice.Start("serve", "--listen", "ws://127.0.0.1:0", "--json");
        string address = JsonDocument.Parse(await serving.LineWithAsync("listening")).RootElement.GetProperty("addresses")[0].GetString()!;
        var refused = await bob.HhsAsync("join", id, "--peer", address, "--until-synced", "--timeout", "2");
        Assert.Equal(3, refused.Code);
        Assert.Contains("no connected peer has object", refused.Errors);

        Assert.Contains(bobs, (await alice.HhsAsync("offer", "s", bobs)).Output);
        var joined = await bob.HhsAsync("join", id, "--peer", address, "--until-synced");
        Assert.True(joined.Code == 0, joined.Errors);
        Assert.Contains("bread", (await bob.HhsAsync("show", id)).Output);
    }

    [Fact(Timeout = 120_000)]
    public async Task Holders_of_a_capability_can_be_the_audience()
    {
        using var alice = new DataFolder();
        await alice.CreateSetAsync("s");
        await alice.HhsAsync("create", "caps", "team", "--cap", "read");
        Assert.Equal(2, (await alice.HhsAsync("offer", "s", "--holders", "team")).Code);
        Assert.Equal(2, (await alice.HhsAsync("offer", "s", "everyone", "--holders", "team", "--capability", "read")).Code);
        Assert.Contains("holders of read", (await alice.HhsAsync("offer", "s", "--holders", "team", "--capability", "read")).Output);
        Assert.Contains("holders of read", (await alice.HhsAsync("offer", "s")).Output);
        Assert.Contains("everyone", (await alice.HhsAsync("offer", "s", "everyone")).Output);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_running_node_shows_its_peers_and_cuts_off_whom_it_blocks()
    {
        using DataFolder alice = new(), bob = new();
        string id = await alice.CreateSetAsync("s");
        string bobs = (await bob.HhsAsync("id", "--json")).Json[0].GetProperty("keyId").GetString()!;
        await using var serving = alice.Start("serve", "--listen", "ws://127.0.0.1:0", "--json");
        string address = JsonDocument.Parse(await serving.LineWithAsync("listening")).RootElement.GetProperty("addresses")[0].GetString()!;
        await using var joining = bob.Start("join", id, "--peer", address, "--json");
        await joining.LineWithAsync("opened");

        var peers = await alice.HhsAsync("peers", "--json");
        Assert.Equal(bobs, Assert.Single(peers.Json).GetProperty("keyId").GetString());
        Assert.Equal(0, (await alice.HhsAsync("block", bobs)).Code);
        var blocked = await alice.HhsAsync("peers", "--json");
        while (blocked.Json.Count > 1) blocked = await alice.HhsAsync("peers", "--json");   // until the session is closed
        Assert.True(blocked.Json[0].GetProperty("blocked").GetBoolean());
        Assert.Contains("unblocked", (await alice.HhsAsync("unblock", bobs)).Output);
        Assert.Equal(2, (await alice.HhsAsync("block", "no key")).Code);
        using var carol = new DataFolder();
        var alone = await carol.HhsAsync("peers");
        Assert.Equal(3, alone.Code);
        Assert.Contains("hhs serve", alone.Errors);
    }
}
