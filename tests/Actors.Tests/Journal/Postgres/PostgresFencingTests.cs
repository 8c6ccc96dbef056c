using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Model.Hashing;
using Hhs.Tests.Contracts;
using Npgsql;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Journal.Postgres;

/// <summary>Two nodes over one database: whoever acquired an object last is the only one who can write it.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresFencingTests : IDisposable
{
    private readonly SharedPostgres _shared;
    private readonly string _schema = SharedPostgres.NewSchema();
    private readonly PostgresJournal _old, _new;

    public PostgresFencingTests(SharedPostgres shared)
    {
        _shared = shared;
        (_old, _new) = (shared.Open(_schema), shared.Open(_schema));
    }

    public void Dispose()
    {
        _old.Dispose();
        _new.Dispose();
    }

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
    public void A_writer_that_never_wrote_before_is_fenced_by_one_that_has_not_either()
    {
        var older = _old.Acquire(ObjectId(1));
        var newer = _new.Acquire(ObjectId(1));
        Fenced(() => Append(_old, older, Entry("a")));
        Append(_new, newer, Entry("b"));
        Assert.Equal([Entry("b").Entry], _old.Names(ObjectId(1)));
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
    public void A_writer_paused_inside_its_transaction_neither_holds_up_the_next_nor_commits_when_it_wakes()
    {
        var older = _old.Acquire(ObjectId(1));
        Append(_old, older, Entry("a"));

        // As the old writer's process would look to the server when it is stopped between two messages of a commit: its row is locked.
        string holder = (string)_shared.Server.Sql($"SELECT holder FROM {_schema}.object")!;
        using var paused = new NpgsqlConnection($"{_shared.Server.ConnectionString};Pooling=false;Search Path={_schema};Application Name={holder}");
        paused.Open();
        using var begin = new NpgsqlCommand($"BEGIN; SELECT fence(array(SELECT id FROM object), ARRAY[{older.Number}], ARRAY[1]); UPDATE object SET next = 2, entries = 2", paused);
        begin.ExecuteNonQuery();

        var newer = _new.Acquire(ObjectId(1));
        Append(_new, newer, Entry("b", Entry("a").Entry));
        using var wake = new NpgsqlCommand("COMMIT", paused);
        Assert.ThrowsAny<NpgsqlException>(() => wake.ExecuteNonQuery());
        Fenced(() => Append(_old, older, Entry("fork", Entry("a").Entry)));
        Assert.Equal([Entry("a").Entry, Entry("b", Entry("a").Entry).Entry], _new.Names(ObjectId(1)));
        Assert.Equal(2, Assert.Single(_new.Objects).EntryCount);
    }

    [Fact]
    public void Damage_put_aside_by_one_node_fences_the_writer_of_another()
    {
        var chain = Chain(3);
        var epoch = _old.Acquire(ObjectId(1));
        Append(_old, epoch, [.. chain]);
        _shared.Server.Sql($"UPDATE {_schema}.entry SET tags = 'x' WHERE place & 4294967295 = 2");
        Assert.Single(_new.VerifyAll().NewlyQuarantined);
        Fenced(() => Append(_old, epoch, Entry("on top", chain[2].Entry)));
        epoch = _old.Acquire(ObjectId(1));
        Assert.Equal(2, _old.Names(ObjectId(1)).Length);
        Append(_old, epoch, chain[2]);
        Assert.Empty(_new.Quarantine);
    }

    [Fact]
    public async Task Two_nodes_that_fight_over_objects_never_fork_a_log_and_lose_nothing_acknowledged()
    {
        var acknowledged = new List<(ContentHash Object, ContentHash Entry)>();
        int[] fencings = await Task.WhenAll(Writer(_old, "old"), Writer(_new, "new"));
        Assert.True(fencings.Sum() > 0, "they never met: the test has shown nothing");
        for (int i = 0; i < 3; i++)
        {
            // Each wrote on top of the one entry that it had read: a fork would show as an entry with a sibling.
            var index = _old.ReadIndex(ObjectId(i)).ToArray();
            for (int k = 1; k < index.Length; k++) Assert.Equal([index[k - 1].Header.Hash], index[k].Header.PrevEntryHashes);
            Assert.Equal(acknowledged.Where(a => a.Object == ObjectId(i)).Select(a => a.Entry).Order(), index.Select(e => e.Header.Hash).Order());
        }
        Assert.Empty(_old.VerifyAll().NewlyQuarantined);

        Task<int> Writer(PostgresJournal journal, string name) => Task.Run(() =>
        {
            int fenced = 0;
            for (int round = 0; round < 60; round++)
            {
                var id = ObjectId(round % 3);
                var epoch = journal.Acquire(id);
                var last = journal.ReadIndex(id).LastOrDefault()?.Header.Hash;
                try
                {
                    for (int k = 0; k < 3; k++)
                    {
                        var entry = last is { } prev ? Entry($"{name} {round} {k}", prev) : Entry($"{name} {round} {k}");
                        journal.Append([new(id, [entry], epoch)]);
                        lock (acknowledged) acknowledged.Add((id, entry.Entry));
                        last = entry.Entry;
                    }
                }
                catch (JournalException e) when (e.Fault == JournalFault.Fenced)
                {
                    fenced++;
                }
            }
            return fenced;
        }, TestContext.Current.CancellationToken);
    }

    private static void Append(IJournal journal, Epoch epoch, params JournalEntry[] entries) => journal.Append([new(ObjectId(1), entries, epoch)]);

    private static void Fenced(Action write) => Assert.Equal(JournalFault.Fenced, Assert.Throws<JournalException>(write).Fault);
}
