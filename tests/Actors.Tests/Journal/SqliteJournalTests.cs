using Hhs.Actors.Journal;
using Hhs.Tests.Contracts;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Journal;

public sealed class SqliteJournalTests : JournalContract
{
    private readonly ScratchStore _store = new();

    protected override IJournal Open() => _store.Open();

    public override void Dispose()
    {
        base.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void A_full_store_refuses_the_commit_whole_and_stays_readable()
    {
        using var scratch = new ScratchStore();
        using var journal = SqliteJournal.Open(scratch.Path, bytesMax: 256 << 10);
        journal.Append(ObjectId(1), Entry("first"));
        var big = Enumerable.Range(0, 100).Select(i => Entry(new string((char)('a' + i % 26), 10_000) + i)).ToArray();
        Assert.Equal(JournalFault.Full, Assert.Throws<JournalException>(() => journal.Append(ObjectId(1), big)).Fault);
        Assert.Equal([Entry("first").Entry], journal.Names(ObjectId(1)));
        journal.Append(ObjectId(1), Entry("second"));
        Assert.Equal(2, journal.Names(ObjectId(1)).Length);
    }

    [Fact]
    public void The_space_of_a_dropped_object_is_used_again()
    {
        using var scratch = new ScratchStore();
        using var journal = SqliteJournal.Open(scratch.Path, bytesMax: 1 << 20);
        for (int round = 0; round < 10; round++)
        {
            journal.Append(ObjectId(round), [.. Enumerable.Range(0, 50).Select(i => Entry(new string((char)('a' + round), 10_000) + i))]);
            journal.Drop(ObjectId(round));
        }
        Assert.Empty(journal.Objects);
    }

    [Fact]
    public void A_reader_of_a_dropped_object_takes_nothing_of_the_next_for_damage()
    {
        using var scratch = new ScratchStore();
        using var journal = scratch.Open();
        journal.Append(ObjectId(1), [.. Chain(5)]);
        using var reading = journal.ReadIndex(ObjectId(1)).GetEnumerator();
        Assert.True(reading.MoveNext());
        journal.Drop(ObjectId(1));
        journal.Append(ObjectId(2), [.. Chain(5, "of another")]);
        while (reading.MoveNext()) { }
        Assert.Empty(journal.Quarantine);
        Assert.Equal(5, journal.Names(ObjectId(2)).Length);
    }

    [Fact]
    public void Reading_after_disposal_is_a_callers_mistake()
    {
        using var scratch = new ScratchStore();
        var journal = scratch.Open();
        journal.Append(ObjectId(1), Entry("first"));
        journal.Dispose();
        journal.Dispose();
        Assert.Throws<ObjectDisposedException>(() => journal.TryReadPayload(ObjectId(1), Entry("first").Entry, out _));
        Assert.Throws<ObjectDisposedException>(() => journal.Append(ObjectId(1), Entry("second")));
    }
}
