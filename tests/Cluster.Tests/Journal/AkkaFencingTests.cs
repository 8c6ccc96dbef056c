using Hhs.Actors.Journal;
using Hhs.Actors.Tests.Journal.Postgres;
using Hhs.Model.Hashing;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Cluster.Tests.Journal;

/// <summary>Two nodes, each with an actor system, over one of Akka's journals: whoever acquired an object last is the only one who can write it.</summary>
public abstract class AkkaFencingTests : IDisposable
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

    private static void Append(IJournal journal, Epoch epoch, params JournalEntry[] entries) => journal.Append([new(ObjectId(1), entries, epoch)]);

    private static void Fenced(Action write) => Assert.Equal(JournalFault.Fenced, Assert.Throws<JournalException>(write).Fault);

    [Fact]
    public void The_older_epoch_can_append_nothing_after_the_newer_was_acquired()
    {
        var chain = Chain(4);
        var older = _old.Acquire(ObjectId(1));
        Append(_old, older, chain[0]);
        var newer = _new.Acquire(ObjectId(1));
        Assert.True(newer.CompareTo(older) > 0);
        Fenced(() => Append(_old, older, chain[1]));
        Append(_new, newer, chain[1], chain[2]);
        Fenced(() => Append(_old, older, Entry("fork", chain[0].Entry)));
        Assert.Equal(chain[..3].Select(e => e.Entry), _old.Names(ObjectId(1)));

        // It may come back, by acquiring and reading anew.
        var newest = _old.Acquire(ObjectId(1));
        Append(_old, newest, chain[3]);
        Fenced(() => Append(_new, newer, Entry("late", chain[2].Entry)));
        Assert.Equal(chain.Select(e => e.Entry), _new.Names(ObjectId(1)));
    }

    [Fact]
    public void An_earlier_incarnation_in_the_same_node_is_fenced_too()
    {
        var older = _old.Acquire(ObjectId(1));
        var newer = _old.Acquire(ObjectId(1));
        Fenced(() => Append(_old, older, Entry("a")));
        Append(_old, newer, Entry("a"));
    }

    [Fact]
    public void A_commit_of_many_objects_is_refused_whole_if_one_of_them_is_fenced()
    {
        var first = _old.Acquire(ObjectId(1));
        var second = _old.Acquire(ObjectId(2));
        _new.Acquire(ObjectId(2));
        var thrown = Assert.Throws<JournalException>(() => _old.Append([new(ObjectId(1), [Entry("a")], first), new(ObjectId(2), [Entry("b")], second)]));
        Assert.Equal(JournalFault.Fenced, thrown.Fault);
        Assert.Contains(ObjectId(2).ToString(), thrown.Message, StringComparison.Ordinal);
        Assert.Empty(_old.Objects);
        Assert.Empty(_new.Names(ObjectId(1)));
        Assert.Equal(0L, Convert.ToInt64(_database.Sql($"SELECT count(*) FROM {_database.Table} WHERE persistence_id LIKE 'hhs-p-%'")));
        _old.Append([new(ObjectId(1), [Entry("a")], first)]);
    }

    [Fact]
    public void An_epoch_of_a_dropped_object_fits_no_later_one_and_an_old_writer_drops_nothing()
    {
        var older = _old.Acquire(ObjectId(1));
        Append(_old, older, Entry("a"));
        var newer = _new.Acquire(ObjectId(1));
        Fenced(() => _old.Drop(ObjectId(1)));
        _new.Drop(ObjectId(1));
        Fenced(() => Append(_old, older, Entry("b")));
        Fenced(() => Append(_new, newer, Entry("b")));
        Append(_new, _new.Acquire(ObjectId(1)), Entry("c"));
        Fenced(() => Append(_old, older, Entry("b")));
        Assert.Equal([Entry("c").Entry], _old.Names(ObjectId(1)));
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
