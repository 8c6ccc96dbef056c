using System.Text.Json;

namespace Hhs.Node.Tests.Commands;

/// <summary>From one machine to another by what a person can hand over.</summary>
public sealed class ShareTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_running_node_shares_itself_and_the_link_and_the_words_are_joined()
    {
        using DataFolder alice = new(), bob = new(), carol = new();
        string id = await alice.CreateSetAsync("s", "--element", "bread");
        await using var serving = alice.Start("serve", "--listen", "tcp://127.0.0.1:0", "--listen", "ws://127.0.0.1:0", "--json");
        await serving.LineWithAsync("listening");

        var shared = await alice.HhsAsync("share", "s", "--words", "--json");
        Assert.True(shared.Code == 0, shared.Errors);
        string link = shared.Json[0].GetProperty("invitation").GetString()!, words = shared.Json[0].GetProperty("words").GetString()!, begins = shared.Json[0].GetProperty("begins").GetString()!;
        Assert.StartsWith(begins, words, StringComparison.Ordinal);

        var byLink = await bob.HhsAsync("join", link, "--until-synced", "--json");
        Assert.True(byLink.Code == 0, byLink.Errors);
        Assert.Equal((id, begins), (byLink.Json[0].GetProperty("id").GetString(), byLink.Json[0].GetProperty("begins").GetString()));
        Assert.Equal(2, byLink.Json[0].GetProperty("peers").GetArrayLength());
        var byWords = await carol.HhsAsync(["join", .. words.Split(' '), "--until-synced"]);
        Assert.True(byWords.Code == 0, byWords.Errors);
        Assert.Contains($"invited to {id}", byWords.Output);
        Assert.Contains("bread", (await carol.HhsAsync("show", id)).Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task For_a_person_there_is_a_QR_code_and_what_the_invitation_gives_away()
    {
        using var data = new DataFolder();
        string id = await data.CreateSetAsync("s");
        string peer = $"{id}@wss://node.example";   // any hash will do as a key id
        var shared = await data.HhsAsync("share", "s", "--peer", peer);
        Assert.True(shared.Code == 0, shared.Errors);
        Assert.StartsWith("hhs:", shared.Output, StringComparison.Ordinal);
        Assert.Contains("▄▄▄▄▄", shared.Output);
        Assert.Contains("can fetch the object", shared.Output);
        var plain = await data.HhsAsync("share", "s", "--peer", peer, "--no-qr");
        Assert.DoesNotContain("▄", plain.Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_invitation_that_names_only_a_tracker_leads_to_the_object()
    {
        using DataFolder alice = new(), bob = new(), tracking = new();
        await alice.CreateSetAsync("s", "--element", "bread");
        await using var tracker = tracking.Start("tracker", "--listen", "ws://127.0.0.1:0", "--json");
        string address = JsonDocument.Parse(await tracker.LineWithAsync("tracking")).RootElement.GetProperty("addresses")[0].GetString()!;
        await using var serving = alice.Start("serve", "--listen", "ws://127.0.0.1:0", "--tracker", address, "--json");
        await serving.LineWithAsync("listening");
        string id = (await alice.HhsAsync("list", "--json")).Json[0].GetProperty("id").GetString()!;
        var joined = await bob.HhsAsync("join", id, "--tracker", address, "--until-synced", "--timeout", "40");
        Assert.True(joined.Code == 0, joined.Errors);
        Assert.Contains("bread", (await bob.HhsAsync("show", id)).Output);

        using var carol = new DataFolder();
        var onlyTracker = await bob.HhsAsync("share", id, "--tracker", address, "--json");
        Assert.True(onlyTracker.Code == 0, onlyTracker.Errors);
        var invited = await carol.HhsAsync("join", onlyTracker.Json[0].GetProperty("invitation").GetString()!, "--until-synced", "--timeout", "40");
        Assert.True(invited.Code == 0, invited.Errors);

        using var dave = new DataFolder();
        var unreachable = await dave.HhsAsync("join", id, "--tracker", "ws://127.0.0.1:1", "--timeout", "1");
        Assert.Equal(5, unreachable.Code);
        Assert.Contains("tracker ws://127.0.0.1:1", unreachable.Errors);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_no_whole_invitation_is_said_and_nothing_is_fetched()
    {
        using DataFolder alice = new(), bob = new();
        string id = await alice.CreateSetAsync("s");
        var nobody = await alice.HhsAsync("share", "s");
        Assert.Equal(2, nobody.Code);
        Assert.Contains("--tracker", nobody.Errors);

        var shared = (await alice.HhsAsync("share", "s", "--words", "--json", "--peer", $"{id}@ws://127.0.0.1:1")).Json[0];
        string link = shared.GetProperty("invitation").GetString()!;
        await Refused("only the beginning", shared.GetProperty("begins").GetString()!.Split(' '));
        await Refused("checksum", link[..20] + (link[20] == 'A' ? 'B' : 'A') + link[21..]);
        await Refused("incomplete", link[..^4]);
        await Refused("mistyped", [.. shared.GetProperty("words").GetString()!.Split(' ')[..^1], "nope"]);
        await Refused("object id", "nonsense");

        async Task Refused(string because, params string[] invitation)
        {
            var outcome = await bob.HhsAsync(["join", .. invitation]);
            Assert.True(outcome.Code == 2, outcome.Errors);
            Assert.Contains(because, outcome.Errors);
            Assert.False(File.Exists(bob.Store));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_with_a_certificate_is_joined_by_those_who_trust_it()
    {
        using DataFolder alice = new(), bob = new();
        var (pem, keyPem) = alice.WriteCertificate();
        string id = await alice.CreateSetAsync("s");
        await using var serving = alice.Start("serve", "--listen", "wss://127.0.0.1:0", "--tls-cert", pem, "--tls-key", keyPem, "--json");
        string address = JsonDocument.Parse(await serving.LineWithAsync("listening")).RootElement.GetProperty("addresses")[0].GetString()!;
        var distrusted = await bob.HhsAsync("join", id, "--peer", address, "--timeout", "2");
        Assert.Equal(5, distrusted.Code);
        Assert.Contains("--tls-ca", distrusted.Errors);
        var joined = await bob.HhsAsync("join", id, "--peer", address, "--until-synced", "--tls-ca", pem);
        Assert.True(joined.Code == 0, joined.Errors);
    }
}
