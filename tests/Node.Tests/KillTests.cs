namespace Hhs.Node.Tests;

/// <summary>A process that is killed at any moment has lost nothing that it acknowledged.</summary>
public abstract class KillTests
{
    protected static async Task KillAndReopenAsync(int rounds, int seed, bool sleepy = false)
    {
        var random = new Random(seed);
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        string config = Path.Combine(Path.GetTempPath(), $"hhs-kill-{Guid.NewGuid():N}.conf");
        await File.WriteAllTextAsync(config, sleepy ? "hhs.objects.passivate-after = 1ms" : "", TestContext.Current.CancellationToken);
        var acknowledged = new HashSet<string>();
        for (int round = 0; round < rounds; round++)
        {
            int killAfter = random.Next(1, 400);
            var told = await WriteUntilKilledAsync(data, config, sleepy, round, killAfter, TimeSpan.FromMilliseconds(random.Next(0, 15)));
            acknowledged.UnionWith(told);
            var log = await data.HhsAsync("log", "s", "--json");
            Assert.True(log.Code == 0, $"seed {seed}, round {round}: {log.Errors}");
            int missing = acknowledged.Except(log.Json.Select(e => e.GetProperty("entry").GetString()!)).Count();
            Assert.True(missing == 0, $"seed {seed}, round {round}, killed after {killAfter}: {missing} acknowledged writes are missing");
            Assert.True(told.Count >= killAfter, $"seed {seed}, round {round}: {told.Count} acknowledged");
        }
        File.Delete(config);
    }

    private static async Task<List<string>> WriteUntilKilledAsync(DataFolder data, string config, bool sleepy, int round, int killAfter, TimeSpan andThen)
    {
        await using var writer = data.Start("add", "s", "--stdin", "--json", "--config", config);
        var feeding = FeedAsync(writer, round, sleepy);
        var told = new List<string>();
        var killing = Task.CompletedTask;
        while (await writer.Output.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (!line.EndsWith('}')) break;   // cut off by the kill
            told.Add(System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("entry").GetString()!);
            if (told.Count == killAfter) killing = Task.Delay(andThen).ContinueWith(_ => writer.Kill(), TaskScheduler.Default);
        }
        await killing;
        await writer.EndAsync();
        await feeding;
        return told;
    }

    private static async Task FeedAsync(HhsProcess writer, int round, bool sleepy)
    {
        using var pauses = new PeriodicTimer(TimeSpan.FromMilliseconds(20));   // in which an object can fall asleep
        try
        {
            for (int i = 0; ; i++)
            {
                await writer.Input.WriteLineAsync($"round {round} item {i}");
                if (!sleepy || i % 40 != 39) continue;
                await writer.Input.FlushAsync();
                await pauses.WaitForNextTickAsync();
            }
        }
        catch (IOException)
        {
            // It was killed.
        }
    }
}

// Two classes, so that they run beside each other: 25 rounds in all.
public sealed class KillFirstTests : KillTests
{
    [Fact(Timeout = 120_000)]
    public Task No_acknowledged_write_is_lost_in_thirteen_kills() => KillAndReopenAsync(13, Random.Shared.Next());
}

public sealed class KillSecondTests : KillTests
{
    [Fact(Timeout = 120_000)]
    public Task No_acknowledged_write_is_lost_in_twelve_kills_of_a_node_whose_object_sleeps_and_wakes() => KillAndReopenAsync(12, Random.Shared.Next(), sleepy: true);
}
