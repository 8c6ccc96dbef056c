using System.Text.Json;

namespace Hhs.Node.Tests.Commands;

public sealed class TrackerCommandTests
{
    [Fact]
    public async Task A_tracker_shows_its_address_and_metrics_and_stops_in_order()
    {
        using var data = new DataFolder();
        await using var tracker = data.Start("tracker", "--listen", "ws://127.0.0.1:0", "--health", "0", "--json");
        using var shown = JsonDocument.Parse(await tracker.LineWithAsync("tracking"));
        string keyId = shown.RootElement.GetProperty("keyId").GetString()!;
        Assert.StartsWith($"{keyId}@ws://127.0.0.1:", shown.RootElement.GetProperty("addresses")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains(keyId, (await data.HhsAsync("id")).Output, StringComparison.Ordinal);

        using var http = new HttpClient();
        string metrics = await http.GetStringAsync(new Uri($"{shown.RootElement.GetProperty("health").GetString()}/metrics"), TestContext.Current.CancellationToken);
        Assert.Contains("hhs_tracker_requests_total", metrics, StringComparison.Ordinal);

        var second = await data.HhsAsync("tracker", "--listen", "ws://127.0.0.1:0");
        Assert.Equal(4, second.Code);
        Assert.Contains("another process has it open", second.Errors, StringComparison.Ordinal);
        tracker.Signal("INT");
        Assert.Equal(0, await tracker.EndAsync());
        Assert.Empty(tracker.Errors);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_tracker_is_asked_over_TLS_and_over_TCP()
    {
        using DataFolder tracking = new(), alice = new(), bob = new();
        var (certificate, key) = tracking.WriteCertificate();
        await using var tracker = tracking.Start("tracker", "--listen", "wss://127.0.0.1:0", "--listen", "tcp://127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key, "--json");
        using var shown = JsonDocument.Parse(await tracker.LineWithAsync("tracking"));
        string[] addresses = [.. shown.RootElement.GetProperty("addresses").EnumerateArray().Select(a => a.GetString()!)];
        string id = await alice.CreateSetAsync("s");
        await using var serving = alice.Start("serve", "--listen", "ws://127.0.0.1:0", "--tracker", addresses.Single(a => a.Contains("@wss://", StringComparison.Ordinal)), "--tls-ca", certificate, "--json");
        var joined = await bob.HhsAsync("join", id, "--tracker", addresses.Single(a => a.Contains("@tcp://", StringComparison.Ordinal)), "--until-synced", "--timeout", "40");
        Assert.True(joined.Code == 0, joined.Errors);

        var bare = await bob.HhsAsync("tracker", "--listen", "wss://127.0.0.1:0");
        Assert.Equal(5, bare.Code);
        Assert.Contains("--tls-cert", bare.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("give --listen", "tracker")]
    [InlineData("ws://HOST:PORT", "tracker", "--listen", "nonsense")]
    [InlineData("--max-peers must be above zero", "tracker", "--listen", "ws://127.0.0.1:0", "--max-peers", "0")]
    public async Task What_makes_no_sense_is_said_with_what_to_do(string message, params string[] arguments)
    {
        using var data = new DataFolder();
        var outcome = await data.HhsAsync(arguments);
        Assert.Equal(2, outcome.Code);
        Assert.Contains(message, outcome.Errors, StringComparison.Ordinal);
    }
}
