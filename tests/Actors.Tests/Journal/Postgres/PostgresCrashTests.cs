using System.Collections.Concurrent;
using System.Diagnostics;
using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Model.Hashing;
using Hhs.Tests.Contracts;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Journal.Postgres;

/// <summary>Servers and writers that are killed without warning: what was acknowledged is there, once, in one line.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresCrashTests(SharedPostgres shared)
{
    private readonly string _schema = SharedPostgres.NewSchema();

    [Fact]
    public async Task No_acknowledged_entry_is_lost_and_no_log_forks_when_the_server_is_killed_between_and_within_commits()
    {
        var server = shared.Server;
        using var journal = shared.Open(_schema);
        var acknowledged = new ConcurrentQueue<ContentHash>();
        using var stop = new CancellationTokenSource();
        var epochs = Enumerable.Range(0, 3).Select(i => journal.Acquire(ObjectId(i))).ToArray();
        var writer = Task.Run(() =>
        {
            var last = new ContentHash?[3];
            for (int n = 0; !stop.IsCancellationRequested; n++)
            {
                var chains = last.Select((after, i) => Chain(1 + (n % 7), $"{i} {n}", after)).ToArray();
                journal.Append([.. chains.Select((chain, i) => new ObjectBatch(ObjectId(i), chain, epochs[i]))]);
                for (int i = 0; i < 3; i++) last[i] = chains[i][^1].Entry;
                foreach (var entry in chains.SelectMany(c => c)) acknowledged.Enqueue(entry.Entry);
            }
        }, TestContext.Current.CancellationToken);

        for (int round = 0; round < 2; round++)
        {
            int before = acknowledged.Count;
            await Eventually.Holds(() => acknowledged.Count > before + 60 + (37 * round) || writer.IsCompleted, "commits after the server came back");
            Assert.False(writer.IsCompleted, $"{writer.Exception}");
            server.Kill();
            server.Resume();
        }
        int afterLast = acknowledged.Count;
        await Eventually.Holds(() => acknowledged.Count > afterLast + 30 || writer.IsCompleted, "commits after the server came back");
        await stop.CancelAsync();
        await writer;

        using var again = shared.Open(_schema);
        var stored = new HashSet<ContentHash>();
        for (int i = 0; i < 3; i++) stored.UnionWith(OneLine(again, ObjectId(i)));
        Assert.Equal(acknowledged.Count, stored.Count);   // the writer waited for every answer, so nothing else can be there
        Assert.True(stored.SetEquals(acknowledged));
        Assert.Empty(again.VerifyAll().NewlyQuarantined);
    }

    [Fact]
    public async Task No_acknowledged_entry_is_lost_when_the_writer_is_killed_and_the_next_goes_on_in_one_line()
    {
        var acknowledged = new List<(ContentHash Object, ContentHash Entry)>();
        for (int round = 0; round < 3; round++)
        {
            using var writer = StartWriter();
            Assert.Equal("ready", await ReadLine(writer));
            for (int i = 0; i < 60 + (41 * round); i++) acknowledged.Add(Parse((await ReadLine(writer))!));
            writer.Kill();
            while (await ReadLine(writer) is { } line) if (line.Length == (2 * ContentHash.TextLength) + 1) acknowledged.Add(Parse(line));
        }
        using var journal = shared.Open(_schema);
        var stored = journal.Objects.SelectMany(o => OneLine(journal, o.ObjectId).Select(e => (o.ObjectId, e))).ToHashSet();
        Assert.All(acknowledged, a => Assert.Contains(a, stored));
        Assert.Empty(journal.VerifyAll().NewlyQuarantined);
    }

    private static ContentHash[] OneLine(IJournal journal, ContentHash id)
    {
        var index = journal.ReadIndex(id).ToArray();
        Assert.Empty(index[0].Header.PrevEntryHashes);
        for (int k = 1; k < index.Length; k++) Assert.Equal([index[k - 1].Header.Hash], index[k].Header.PrevEntryHashes);
        return [.. index.Select(e => e.Header.Hash)];
    }

    private Process StartWriter()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Hhs.CrashWriter");
        return Process.Start(new ProcessStartInfo(program, [shared.Server.ConnectionString, _schema]) { RedirectStandardOutput = true })!;
    }

    private static async Task<string?> ReadLine(Process writer) => await writer.StandardOutput.ReadLineAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);

    private static (ContentHash Object, ContentHash Entry) Parse(string line) =>
        (ContentHash.Parse(line.AsSpan(0, ContentHash.TextLength)), ContentHash.Parse(line.AsSpan(ContentHash.TextLength + 1)));
}
