using System.Text.Json;

namespace Hhs.Node.Tests.Commands;

public sealed class RelayCommandTests
{
    [Fact(Timeout = 90_000)]
    public async Task Two_who_never_meet_exchange_a_set_through_a_relay_that_is_killed_in_between()
    {
        using DataFolder relay = new(), alice = new(), bob = new();
        string id = await alice.CreateSetAsync("s");
        await alice.HhsAsync("add", "s", "bread");
        string address, port;
        await using (var relaying = relay.Start("relay", "--listen", "ws://127.0.0.1:0", "--health", "0", "--objects-max", "10", "--bytes-max", "1GiB", "--json"))
        {
            address = Address(await relaying.LineWithAsync("listening"));
            port = address.Split('@')[1];
            await using var serving = alice.Start("serve", "--peer", address, "--json");
            while ((await relay.HhsAsync("log", id, "--json")).Json.Count < 2) { }   // the running relay answers
            relaying.Kill();
            await relaying.EndAsync();
            serving.Signal("INT");
            Assert.Equal(0, await serving.EndAsync());
        }
        await using var again = relay.Start("relay", "--listen", port, "--json");
        await again.LineWithAsync("listening");
        var joined = await bob.HhsAsync("join", id, "--peer", address, "--name", "copy", "--until-synced", "--json");
        Assert.True(joined.Code == 0, joined.Errors);
        Assert.Contains("bread", (await bob.HhsAsync("show", "copy")).Output, StringComparison.Ordinal);
        again.Signal("INT");
        Assert.Equal(0, await again.EndAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task It_says_for_whom_it_hosts()
    {
        using var data = new DataFolder();
        foreach (var (allow, said) in new[] { (Array.Empty<string>(), "everyone"), (["--allow", new string('A', 43) + "="], "1 key") })
        {
            await using var relaying = data.Start(["relay", "--listen", "ws://127.0.0.1:0", .. allow]);
            Assert.Contains(said, await relaying.LineWithAsync("hosting"), StringComparison.Ordinal);
            relaying.Signal("TERM");
            Assert.Equal(0, await relaying.EndAsync());
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false, 3)]
    [InlineData(true, 0)]
    public async Task Whom_it_does_not_host_for_it_serves_only_when_told_to(bool serveAll, int code)
    {
        using DataFolder relay = new(), alice = new(), bob = new();
        string id = await alice.CreateSetAsync("s");
        string key = (await alice.HhsAsync("id", "--json")).Json[0].GetProperty("keyId").GetString()!;
        await using var relaying = relay.Start(["relay", "--listen", "ws://127.0.0.1:0", "--allow", key, "--json", .. serveAll ? ["--serve-all"] : Array.Empty<string>()]);
        string address = Address(await relaying.LineWithAsync("listening"));
        await using var serving = alice.Start("serve", "--peer", address, "--json");
        while ((await relay.HhsAsync("log", id, "--json")).Json.Count < 1) { }   // the running relay answers
        var joined = await bob.HhsAsync("join", id, "--peer", address, "--until-synced", "--timeout", serveAll ? "30" : "1");
        Assert.True(joined.Code == code, joined.Errors);

        if (!serveAll) return;

        // Served is not hosted for.
        string his = await bob.CreateSetAsync("his");
        await using var alsoServing = bob.Start("serve", "--peer", address, "--json");
        await alice.HhsAsync("add", "s", "bread");
        while ((await relay.HhsAsync("log", id, "--json")).Json.Count < 2) { }
        Assert.Equal(3, (await relay.HhsAsync("log", his)).Code);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("--listen", "--tracker", "ws://127.0.0.1:1")]
    [InlineData("'nobody' is not a key id", "--listen", "ws://127.0.0.1:0", "--allow", "nobody")]
    [InlineData("--bytes-max must be a size such as", "--listen", "ws://127.0.0.1:0", "--bytes-max", "much")]
    [InlineData("--bytes-max must be a size such as", "--listen", "ws://127.0.0.1:0", "--bytes-max", "99999999TiB")]
    [InlineData("--objects-max must be a whole number", "--listen", "ws://127.0.0.1:0", "--objects-max", "0")]
    [InlineData("--retain must be a whole number", "--listen", "ws://127.0.0.1:0", "--retain", "1.5")]
    public async Task What_makes_no_sense_is_refused_with_what_is_wanted(string said, params string[] arguments)
    {
        using var data = new DataFolder();
        var outcome = await data.HhsAsync(["relay", .. arguments]);
        Assert.Equal(2, outcome.Code);
        Assert.Contains(said, outcome.Errors, StringComparison.Ordinal);
    }

    private static string Address(string line) => JsonDocument.Parse(line).RootElement.GetProperty("addresses")[0].GetString()!;
}
