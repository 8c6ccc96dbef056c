namespace Hhs.Node.Tests.Demo;

public sealed class DemoTests
{
    [Fact(Timeout = 90_000)]
    public async Task Three_processes_agree_though_one_is_killed_and_no_acknowledged_write_is_lost()
    {
        var demo = await HhsProcess.RunAsync("demo", "--entries", "200", "--keep", "--json");
        Assert.True(demo.Code == 0, demo.Errors + demo.Output);
        var result = demo.Json[0];
        string folder = result.GetProperty("kept").GetString()!;
        try
        {
            Assert.True(result.GetProperty("good").GetBoolean());
            Assert.True(result.GetProperty("acknowledged").GetInt32() >= 600);
            Assert.Equal(0, result.GetProperty("missing").GetInt32());
            var nodes = result.GetProperty("nodes").EnumerateArray().ToList();
            Assert.Equal(3, nodes.Count);
            Assert.Single(nodes.Select(n => n.GetProperty("frontierHash").GetString()).Distinct());
            Assert.Single(nodes.Select(n => n.GetProperty("contentsHash").GetString()).Distinct());

            // The stores are what they say: opened again by another process, one has the same contents.
            string data = Path.Combine(folder, "node-2");
            string id = (await HhsProcess.RunAsync("list", "--data", data, "--json")).Json[0].GetProperty("id").GetString()!;
            var shown = (await HhsProcess.RunAsync("show", id, "--data", data, "--json")).Json[0];
            Assert.Equal(nodes[1].GetProperty("contentsHash").GetString(), shown.GetProperty("contentsHash").GetString());
            Assert.Equal(nodes[1].GetProperty("entries").GetInt32(), shown.GetProperty("entries").GetInt32());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact(Timeout = 90_000)]
    public async Task What_an_editor_wrote_while_it_was_being_revoked_is_void_on_every_node()
    {
        var demo = await HhsProcess.RunAsync("demo", "--scenario", "permissions", "--json");
        Assert.True(demo.Code == 0, demo.Errors + demo.Output);
        var result = demo.Json[0];
        Assert.Contains("capability 'write'", result.GetProperty("refused").GetString(), StringComparison.Ordinal);
        var nodes = result.GetProperty("nodes").EnumerateArray().ToList();
        Assert.Equal(3, nodes.Count);
        Assert.Single(nodes.Select(n => n.GetProperty("frontierHash").GetString()).Distinct());
        Assert.All(nodes, node => Assert.Equal(
            [("1", true), ("2", true), ("3", false), ("4", false), ("5", true)],
            node.GetProperty("records").EnumerateArray().Select(r => (r.GetProperty("text").GetString()![..1], r.GetProperty("counts").GetBoolean()))));
    }

    [Fact(Timeout = 60_000)]
    public async Task Ctrl_C_ends_the_demo_with_all_its_processes_and_leaves_nothing_behind()
    {
        if (OperatingSystem.IsWindows()) return;
        using var temp = new DataFolder();
        await using var demo = HhsProcess.StartWith(("TMPDIR", temp.Path), "demo", "--entries", "100000");
        await demo.LineWithAsync("writing apart");
        Assert.NotEmpty(Directory.GetDirectories(temp.Path, "hhs-demo-*"));
        demo.Signal("INT");
        Assert.Equal(130, await demo.EndAsync());
        Assert.Empty(Directory.GetDirectories(temp.Path, "hhs-demo-*"));
    }
}
