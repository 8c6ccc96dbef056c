using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;

namespace Hhs.Node.Tests.Commands;

/// <summary>Each thing that can be wrong has its exit code, and a message that says what to do.</summary>
public sealed class ErrorTests
{
    [Fact]
    public async Task For_scripts_an_error_is_JSON_too()
    {
        using var data = new DataFolder();
        var outcome = await data.HhsAsync("show", "x", "--json");
        Assert.Equal(3, outcome.Code);
        Assert.Equal(3, System.Text.Json.JsonDocument.Parse(outcome.Errors).RootElement.GetProperty("exitCode").GetInt32());
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public async Task A_prefix_of_several_ids_is_ambiguous()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        // Real ids that share six characters take long to find: the store is given a second one by hand.
        string id = (await data.HhsAsync("list", "--json")).Json[0].GetProperty("id").GetString()!;
        byte[] other = Convert.FromBase64String(id);
        other[31] ^= 0xff;
        Sql(data, $"INSERT INTO object (hash, entries, next) VALUES (x'{Convert.ToHexString(other)}', 0, 0)");
        var outcome = await data.HhsAsync("show", id[..6]);
        Assert.Equal(2, outcome.Code);
        Assert.Contains("ambiguous", outcome.Errors);
        Assert.Contains(Convert.ToBase64String(other), outcome.Errors);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var data = new DataFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var outcome = await data.HhsAsync("serve", "--listen", $"ws://127.0.0.1:{port}");
        Assert.Equal(5, outcome.Code);
        Assert.Contains($"{port}", outcome.Errors);
        outcome = await data.HhsAsync("serve", "--listen", "ws://127.0.0.1:0", "--health", $"{port}");
        Assert.Equal(5, outcome.Code);
        Assert.Contains("--health", outcome.Errors);
    }

    [Fact]
    public async Task A_store_that_another_process_has_open_is_left_alone()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        await using var holder = data.Start("serve", "--listen", "ws://127.0.0.1:0");
        await holder.LineWithAsync("listening");
        foreach (string[] command in (string[][])[["verify"], ["serve", "--listen", "ws://127.0.0.1:0"]])   // what needs the store for itself
        {
            var outcome = await data.HhsAsync(command);
            Assert.Equal(4, outcome.Code);
            Assert.Contains("another process", outcome.Errors);
        }
        Assert.Equal(0, (await data.HhsAsync("id")).Code);   // needs no store
    }

    [Fact]
    public async Task A_store_of_a_newer_release_is_left_alone()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        Sql(data, "PRAGMA user_version = 99");
        var outcome = await data.HhsAsync("list");
        Assert.Equal(4, outcome.Code);
        Assert.Contains("newer release", outcome.Errors);
    }

    [Fact]
    public async Task A_file_that_is_no_store_is_left_alone()
    {
        using var data = new DataFolder();
        data.Write("store.db", new string('x', 5000));
        var outcome = await data.HhsAsync("list");
        Assert.Equal(4, outcome.Code);
        Assert.Contains("Move the file away", outcome.Errors);
        Assert.Equal(new string('x', 5000), File.ReadAllText(data.Store));
    }

    [Fact]
    public async Task A_damaged_entry_is_found_and_listed()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        await data.HhsAsync("add", "s", "a");
        string entry = (await data.HhsAsync("log", "s", "--json")).Json[1].GetProperty("entry").GetString()!;
        Sql(data, "UPDATE payload SET body = x'00' WHERE place = (SELECT MAX(place) FROM payload)");
        var outcome = await data.HhsAsync("verify", "--json");
        Assert.Equal(6, outcome.Code);
        Assert.Equal(entry, outcome.Json[0].GetProperty("quarantine")[0].GetProperty("entry").GetString());
        Assert.Equal(6, (await data.HhsAsync("verify", "--forget")).Code);
        Assert.Equal(0, (await data.HhsAsync("verify")).Code);
    }

    [Fact]
    public async Task A_store_cut_short_is_reported_and_what_can_be_read_is_salvaged()
    {
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        await data.HhsAsync([.. new[] { "add", "s" }, .. Enumerable.Range(0, 200).Select(i => $"element {i} {new string('x', 200)}")]);
        using (var file = new FileStream(data.Store, FileMode.Open)) file.SetLength(file.Length / 2);

        var refused = await data.HhsAsync("list");
        Assert.Equal(4, refused.Code);
        Assert.Contains("verify --salvage", refused.Errors);
        string folder = Path.Combine(data.Path, "salvaged");
        var salvaged = await data.HhsAsync("verify", "--salvage", folder, "--json");
        Assert.True(salvaged.Code is 0 or 6, salvaged.Errors);
        Assert.InRange(salvaged.Json[0].GetProperty("entries").GetInt64(), 1, 201);
        Assert.Equal(2, (await data.HhsAsync("verify", "--salvage", folder)).Code);
    }

    [Theory]
    [InlineData("not json", "is damaged")]
    [InlineData("""{"suite":"ed25519","publicKey":"AAAA","secretKey":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""", "does not belong")]
    public async Task A_wrong_key_file_is_not_replaced(string content, string says)
    {
        using var data = new DataFolder();
        string file = data.Write("identity.json", content);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var outcome = await data.HhsAsync("id");
        Assert.Equal(4, outcome.Code);
        Assert.Contains(says, outcome.Errors);
        Assert.Equal(content, File.ReadAllText(file));
    }

    [Fact]
    public async Task A_key_file_that_others_can_read_is_refused()
    {
        if (OperatingSystem.IsWindows()) return;   // it has no such modes
        using var data = new DataFolder();
        await data.HhsAsync("id");
        File.SetUnixFileMode(Path.Combine(data.Path, "identity.json"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var outcome = await data.HhsAsync("id");
        Assert.Equal(4, outcome.Code);
        Assert.Contains("chmod 600", outcome.Errors);
    }

    [Theory]
    [InlineData("hhs.mesh.sessions-max = -5", "sessions-max")]
    [InlineData("hhs.mesh.sessions-max = many", "sessions-max")]
    [InlineData("hhs.peers = [nobody]", "hhs.peers")]
    [InlineData("hhs.mesh.redial-min = soon", "hhs.mesh.redial-min")]
    [InlineData("hhs.mesh.redial-max = ${nothing}", "not HOCON")]
    public async Task A_bad_configuration_is_explained(string hocon, string says)
    {
        using var data = new DataFolder();
        var outcome = await data.HhsAsync("list", "--config", data.Write("hhs.conf", hocon));
        Assert.True(outcome.Code == 2, $"{outcome.Code}: {outcome.Errors}");
        Assert.Contains(says, outcome.Errors);
    }

    private static void Sql(DataFolder data, string statement)
    {
        using var connection = new SqliteConnection($"Data Source={data.Store};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
