using System.Text.Json;

namespace Hhs.Node.Tests.Commands;

public sealed class TypeCommandsTests
{
    [Fact]
    public async Task A_counter_counts_exactly_however_large()
    {
        using var data = new DataFolder();
        await Do(data, "create", "counter", "votes", "--initial", "9223372036854775807");
        await Do(data, "inc", "votes");
        await Do(data, "inc", "votes", "5");
        await Do(data, "inc", "votes", "-2");
        Assert.Equal("9223372036854775811", (await Show(data, "votes")).GetProperty("value").GetString());
        await Fails(data, ExitCode.BadInput, "adding 0", "inc", "votes", "0");
    }

    [Fact]
    public async Task A_register_shows_its_value_now_and_then()
    {
        using var data = new DataFolder();
        await Do(data, "create", "register", "title", "--initial", "draft");
        string then = (await data.HhsAsync("set", "title", "final", "--json")).Json[0].GetProperty("entry").GetString()!;
        await Do(data, "set", "title", "--json-value", """{"n":1}""");
        Assert.Equal("""{"n":1}""", (await Show(data, "title")).GetProperty("value").GetRawText());
        Assert.Equal("final", (await Show(data, "title", "--at", then)).GetProperty("value").GetString());
        Assert.Contains("value {\"n\":1}", (await data.HhsAsync("show", "title")).Output, StringComparison.Ordinal);
        await Fails(data, ExitCode.BadInput, "no fields", "set", "title", "field", "value");
        await Fails(data, ExitCode.BadInput, "is not JSON", "set", "title", "--json-value", "{");
        await Fails(data, ExitCode.Refused, "no such version", "show", "title", "--at", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    }

    [Fact]
    public async Task Items_are_moved_registers_cleared_and_capabilities_made_and_taken_away()
    {
        using var data = new DataFolder();
        await Do(data, "create", "list", "todo");
        await Do(data, "insert", "todo", "0", "a", "b", "c");
        await Do(data, "move", "todo", "2", "0");
        Assert.Equal(["c", "a", "b"], (await Show(data, "todo")).GetProperty("items").EnumerateArray().Select(i => i.GetString()));
        await Fails(data, ExitCode.BadInput, "no such part", "move", "todo", "3", "0");
        await Do(data, "create", "register", "title", "--initial", "draft");
        await Do(data, "clear", "title");
        await Fails(data, ExitCode.BadInput, "is for a register", "clear", "todo");
        await Do(data, "create", "caps", "team");
        await Do(data, "define", "team", "edit");
        await Do(data, "abolish", "team", "edit");
        await Fails(data, ExitCode.Refused, "edit", "abolish", "team", "edit");
    }

    [Fact]
    public async Task A_record_keeps_to_its_schema()
    {
        using var data = new DataFolder();
        await Do(data, "create", "record", "person", "--field", "name=string", "--field", "age=integer", "--field", "visits=counter", "--required", "name", "--value", "name=Ada");
        await Do(data, "set", "person", "age", "36", "--json-value");
        var fields = (await Show(data, "person")).GetProperty("fields").EnumerateArray().ToDictionary(f => f.GetProperty("field").GetString()!, f => f.GetProperty("value").GetRawText());
        Assert.Equal(("36", "\"Ada\""), (fields["age"], fields["name"]));
        await Fails(data, ExitCode.Refused, "field 'age'", "set", "person", "age", "old");
        await Fails(data, ExitCode.Refused, "no field 'height'", "set", "person", "height", "x");
        await Fails(data, ExitCode.Refused, "'name' is required", "remove", "person", "name");
        await Fails(data, ExitCode.BadInput, "name the field too", "set", "person", "x");
        await Do(data, "remove", "person", "age");
        Assert.Equal(1, (await Show(data, "person")).GetProperty("fields").GetArrayLength());
        await Fails(data, ExitCode.BadInput, "'float' is not a type; a field holds string", "create", "record", "r", "--field", "x=float");
        await Fails(data, ExitCode.BadInput, "expected FIELD=TYPE", "create", "record", "r", "--field", "x");
        await Fails(data, ExitCode.BadInput, "no such --field", "create", "record", "r", "--field", "x=string", "--required", "y");
    }

    [Fact]
    public async Task Fields_of_a_record_hold_objects_of_every_type()
    {
        using var data = new DataFolder();
        await Do(data, "create", "record", "page");
        foreach (string kind in (string[])["counter", "growset", "list", "log", "record", "register", "set", "text"]) await Do(data, "add", "page", $"my {kind}={kind}");
        var fields = (await Show(data, "page")).GetProperty("fields").EnumerateArray().ToList();
        Assert.Equal(8, fields.Count);
        Assert.All(fields, field => Assert.Equal("my " + field.GetProperty("type").GetString(), field.GetProperty("field").GetString()));

        string counter = Child("my counter"), inner = Child("my record");
        await Do(data, "inc", "page", "5", "--child", counter);
        Assert.Equal("5", (await Show(data, "page", "--child", counter)).GetProperty("value").GetString());
        string deep = (await data.HhsAsync("add", "page", "--child", inner, "a=b=set", "--json")).Json[0].GetProperty("entry").GetString()!;
        Assert.Equal($"(set {deep})", (await data.HhsAsync("show", "page", "--child", inner)).Output.Split('\n').Select(Cell).First(c => c.StartsWith('(')));
        await Do(data, "remove", "page", "my counter");
        Assert.DoesNotContain(counter, (await data.HhsAsync("show", "page")).Output, StringComparison.Ordinal);

        await Fails(data, ExitCode.BadInput, "not FIELD=TYPE", "add", "page", "visits");
        await Fails(data, ExitCode.BadInput, "no object of type 'caps' can be in a field; types are counter, growset", "add", "page", "team=caps");
        await Do(data, "create", "record", "strict", "--field", "visits=counter");
        await Do(data, "add", "strict", "visits=counter");
        await Fails(data, ExitCode.Refused, "the schema has no such object in field 'visits'", "add", "strict", "visits=text");

        string Child(string name) => fields.Single(f => f.GetProperty("field").GetString() == name).GetProperty("child").GetString()!;
        static string Cell(string line) => line.IndexOf('(', StringComparison.Ordinal) is >= 0 and var from && line.IndexOf(')', from) is >= 0 and var to ? line[from..(to + 1)] : "";
    }

    [Fact]
    public async Task Texts_and_lists_take_inserts_and_deletes()
    {
        using var data = new DataFolder();
        await Do(data, "create", "text", "notes");
        await Do(data, "insert", "notes", "0", "hello world");
        await Do(data, "insert", "notes", "-1", "!");
        await Do(data, "delete", "notes", "0", "6");
        Assert.Equal("world!", (await Show(data, "notes")).GetProperty("text").GetString());
        await Fails(data, ExitCode.BadInput, "no index 7", "insert", "notes", "7", "x");
        await Fails(data, ExitCode.BadInput, "no such part", "delete", "notes", "5", "2");

        await Do(data, "create", "list", "todo");
        await Do(data, "insert", "todo", "0", "a", "c");
        await Do(data, "insert", "todo", "1", "b");
        await Do(data, "delete", "todo", "0", "1");
        Assert.Equal(["b", "c"], (await Show(data, "todo")).GetProperty("items").EnumerateArray().Select(i => i.GetString()));
    }

    [Fact]
    public async Task Grow_only_sets_and_logs_are_added_to()
    {
        using var data = new DataFolder();
        await Do(data, "create", "growset", "seen", "--element", "a");
        await Do(data, "add", "seen", "b", "b");
        Assert.Equal(2, (await Show(data, "seen")).GetProperty("elements").GetArrayLength());
        await Do(data, "create", "log", "events");
        await Do(data, "add", "events", "x", "x");
        Assert.Equal(2, (await Show(data, "events")).GetProperty("records").GetArrayLength());
        await Fails(data, ExitCode.BadInput, "is a log: 'hhs remove' is for a set or record", "remove", "events", "x");
    }

    [Fact]
    public async Task A_command_for_another_type_says_what_the_object_is()
    {
        using var data = new DataFolder();
        await Do(data, "create", "text", "notes");
        foreach (string[] command in (string[][])[["inc", "notes"], ["set", "notes", "x"], ["add", "notes", "x"], ["enroll", "notes", await PublicKey(data)], ["grant", "notes", await KeyId(data), "write"]])
            await Fails(data, ExitCode.BadInput, "is a text: 'hhs ", command);
        await Fails(data, ExitCode.Refused, "no capability object", "advance", "notes");
    }

    [Fact]
    public async Task Concurrent_writes_are_listed_and_settled()
    {
        using DataFolder alice = new(), bob = new();
        string id = (await alice.HhsAsync("create", "record", "page", "--value", "title=draft", "--json")).Json[0].GetProperty("id").GetString()!;
        await Sync(alice, bob, id);
        await Do(alice, "set", "page", "title", "of alice");
        await Do(bob, "set", id, "title", "of bob");
        await Sync(alice, bob, id);

        var conflict = Assert.Single((await bob.HhsAsync("conflicts", id, "--json")).Json);
        Assert.Equal("title", conflict.GetProperty("subject").GetString());
        string?[] values = [.. conflict.GetProperty("candidates").EnumerateArray().Select(c => c.GetProperty("value").GetString())];
        Assert.Equal(["of alice", "of bob"], values.Order(StringComparer.Ordinal));
        Assert.Contains("conflict", (await bob.HhsAsync("show", id)).Output, StringComparison.Ordinal);
        await Fails(bob, ExitCode.BadInput, "choose 1 to 2", "resolve", id, "3");
        await Do(bob, "resolve", id, (Array.IndexOf(values, "of alice") + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("of alice", (await Show(bob, id)).GetProperty("fields")[0].GetProperty("value").GetString());
        Assert.Contains("nothing is in conflict", (await bob.HhsAsync("conflicts", id)).Output, StringComparison.Ordinal);
        await Fails(bob, ExitCode.NotFound, "nothing is in conflict", "resolve", id, "1");
    }

    internal static async Task Sync(DataFolder from, DataFolder to, string id)
    {
        await using var serving = from.Start("serve", "--listen", "ws://127.0.0.1:0", "--json");
        string address = JsonDocument.Parse(await serving.LineWithAsync("listening")).RootElement.GetProperty("addresses")[0].GetString()!;
        await Do(to, "join", id, "--peer", address, "--until-synced");
        serving.Signal("TERM");
        Assert.Equal(0, await serving.EndAsync());
    }

    internal static async Task Do(DataFolder data, params string[] command)
    {
        var outcome = await data.HhsAsync(command);
        Assert.True(outcome.Code == 0, $"{string.Join(' ', command)}: {outcome.Errors}");
    }

    internal static async Task Fails(DataFolder data, int code, string says, params string[] command)
    {
        var outcome = await data.HhsAsync(command);
        Assert.Contains(says, outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(code, outcome.Code);
    }

    internal static async Task<JsonElement> Show(DataFolder data, params string[] what) => (await data.HhsAsync(["show", .. what, "--json"])).Json[0];

    internal static async Task<string> KeyId(DataFolder data) => (await data.HhsAsync("id", "--json")).Json[0].GetProperty("keyId").GetString()!;

    internal static async Task<string> PublicKey(DataFolder data) => (await data.HhsAsync("id", "--json")).Json[0].GetProperty("publicKey").GetString()!;
}
