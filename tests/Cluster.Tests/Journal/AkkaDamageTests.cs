using Hhs.Actors.Journal;
using Hhs.Actors.Tests.Journal.Postgres;
using Hhs.Model.Dag;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Cluster.Tests.Journal;

/// <summary>What the database gives back is checked: what is damaged is put aside with what depends on it, the rest stays usable, and it can come again.</summary>
public abstract class AkkaDamageTests : IDisposable
{
    private readonly AkkaDatabase _database;
    private readonly List<JournalEntry> _chain = Chain(4);

    protected AkkaDamageTests(AkkaDatabase database)
    {
        _database = database;
        using var journal = database.Open();
        foreach (var entry in _chain) journal.Append(ObjectId(1), entry);   // events 2, 3, 4, 5: the first acquires
        journal.Append(ObjectId(2), [.. Chain(2)]);
    }

    public void Dispose()
    {
        _database.Dispose();
        GC.SuppressFinalize(this);
    }

    private string Event(string kind, int number) => $"persistence_id = 'hhs-{kind}-{ObjectId(1)}' AND sequence_number = {number}";

    private void AssertMended(IJournal journal, int intact)
    {
        Assert.Equal(_chain[..intact].Select(e => e.Entry), journal.Names(ObjectId(1)));
        Assert.Equal(intact, journal.Objects.First().EntryCount);
        Assert.Equal(Position.Of(_chain[intact - 1].Entry), journal.Objects.First().Frontier);
        Assert.Equal(2, journal.Names(ObjectId(2)).Length);
        Assert.NotEmpty(journal.Quarantine);
        Assert.All(journal.Quarantine, q => Assert.Equal(ObjectId(1), q.ObjectId));

        journal.Append(ObjectId(1), [.. _chain[intact..]]);
        Assert.Equal(_chain.Select(e => e.Entry), journal.Names(ObjectId(1)));
        Assert.DoesNotContain(journal.Quarantine, q => q.Entry is not null);
        Assert.Equal(6, journal.VerifyAll().Entries);
        journal.ForgetQuarantine();
        Assert.Empty(journal.Quarantine);
    }

    [Fact]
    public void A_record_that_does_not_match_its_checksum_is_put_aside_with_what_builds_on_it()
    {
        int length = Convert.ToInt32(_database.Sql($"SELECT length(message) FROM {_database.Table} WHERE {Event("o", 4)}"));
        _database.Damage(Event("o", 4), length - 12);   // its tags
        using var journal = _database.Open();
        Assert.Equal(2, journal.Names(ObjectId(1)).Length);
        Assert.Equal(_chain[2..].Select(e => (Model.Hashing.ContentHash?)e.Entry), journal.Quarantine.Select(q => q.Entry));
        AssertMended(journal, 2);
    }

    [Fact]
    public void An_event_that_is_gone_is_missed()
    {
        _database.Sql($"DELETE FROM {_database.Table} WHERE {Event("o", 4)}");
        using var journal = _database.Open();
        Assert.Equal(2, journal.Names(ObjectId(1)).Length);
        Assert.Contains(journal.Quarantine, q => q.Entry is null && q.Reason == "1 records are missing");
        AssertMended(journal, 2);
    }

    [Fact]
    public void How_the_object_stands_is_computed_anew_where_the_last_event_does_not_say_so_truly()
    {
        _database.Damage(Event("o", 5), 10);   // the number of entries
        using var journal = _database.Open();
        Assert.Equal(4, journal.Objects.First().EntryCount);
        Assert.Equal(_chain.Select(e => e.Entry), journal.Names(ObjectId(1)));
        Assert.Empty(journal.Quarantine);
        journal.Append(ObjectId(1), Entry("more", _chain[3].Entry));
        Assert.Equal(5, journal.Names(ObjectId(1)).Length);
    }

    [Fact]
    public void A_payload_that_does_not_match_its_checksum_is_reported_and_put_aside()
    {
        _database.Damage(Event("p", 3), 25);
        using var journal = _database.Open();
        Assert.True(journal.TryReadPayload(ObjectId(1), _chain[1].Entry, out _));
        Assert.Equal(JournalFault.DamagedRecord, Assert.Throws<JournalException>(() => journal.TryReadPayload(ObjectId(1), _chain[2].Entry, out _)).Fault);
        AssertMended(journal, 2);
    }

    [Fact]
    public void Verifying_finds_what_nobody_has_asked_for()
    {
        _database.Damage(Event("p", 3), 25);
        _database.Sql($"DELETE FROM {_database.Table} WHERE {Event("p", 4)}");
        using var journal = _database.Open();
        var verified = journal.VerifyAll();
        Assert.Equal(4, verified.Entries);
        Assert.Equal(_chain[2..].Select(e => (Model.Hashing.ContentHash?)e.Entry), verified.NewlyQuarantined.Select(q => q.Entry));
        AssertMended(journal, 2);
    }

    [Fact]
    public void A_writer_elsewhere_that_has_in_memory_what_was_put_aside_is_fenced()
    {
        using var writer = _database.Open();
        var epoch = writer.Acquire(ObjectId(1));
        Assert.Equal(4, writer.Names(ObjectId(1)).Length);
        _database.Damage(Event("p", 3), 25);
        using var journal = _database.Open();
        journal.VerifyAll();
        var thrown = Assert.Throws<JournalException>(() => writer.Append([new(ObjectId(1), [Entry("more", _chain[3].Entry)], epoch)]));
        Assert.Equal(JournalFault.Fenced, thrown.Fault);
    }

    [Fact]
    public void A_setting_that_cannot_be_read_stops_the_node_and_is_named()
    {
        _database.Damage("persistence_id = 'hhs-table' AND sequence_number = 2", 20);
        var thrown = Assert.Throws<JournalException>(() => _database.Open().Dispose());
        Assert.Equal(JournalFault.Corrupt, thrown.Fault);
        Assert.Contains("event 2 of hhs-table", thrown.Message, StringComparison.Ordinal);
    }
}

public sealed class AkkaOnSqliteDamageTests() : AkkaDamageTests(new AkkaSqlite());

[Collection(PostgresCollection.Name)]
public sealed class AkkaOnPostgresDamageTests(SharedPostgres shared) : AkkaDamageTests(new AkkaPostgres(shared));
