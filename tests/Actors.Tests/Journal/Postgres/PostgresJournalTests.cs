using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Tests.Contracts;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Journal.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresJournalTests(SharedPostgres shared) : JournalContract
{
    private readonly string _schema = SharedPostgres.NewSchema();

    protected override IJournal Open() => shared.Open(_schema);

    [Fact]
    public void A_reader_of_a_dropped_object_takes_nothing_of_the_next_for_damage()
    {
        Journal.Append(ObjectId(1), [.. Chain(5)]);
        using var reading = Journal.ReadIndex(ObjectId(1)).GetEnumerator();
        Assert.True(reading.MoveNext());
        Journal.Drop(ObjectId(1));
        Journal.Append(ObjectId(2), [.. Chain(5, "of another")]);
        while (reading.MoveNext()) { }
        Assert.Empty(Journal.Quarantine);
        Assert.Equal(5, Journal.Names(ObjectId(2)).Length);
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
    public void What_another_node_writes_is_read_at_once()
    {
        using var other = shared.Open(_schema);
        var chain = Chain(3);
        other.Append(ObjectId(1), [.. chain]);
        Assert.Equal(chain.Select(e => e.Entry), Journal.Names(ObjectId(1)));
        Assert.True(Journal.Contains(ObjectId(1), chain[2].Entry));
        Assert.True(Journal.TryReadPayload(ObjectId(1), chain[1].Entry, out _));
        Assert.Equal(3, Assert.Single(Journal.Objects).EntryCount);
        Assert.Equal(other.BytesOf(ObjectId(1)), Journal.BytesOf(ObjectId(1)));
        other.PutSetting("name/a", "1"u8.ToArray());
        Assert.True(Journal.TryGetSetting("name/a", out _));
    }

    [Fact]
    public void An_object_that_was_acquired_and_never_written_is_not_listed()
    {
        Journal.Acquire(ObjectId(1));
        Assert.Empty(Journal.Objects);
        Reopen();
        Assert.Empty(Journal.Objects);
    }
}
