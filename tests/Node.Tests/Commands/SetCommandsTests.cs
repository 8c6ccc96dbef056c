namespace Hhs.Node.Tests.Commands;

public sealed class SetCommandsTests
{
    [Fact]
    public async Task The_identity_is_made_once_and_only_its_owner_can_read_it()
    {
        using var data = new DataFolder();
        var first = (await data.HhsAsync("id", "--json")).Json[0];
        var second = (await data.HhsAsync("id", "--json")).Json[0];

        Assert.True(first.GetProperty("created").GetBoolean());
        Assert.False(second.GetProperty("created").GetBoolean());
        Assert.Equal(first.GetProperty("keyId").GetString(), second.GetProperty("keyId").GetString());
        Assert.False(string.IsNullOrEmpty(first.GetProperty("publicKey").GetString()));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(first.GetProperty("file").GetString()!));
    }

    [Fact]
    public async Task What_is_added_and_not_removed_is_shown()
    {
        using var data = new DataFolder();
        string id = await data.CreateSetAsync("shopping", "--element", "salt");
        var added = await data.HhsAsync("add", "shopping", "milk", "@bread", "--json-element", """{"n":[1,true]}""", "--json");
        Assert.Equal(["entry", "added"], added.Json[0].EnumerateObject().Select(p => p.Name).OrderDescending());
        Assert.Equal(0, (await data.HhsAsync("remove", id[..6], "milk")).Code);

        var shown = (await data.HhsAsync("show", id, "--json")).Json[0];
        Assert.Equal(["\"@bread\"", "\"salt\"", """{"n":[1,true]}"""], shown.GetProperty("elements").EnumerateArray().Select(e => e.GetProperty("element").GetRawText()).Order(StringComparer.Ordinal));
        Assert.Equal(5, shown.GetProperty("entries").GetInt32());
        Assert.Equal(["shopping"], shown.GetProperty("names").EnumerateArray().Select(n => n.GetString()));

        var listed = (await data.HhsAsync("list", "--json")).Json[0];
        Assert.Equal(id, listed.GetProperty("id").GetString());
        Assert.Equal(5, listed.GetProperty("entries").GetInt64());
    }

    [Fact]
    public async Task The_log_has_each_entry_with_what_it_builds_on()
    {
        using var data = new DataFolder();
        string id = await data.CreateSetAsync("s");
        await data.HhsAsync("add", "s", "a", "b");

        var log = (await data.HhsAsync("log", "s", "--json")).Json;
        Assert.Equal(3, log.Count);
        Assert.Equal(id, log[0].GetProperty("entry").GetString());
        Assert.Equal(log[1].GetProperty("entry").GetString(), log[2].GetProperty("prev")[0].GetString());
        string graph = (await data.HhsAsync("log", "s", "--graph")).Output;
        Assert.Equal(3, graph.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.StartsWith('*')));
    }

    [Fact]
    public async Task A_nested_set_holds_sets()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("lists", "--nested");
        string child = (await data.HhsAsync("add", "lists", "monday", "--json")).Json[0].GetProperty("entry").GetString()!;
        await data.HhsAsync("add", "lists", "--child", child, "soap");
        var shown = (await data.HhsAsync("show", "lists", "--child", child, "--json")).Json[0];
        Assert.Equal("soap", shown.GetProperty("elements")[0].GetProperty("element").GetString());
        Assert.Equal(0, (await data.HhsAsync("remove", "lists", child)).Code);
        Assert.Empty((await data.HhsAsync("show", "lists", "--json")).Json[0].GetProperty("elements").EnumerateArray());
    }

    [Fact]
    public async Task One_name_makes_different_sets_and_one_seed_makes_one()
    {
        using DataFolder mine = new(), yours = new();
        Assert.NotEqual(await mine.CreateSetAsync("s"), await yours.CreateSetAsync("s"));
        Assert.Equal(await mine.CreateSetAsync("t", "--seed", "x"), await yours.CreateSetAsync("u", "--seed", "x"));
    }

    [Fact]
    public async Task No_ANSI_codes_reach_a_pipe()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        await data.HhsAsync("add", "s", "\u001b[31mred");
        foreach (string[] command in (string[][])[["list"], ["show", "s"], ["log", "s", "--graph"], ["verify"], ["--help"]])
            Assert.DoesNotContain('\u001b', (await data.HhsAsync(command)).Output);
    }

    [Fact]
    public async Task The_help_lists_every_exit_code()
    {
        string help = (await HhsProcess.RunAsync("--help")).Output;
        Assert.All(ExitCode.All, code => Assert.Contains($"  {code.Code,-5}{code.Meaning}", help));
    }

    [Fact]
    public async Task A_sound_store_is_verified()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        await data.HhsAsync("add", "s", "a");
        var verified = await data.HhsAsync("verify", "--json");
        Assert.Equal(0, verified.Code);
        Assert.Equal(2, verified.Json[0].GetProperty("entries").GetInt64());
    }
}
