using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Model.Hashing;
using Hhs.Tests.Contracts;
using Npgsql;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Journal.Postgres;

/// <summary>Two nodes over one database: whoever acquired an object last is the only one who can write it.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresFencingTests : FencingContract, IDisposable
{
    private readonly SharedPostgres _shared;
    private readonly string _schema = SharedPostgres.NewSchema();
    private readonly PostgresJournal _old, _new;

    public PostgresFencingTests(SharedPostgres shared)
    {
        _shared = shared;
        (_old, _new) = (shared.Open(_schema), shared.Open(_schema));
    }

    protected override IJournal Old => _old;

    protected override IJournal New => _new;

    public void Dispose()
    {
        _old.Dispose();
        _new.Dispose();
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
}
