namespace Hhs.Node.Tests;

/// <summary>A process that is killed at any moment has lost nothing that it acknowledged.</summary>
public abstract class KillTests
{
    protected static async Task KillAndReopenAsync(int rounds, int seed)
    {
        var random = new Random(seed);
        using var data = new DataFolder();
        await data.CreateSetAsync("s");
        var acknowledged = new HashSet<string>();
        for (int round = 0; round < rounds; round++)
        {
            int killAfter = random.Next(1, 400);
            var told = await WriteUntilKilledAsync(data, round, killAfter, TimeSpan.FromMilliseconds(random.Next(0, 15)));
            acknowledged.UnionWith(told);
            var log = await data.HhsAsync("log", "s", "--json");
            Assert.True(log.Code == 0, $"seed {seed}, round {round}: {log.Errors}");
            int missing = acknowledged.Except(log.Json.Select(e => e.GetProperty("entry").GetString()!)).Count();
            Assert.True(missing == 0, $"seed {seed}, round {round}, killed after {killAfter}: {missing} acknowledged writes are missing");
            Assert.True(told.Count >= killAfter, $"seed {seed}, round {round}: {told.Count} acknowledged");
        }
    }

    private static async Task<List<string>> WriteUntilKilledAsync(DataFolder data, int round, int killAfter, TimeSpan andThen)
    {
        await using var writer = data.Start("add", "s", "--stdin", "--json");
        var feeding = FeedAsync(writer, round);
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

    private static async Task FeedAsync(HhsProcess writer, int round)
    {
        try
        {
            for (int i = 0; ; i++) await writer.Input.WriteLineAsync($"round {round} item {i}");
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
    public Task No_acknowledged_write_is_lost_in_twelve_kills() => KillAndReopenAsync(12, Random.Shared.Next());
}
