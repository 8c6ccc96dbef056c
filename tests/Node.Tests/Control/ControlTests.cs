using System.Net.Sockets;
using System.Text;

namespace Hhs.Node.Tests.Control;

/// <summary>Commands on a store that a running node holds.</summary>
public sealed class ControlTests
{
    [Fact(Timeout = 60_000)]
    public async Task What_is_asked_of_a_store_while_a_node_serves_it_that_node_does()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        await using (var serving = await ServeAsync(data))
        {
            var added = await data.HhsAsync("add", "s", "bread", "--json");
            Assert.True(added.Code == 0, added.Errors);
            Assert.Equal("bread", added.Json[0].GetProperty("added").GetString());
            Assert.Equal(0, (await data.HhsAsync("create", "counter", "c")).Code);
            Assert.Equal(0, (await data.HhsAsync("inc", "c", "41")).Code);
            Assert.Contains("41", (await data.HhsAsync("show", "c")).Output);
            Assert.Equal(2, (await data.HhsAsync("list", "--json")).Json.Count);
            serving.Signal("TERM");
            Assert.Equal(0, await serving.EndAsync());
        }
        Assert.False(File.Exists(Path.Combine(data.Path, "control.sock")));
        Assert.Contains("bread", (await data.HhsAsync("show", "s")).Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task Standard_input_and_every_line_of_output_pass_through()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        await using var serving = await ServeAsync(data);
        await using var adding = data.Start("add", "s", "--stdin", "--json");
        for (int i = 0; i < 2000; i++) await adding.Input.WriteLineAsync($"element {i}");
        adding.Input.Close();
        string output = await adding.Output.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await adding.EndAsync());
        Assert.Equal(2000, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact(Timeout = 60_000)]
    public async Task Mistakes_have_the_same_codes_and_messages_as_without_a_running_node()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        string[][] mistakes = [["show", "nothing"], ["add", "s"], ["remove", "s", "what is not there"], ["inc", "s"], ["create", "set", "s"]];
        var without = new List<HhsProcess.Outcome>();
        foreach (string[] mistake in mistakes) without.Add(await data.HhsAsync(mistake));
        await using var serving = await ServeAsync(data);
        for (int i = 0; i < mistakes.Length; i++) Assert.Equal(without[i], await data.HhsAsync(mistakes[i]));
        Assert.All(without, outcome => Assert.NotEqual(0, outcome.Code));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_command_that_is_interrupted_leaves_the_node_running()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        await using var serving = await ServeAsync(data);
        await using (var adding = data.Start("add", "s", "--stdin"))
        {
            await adding.Input.WriteLineAsync("one");
            await adding.LineWithAsync("added one");
            adding.Signal("INT");
            Assert.Equal(130, await adding.EndAsync());
        }
        Assert.Contains("one", (await data.HhsAsync("show", "s")).Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_socket_of_a_node_that_was_killed_is_in_nobodys_way()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        await using (var killed = await ServeAsync(data))
        {
            killed.Kill();
            await killed.EndAsync();
        }
        Assert.True(File.Exists(Path.Combine(data.Path, "control.sock")));
        Assert.Equal(0, (await data.HhsAsync("add", "s", "bread")).Code);
        await using var serving = await ServeAsync(data);
        Assert.Equal(0, (await data.HhsAsync("add", "s", "milk")).Code);
    }

    [Fact(Timeout = 60_000)]
    public async Task Rubbish_on_the_socket_ends_that_connection_and_nothing_else()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        await using var serving = await ServeAsync(data);
        foreach (string rubbish in (string[])["\n", "{}\n", "{\"say\":\"run\"}\n", "[[[[\n", "{\"say\":\"run\",\"Arguments\":[\"serve\"]}\n"])
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(data.Path, "control.sock")), TestContext.Current.CancellationToken);
            await socket.SendAsync(Encoding.UTF8.GetBytes(rubbish), TestContext.Current.CancellationToken);
            using var reader = new StreamReader(new NetworkStream(socket));
            Assert.DoesNotContain("listening", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        }
        Assert.Equal(0, (await data.HhsAsync("add", "s", "bread")).Code);
    }

    private static async Task<HhsProcess> ServeAsync(DataFolder data)
    {
        var serving = data.Start("serve", "--listen", "ws://127.0.0.1:0");
        await serving.LineWithAsync("listening");
        return serving;
    }
}
