using Hhs.Actors.Journal;
using Hhs.Actors.Tests.Journal.Postgres;
using Hhs.Tests.Contracts;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Cluster.Tests.Journal;

/// <summary>What makes a journal a journal, in Akka.Persistence; and what two processes see of one.</summary>
public abstract class AkkaPersistenceJournalTests(AkkaDatabase database) : JournalContract
{
    protected override IJournal Open() => database.Open();

    public override void Dispose()
    {
        base.Dispose();
        database.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void What_another_node_writes_is_read_at_once()
    {
        using var other = database.Open();
        var chain = Chain(3);
        Assert.Empty(Journal.Objects);
        other.Append(ObjectId(1), [.. chain]);
        Assert.Equal(chain.Select(e => e.Entry), Journal.Names(ObjectId(1)));
        other.Append(ObjectId(1), Entry("more", chain[2].Entry));
        Assert.True(Journal.Contains(ObjectId(1), Entry("more", chain[2].Entry).Entry));
        Assert.True(Journal.TryReadPayload(ObjectId(1), chain[1].Entry, out _));
        Assert.Equal(4, Assert.Single(Journal.Objects).EntryCount);
        Assert.Equal(other.BytesOf(ObjectId(1)), Journal.BytesOf(ObjectId(1)));
        other.PutSetting("name/a", "1"u8.ToArray());
        Assert.True(Journal.TryGetSetting("name/a", out _));
        Journal.PutSetting("name/b", "2"u8.ToArray());
        Assert.Equal(["name/a", "name/b"], other.Settings("name/").Select(s => s.Key));
    }

    [Fact]
    public void An_object_that_was_acquired_and_never_written_is_not_listed()
    {
        Journal.Acquire(ObjectId(1));
        Assert.Empty(Journal.Objects);
        Reopen();
        Assert.Empty(Journal.Objects);
    }

    [Fact]
    public void A_table_that_was_changed_often_is_written_anew_and_read_as_before()
    {
        using var other = database.Open();
        other.PutSetting("other", "1"u8.ToArray());
        for (int i = 0; i < 250; i++) Journal.PutSetting("name", BitConverter.GetBytes(i));
        long events = Convert.ToInt64(database.Sql($"SELECT count(*) FROM {database.Table} WHERE persistence_id = 'hhs-table'"));
        Assert.InRange(events, 1, 100);
        Assert.True(other.TryGetSetting("name", out var value));
        Assert.Equal(249, BitConverter.ToInt32(value.Span));
        other.PutSetting("name", null);
        Reopen();
        Assert.False(Journal.TryGetSetting("name", out _));
        Assert.True(Journal.TryGetSetting("other", out _));
    }

    [Fact]
    public void Reading_after_disposal_is_a_callers_mistake()
    {
        var journal = Open();
        journal.Append(ObjectId(1), Entry("first"));
        journal.Dispose();
        journal.Dispose();
        Assert.Throws<ObjectDisposedException>(() => journal.TryReadPayload(ObjectId(1), Entry("first").Entry, out _));
        Assert.Throws<ObjectDisposedException>(() => journal.Append(ObjectId(1), Entry("second")));
    }

    [Fact]
    public void The_database_takes_a_number_of_a_stream_once()
    {
        Journal.Append(ObjectId(1), Entry("a"));
        Assert.Equal("persistence_id,sequence_number", database.UniqueColumns);
    }
}

public sealed class AkkaOnSqliteTests() : AkkaPersistenceJournalTests(new AkkaSqlite());

[Collection(PostgresCollection.Name)]
public sealed class AkkaOnPostgresTests(SharedPostgres shared) : AkkaPersistenceJournalTests(new AkkaPostgres(shared));
