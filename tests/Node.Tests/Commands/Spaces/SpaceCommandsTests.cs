using System.Text.Json;
using static Hhs.Node.Tests.Commands.TypeCommandsTests;

namespace Hhs.Node.Tests.Commands.Spaces;

public sealed class SpaceCommandsTests
{
    private static readonly string[] BuySeat12 = ["--require", "seats absent 12", "--require", "stock atLeast 1", "--do", "stock add -1", "--on-conflict", "review"];

    [Fact]
    public async Task Of_two_processes_that_sell_one_seat_one_wins_and_the_other_is_reviewed_explained_and_answered()
    {
        using DataFolder alice = new(), bob = new();
        string id = await Theatre(alice);
        string bobId = await KeyId(bob);
        await Sync(alice, bob, id);
        string won = await Tx(alice, "theatre", [.. BuySeat12, "--do", "seats set 12=ann"]);
        string lost = await Tx(bob, id, [.. BuySeat12, "--do", "seats set 12=bob"]);
        string also = await Tx(bob, id, "--require", "seats is 12=bob", "--do", "stock add -4", "--on-conflict", "review");
        await Sync(alice, bob, id);

        var review = (await bob.HhsAsync("review", id, "--json")).Json;
        Assert.Equal([lost, also], review.Select(item => item.GetProperty("entry").GetString()));
        Assert.Equal(("pending", won), (review[0].GetProperty("fate").GetString(), review[0].GetProperty("winners")[0].GetString()));
        Assert.Single((await bob.HhsAsync("review", id, "--json", "--skip", "1")).Json);
        string table = (await alice.HhsAsync("review", "theatre")).Output;
        Assert.Contains("seats absent 12 does not hold; seen: 12: ann", table, StringComparison.Ordinal);
        Assert.Contains("stock add -1; seats set 12=bob", table, StringComparison.Ordinal);

        string account = (await bob.HhsAsync("explain", id, lost[..8])).Output;
        foreach (string says in (string[])[$"by {bobId}", "verdict    pending: seats absent 12 does not hold", "required   stock atLeast 1", "would do   seats set 12=bob", $"lost to    {won}", "seats set 12=ann", $"until {await KeyId(alice)} seals"])
            Assert.Contains(says, account, StringComparison.Ordinal);
        var json = (await bob.HhsAsync("explain", id, lost, "--json")).Json[0];
        Assert.Equal((0, false, true), (json.GetProperty("failed").GetInt32(), json.GetProperty("final").GetBoolean(), json.GetProperty("canBeFinal").GetBoolean()));
        Assert.Contains("VOID", (await bob.HhsAsync("log", id)).Output, StringComparison.Ordinal);
        Assert.Contains("2 wait for an answer", (await bob.HhsAsync("show", id)).Output, StringComparison.Ordinal);

        await Fails(bob, ExitCode.Refused, "seats absent 12", "resolve", id, lost, "retry");
        await Do(bob, "resolve", id, lost, "dismiss");
        await Tx(bob, id, "--do", "seats set 12=bob");
        await Do(bob, "resolve", id, also[..10], "retry");
        await Fails(bob, ExitCode.Refused, "resolved already", "resolve", id, also, "retry");
        Assert.Contains("nothing waits", (await bob.HhsAsync("review", id)).Output, StringComparison.Ordinal);
        Assert.Equal("5", Value(await Show(bob, id), "stock").GetString());
        await Fails(bob, ExitCode.Refused, "only the seal authority", "seal", id);

        await Do(alice, "seal", "theatre");
        Assert.Contains("final      yes", (await alice.HhsAsync("explain", "theatre", lost)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_of_each_type_are_added_written_in_words_and_shown()
    {
        using var data = new DataFolder();
        await Do(data, "create", "space", "all");
        foreach (string[] member in (string[][])
            [["counter", "counter", "--initial", "-2"], ["my list", "list"], ["record", "record", "--value", "f=v"], ["set", "set", "--element", "old"], ["text", "text"],
             ["raw", "--create", """{"action":"create","type":"hhs-actors/counter_v1","seed":"x","initial":"7"}"""]])
            await Do(data, ["member", "all", .. member]);
        await Tx(data, "all",
            "--require", "counter atMost -2", "--require", "my list length 0..0", "--require", "record is f=v", "--require", "set lacks new || counter atLeast 100",
            "--require", """{"allOf":[{"member":"record","present":"f"},{"member":"text","length":{"min":0,"max":0}}]}""",
            "--do", "counter add 5", "--do", "my list insert -1=x", "--do", "record remove f", "--do", "set add new", "--do", "set remove old",
            "--do", "text insert 0=hello", "--do", """raw {"action":"add","amount":"3"}""");
        await Tx(data, "all", "--json-value", "--require", "my list elementAt 0=\"x\"", "--require", "text elementAt 1=\"ell\"", "--do", "text delete 0..4", "--do", "record set n={\"n\":1}");
        var shown = await Show(data, "all");
        Assert.Equal(("3", "10", "o"), (Value(shown, "counter").GetString(), Value(shown, "raw").GetString(), Value(shown, "text").GetString()));
        Assert.Equal(("""{"n":{"n":1}}""", """["x"]""", """["new"]"""), (Value(shown, "record").GetRawText(), Value(shown, "my list").GetRawText(), Value(shown, "set").GetRawText()));
        Assert.Contains("my list", (await data.HhsAsync("show", "all")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_is_read_from_a_file_also_by_a_node_that_runs_elsewhere()
    {
        using var data = new DataFolder();
        await Theatre(data);
        string file = data.Write("tx.json", """{"require":["stock atLeast 1",{"member":"seats","absent":"1"}],"do":["stock add -1",{"member":"seats","payload":{"action":"set","fields":{"1":"ann"}}}],"onConflict":"review"}""");
        await Tx(data, "theatre", "--file", file);
        Assert.Equal("""{"1":"ann"}""", Value(await Show(data, "theatre"), "seats").GetRawText());
        await using var serving = data.Start("serve", "--listen", "ws://127.0.0.1:0");
        await serving.LineWithAsync("listening");
        await Fails(data, ExitCode.Refused, "seats absent 1", "tx", "theatre", "--file", Path.GetRelativePath(Environment.CurrentDirectory, file));
        await Tx(data, "theatre", "--do", "stock add 1");
        serving.Signal("TERM");
        await serving.EndAsync();
    }

    [Fact]
    public async Task Capabilities_of_a_space_are_given_and_taken_by_the_same_commands()
    {
        using DataFolder alice = new(), bob = new();
        string id = await Theatre(alice, "--capability", "sell", "--capability", "help=sell", "--requires", "transact=sell");
        string bobId = await KeyId(bob);
        await Sync(alice, bob, id);
        await Fails(bob, ExitCode.Refused, $"author '{bobId}' does not have capability 'sell'", "tx", id, "--do", "stock add -1");
        await Do(alice, "enroll", "theatre", await PublicKey(bob));
        await Do(alice, "grant", "theatre", bobId, "sell");
        await Sync(alice, bob, id);
        await Tx(bob, id, "--require", $"capabilities holds {bobId}=sell", "--do", "stock add -1");
        await Fails(bob, ExitCode.Refused, "holds", "tx", id, "--require", $"capabilities holds {bobId}=help", "--do", "stock add -1");
    }

    [Fact]
    public async Task Mistakes_say_what_to_do()
    {
        using var data = new DataFolder();
        await Fails(data, ExitCode.BadInput, "needs a --capability", "create", "space", "s", "--requires", "transact=buy");
        await Fails(data, ExitCode.BadInput, "is not a key id", "create", "space", "s", "--seal-authority", "bob");
        await Theatre(data, "--seal-authority", "none");
        await Fails(data, ExitCode.BadInput, "is a space: 'hhs inc' is for a counter", "inc", "theatre");
        await Fails(data, ExitCode.BadInput, "no member can be of type 'caps'", "member", "theatre", "m", "caps");
        await Fails(data, ExitCode.Refused, "nothing in it is ever final", "seal", "theatre");
        await Fails(data, ExitCode.BadInput, "does nothing", "tx", "theatre");
        await Fails(data, ExitCode.BadInput, "expected void or review", "tx", "theatre", "--do", "stock add 1", "--on-conflict", "fight");
        await Fails(data, ExitCode.BadInput, "cannot be read", "tx", "theatre", "--file", "/nowhere/tx.json");
        await Fails(data, ExitCode.BadInput, "no field 'ops'", "tx", "theatre", "--file", data.Write("bad.json", """{"ops":[]}"""));
        await Fails(data, ExitCode.NotFound, "no entry here begins", "explain", "theatre", "abcdefgh");
        await Fails(data, ExitCode.NotFound, "has no entry", "explain", "theatre", await KeyId(data));
        await Fails(data, ExitCode.BadInput, "ENTRY retry", "resolve", "theatre", "1");
        await Fails(data, ExitCode.Refused, "no such transaction", "resolve", "theatre", await KeyId(data), "retry");
    }

    private static async Task<string> Theatre(DataFolder data, params string[] options)
    {
        string id = (await data.HhsAsync(["create", "space", "theatre", "--json", .. options])).Json[0].GetProperty("id").GetString()!;
        await Do(data, "member", "theatre", "seats", "record");
        await Do(data, "member", "theatre", "stock", "counter", "--initial", "10");
        return id;
    }

    private static async Task<string> Tx(DataFolder data, string space, params string[] what)
    {
        var outcome = await data.HhsAsync(["tx", space, "--json", .. what]);
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal("live", outcome.Json[0].GetProperty("fate").GetString());
        return outcome.Json[0].GetProperty("entry").GetString()!;
    }

    private static JsonElement Value(JsonElement shown, string member) =>
        shown.GetProperty("members").EnumerateArray().Single(each => each.GetProperty("name").GetString() == member).GetProperty("value");
}
