using Hhs.Actors.Journal;
using Hhs.Actors.Tests.Journal.Postgres;
using Hhs.Model.Hashing;
using Hhs.Tests.Contracts;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Cluster.Tests.Journal;

/// <summary>Two nodes, each with an actor system, over one of Akka's journals: whoever acquired an object last is the only one who can write it.</summary>
public abstract class AkkaFencingTests : FencingContract, IDisposable
{
    private readonly AkkaDatabase _database;
    private readonly IJournal _old, _new;

    protected AkkaFencingTests(AkkaDatabase database) => (_database, _old, _new) = (database, database.Open(), database.Open());

    public void Dispose()
    {
        _old.Dispose();
        _new.Dispose();
        _database.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override IJournal Old => _old;

    protected override IJournal New => _new;

    [Fact]
    public void What_is_refused_leaves_no_payload_in_the_database()
    {
        var (first, second) = (_old.Acquire(ObjectId(1)), _old.Acquire(ObjectId(2)));
        _new.Acquire(ObjectId(2));
        Fenced(() => _old.Append([new(ObjectId(1), [Entry("a")], first), new(ObjectId(2), [Entry("b")], second)]));
        Assert.Equal(0L, Convert.ToInt64(_database.Sql($"SELECT count(*) FROM {_database.Table} WHERE persistence_id LIKE 'hhs-p-%'")));
    }

    [Fact]
    public async Task Of_two_that_race_the_one_that_acquired_last_writes()
    {
        const int rounds = 10;
        using var together = new Barrier(2);
        var outcomes = await Task.WhenAll(new[] { _old, _new }.Select((journal, who) => Task.Run(() =>
        {
            var mine = new List<(Epoch Epoch, bool IsWritten)>();
            for (int round = 0; round < rounds; round++)
            {
                together.SignalAndWait();
                var epoch = journal.Acquire(ObjectId(1));
                together.SignalAndWait();
                var tip = journal.Names(ObjectId(1));
                together.SignalAndWait();
                try
                {
                    Append(journal, epoch, Entry($"{who} {round}", tip.Length > 0 ? [tip[^1]] : []));
                    mine.Add((epoch, true));
                }
                catch (JournalException e) when (e.Fault == JournalFault.Fenced)
                {
                    mine.Add((epoch, false));
                }
            }
            return mine;
        }, TestContext.Current.CancellationToken)));
        foreach (var (one, other) in outcomes[0].Zip(outcomes[1])) Assert.Equal((one.Epoch.CompareTo(other.Epoch) > 0, one.Epoch.CompareTo(other.Epoch) < 0), (one.IsWritten, other.IsWritten));
        var log = _old.ReadIndex(ObjectId(1)).ToArray();
        Assert.Equal(rounds, log.Length);
        for (int i = 1; i < log.Length; i++) Assert.Equal([log[i - 1].Header.Hash], log[i].Header.PrevEntryHashes);
    }

    [Fact]
    public async Task Objects_that_are_made_at_two_nodes_at_once_are_all_listed()
    {
        await Task.WhenAll(new[] { _old, _new }.Select((journal, who) => Task.Run(() =>
        {
            for (int i = 0; i < 10; i++) journal.Append(ObjectId((who * 100) + i), Entry("first"));
        }, TestContext.Current.CancellationToken)));
        Assert.Equal(20, _old.Objects.Count);
        Assert.Equal(_old.Objects.Select(o => o.ObjectId), _new.Objects.Select(o => o.ObjectId));
    }
}

public sealed class AkkaOnSqliteFencingTests() : AkkaFencingTests(new AkkaSqlite());

[Collection(PostgresCollection.Name)]
public sealed class AkkaOnPostgresFencingTests(SharedPostgres shared) : AkkaFencingTests(new AkkaPostgres(shared));
