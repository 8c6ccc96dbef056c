using static Hhs.Node.Tests.Commands.TypeCommandsTests;

namespace Hhs.Node.Tests.Commands;

public sealed class PermissionCommandsTests
{
    [Fact]
    public async Task Only_whoever_was_granted_the_capability_writes_and_the_refusal_names_it()
    {
        using DataFolder alice = new(), bob = new();
        string bobKey = await PublicKey(bob), bobId = await KeyId(bob);
        await Do(alice, "create", "caps", "team", "--cap", "write", "--cap", "lead", "--cap", "tag=lead,creator");
        string set = await alice.CreateSetAsync("notes", "--caps", "team", "--require", "add=write", "--require", "delete=write");
        await Do(alice, "add", "notes", "by alice");
        await Do(alice, "enroll", "team", bobKey);
        await Do(alice, "advance", "notes");
        await Sync(alice, bob, set);
        await Fails(bob, ExitCode.Refused, $"author '{bobId}' does not have capability 'write'", "add", set, "too early");

        await Do(alice, "grant", "team", bobId, "write");
        await Do(alice, "advance", "notes");
        await Sync(alice, bob, set);
        await Do(bob, "add", set, "by bob");

        var caps = await Show(alice, "team");
        Assert.Equal(["lead", "tag", "write"], caps.GetProperty("capabilities").EnumerateArray().Select(c => c.GetProperty("capability").GetString()));
        Assert.Equal(bobId, caps.GetProperty("capabilities")[2].GetProperty("holders")[0].GetString());
        var last = (await bob.HhsAsync("log", set, "--json")).Json[^1];
        Assert.Equal(bobId, last.GetProperty("author").GetString());
        Assert.True(last.GetProperty("counts").GetBoolean());
        Assert.Contains(bobId[..8], (await bob.HhsAsync("log", set)).Output, StringComparison.Ordinal);

        // Concurrent with what bob added, which alice has not seen.
        await Do(alice, "revoke", "team", bobId, "write");
        await Do(alice, "advance", "notes");
        await Sync(alice, bob, set);
        Assert.Equal(["by alice"], (await Show(bob, set)).GetProperty("elements").EnumerateArray().Select(e => e.GetProperty("element").GetString()));
        Assert.Contains("VOID", (await bob.HhsAsync("log", set)).Output, StringComparison.Ordinal);
        await Fails(bob, ExitCode.Refused, "'write'", "add", set, "too late");
    }

    [Fact]
    public async Task Every_type_of_ours_takes_an_authority()
    {
        using var data = new DataFolder();
        await Do(data, "create", "caps", "team", "--cap", "write");
        foreach (var (kind, operation) in ((string, string)[])[("counter", "add"), ("growset", "add"), ("list", "insert"), ("log", "append"), ("record", "set"), ("register", "set"), ("text", "insert")])
            await Do(data, "create", kind, $"my {kind}", "--caps", "team", "--require", $"{operation}=write");
        await Do(data, "inc", "my counter", "3");
        var shown = await Show(data, "my counter");
        Assert.Equal("3", shown.GetProperty("byAuthor").GetProperty(await KeyId(data)).GetString());
    }

    [Fact]
    public async Task Mistakes_in_permissions_say_what_to_do()
    {
        using var data = new DataFolder();
        await Do(data, "create", "caps", "team", "--cap", "write");
        string key = await KeyId(data);
        await Fails(data, ExitCode.BadInput, "need --caps", "create", "text", "t", "--require", "insert=write");
        await Fails(data, ExitCode.BadInput, "at least one --require", "create", "text", "t", "--caps", "team");
        await Fails(data, ExitCode.BadInput, "expected OPERATION=CAPABILITY", "create", "text", "t", "--caps", "team", "--require", "insert");
        await Fails(data, ExitCode.Refused, "names an operation that the type does not have", "create", "text", "t", "--caps", "team", "--require", "paint=write");
        await Fails(data, ExitCode.NotFound, "no object here has the name 'nobody'", "create", "text", "t", "--caps", "nobody", "--require", "insert=write");
        await Fails(data, ExitCode.BadInput, "enrolling needs the public key", "enroll", "team", key);
        await Fails(data, ExitCode.BadInput, "is not a key id", "grant", "team", "bob", "write");
        await Fails(data, ExitCode.Refused, "cap", "grant", "team", key, "fly");
        await Fails(data, ExitCode.BadInput, "'creator' is reserved", "define", "team", "creator");
        await Fails(data, ExitCode.BadInput, "'creator' is reserved", "create", "caps", "others", "--cap", "creator=write", "--cap", "write");
    }

    [Fact]
    public async Task The_type_of_the_original_comes_with_a_warning()
    {
        using var data = new DataFolder();
        var made = await data.HhsAsync("create", "caps", "shared", "--cap", "write", "--for-originals", "--json");
        Assert.Equal(0, made.Code);
        Assert.Equal("hhs/cap_v1", made.Json[0].GetProperty("type").GetString());
        Assert.Contains("a revocation does not last", made.Errors, StringComparison.Ordinal);
        Assert.Equal("hhs-actors/cap_v1", (await data.HhsAsync("create", "caps", "ours", "--json")).Json[0].GetProperty("type").GetString());
    }
}
