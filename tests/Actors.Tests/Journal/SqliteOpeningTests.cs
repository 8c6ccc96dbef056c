using System.Text;
using Hhs.Actors.Journal;
using Hhs.Model.Dag;
using Hhs.Tests.Contracts;
using Microsoft.Data.Sqlite;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Journal;

/// <summary>Which files are opened, which are refused, and that a refused one is left as it is.</summary>
public sealed class SqliteOpeningTests : IDisposable
{
    private readonly ScratchStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_new_store_says_that_it_was_made()
    {
        using (var journal = SqliteJournal.Open(_store.Beside("deep/down/store.db")))
            Assert.Equal((4, 0), (journal.Opening.SchemaVersion, journal.Opening.MigratedFrom!.Value));
        using var again = SqliteJournal.Open(_store.Beside("deep/down/store.db"));
        Assert.Null(again.Opening.MigratedFrom);
    }

    [Fact]
    public void A_second_opening_is_refused_until_the_first_is_closed()
    {
        using (_store.Open())
        {
            var thrown = _store.Refused();
            Assert.Equal(JournalFault.Locked, thrown.Fault);
            Assert.Contains("another data directory", thrown.Message, StringComparison.Ordinal);
        }
        using var _ = _store.Open();
    }

    [Fact]
    public void A_store_of_version_one_is_migrated_with_its_entries()
    {
        var chain = Chain(5);
        long bytes;
        using (var journal = _store.Open())
        {
            journal.Append(ObjectId(1), [.. chain]);
            bytes = journal.BytesOf(ObjectId(1));
        }
        _store.Harm("DROP TABLE quarantine; DROP TABLE setting; ALTER TABLE object DROP COLUMN frontier; ALTER TABLE object DROP COLUMN bytes; PRAGMA user_version = 1");

        using var migrated = _store.Open();
        Assert.Equal((4, 1), (migrated.Opening.SchemaVersion, migrated.Opening.MigratedFrom!.Value));
        Assert.Equal(chain.Select(e => e.Entry), migrated.Names(ObjectId(1)));
        Assert.Equal(bytes, migrated.BytesOf(ObjectId(1)));
        Assert.Equal(Position.Of(chain[^1].Entry), Assert.Single(migrated.Objects).Frontier);
        migrated.PutSetting("name", "value"u8.ToArray());
        Assert.True(migrated.TryGetSetting("name", out _));
    }

    [Fact]
    public void A_store_of_version_two_gets_the_frontiers_of_all_its_objects()
    {
        var chain = Chain(5);
        using (var journal = _store.Open())
        {
            for (int i = 0; i < 50; i++) journal.Append(ObjectId(i), [.. chain, Entry($"beside {i}", chain[2].Entry)]);
        }
        _store.Harm("ALTER TABLE object DROP COLUMN frontier; ALTER TABLE object DROP COLUMN bytes; PRAGMA user_version = 2; UPDATE entry SET tags = x'00' WHERE place = (SELECT id << 32 | 5 FROM object WHERE id = 7)");

        for (int opened = 0; opened < 2; opened++)
        {
            using var migrated = _store.Open();
            Assert.Equal(opened == 0 ? 2 : (int?)null, migrated.Opening.MigratedFrom);
            Assert.Single(migrated.Opening.Quarantined);
            for (int i = 0; i < 50; i++)
                Assert.Equal(i == 6 ? Position.Of(chain[^1].Entry) : Position.Of(chain[^1].Entry, Entry($"beside {i}", chain[2].Entry).Entry), migrated.Objects[i].Frontier);
        }
    }

    [Theory]
    [InlineData("UPDATE object SET frontier = NULL")]
    [InlineData("UPDATE object SET frontier = x'0102'")]
    [InlineData("UPDATE object SET frontier = substr(frontier, 1, 39) || x'00'")]
    [InlineData("UPDATE object SET frontier = substr(frontier, 1, 8)")]
    public void A_frontier_that_was_altered_is_computed_anew(string sql)
    {
        var chain = Chain(5);
        using (var journal = _store.Open()) journal.Append(ObjectId(1), [.. chain]);
        _store.Harm(sql);
        using (var opened = _store.Open())
        {
            Assert.Equal(Position.Of(chain[^1].Entry), Assert.Single(opened.Objects).Frontier);
            Assert.Empty(opened.Quarantine);
        }
    }

    [Fact]
    public void A_frontier_follows_what_goes_into_quarantine()
    {
        var chain = Chain(5);
        using (var journal = _store.Open()) journal.Append(ObjectId(1), [.. chain]);
        _store.Harm("UPDATE entry SET tags = x'00' WHERE place = (1 << 32 | 3)");
        using var opened = _store.Open();
        Assert.Equal(3, opened.ReadIndex(ObjectId(1)).Count());
        Assert.Equal(Position.Of(chain[2].Entry), Assert.Single(opened.Objects).Frontier);
    }

    [Fact]
    public void A_store_of_a_newer_release_is_refused()
    {
        _store.Open().Dispose();
        _store.Harm("PRAGMA user_version = 5");
        var before = File.ReadAllBytes(_store.Path);
        Assert.Equal(JournalFault.NewerSchema, _store.Refused().Fault);
        Assert.Equal(before, File.ReadAllBytes(_store.Path));
    }

    [Theory]
    [InlineData("CREATE TABLE notes (text TEXT)")]
    [InlineData("PRAGMA application_id = 1234; CREATE TABLE notes (text TEXT)")]
    [InlineData("PRAGMA application_id = 1234; PRAGMA user_version = 2")]
    public void Another_programs_database_is_refused_and_left_alone(string sql)
    {
        _store.Harm(sql);
        var before = File.ReadAllBytes(_store.Path);
        Assert.Equal(JournalFault.ForeignSchema, _store.Refused().Fault);
        Assert.Equal(before, File.ReadAllBytes(_store.Path));
    }

    [Theory]
    [InlineData("short")]
    [InlineData(null)]
    public void A_file_that_is_no_database_is_refused_and_left_alone(string? text)
    {
        text ??= string.Concat(Enumerable.Repeat("this is not a database. ", 1000));
        File.WriteAllText(_store.Path, text);
        var thrown = _store.Refused();
        Assert.Equal(JournalFault.NotADatabase, thrown.Fault);
        Assert.Contains(_store.Path, thrown.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(_store.Path));
    }

    [Fact]
    public void A_directory_that_cannot_be_is_unwritable()
    {
        File.WriteAllText(_store.Beside("file"), "");
        Assert.Equal(JournalFault.Unwritable, Assert.Throws<JournalException>(() => SqliteJournal.Open(_store.Beside("file/store.db"))).Fault);
        Directory.CreateDirectory(_store.Path);
        Assert.Equal(JournalFault.Unwritable, _store.Refused().Fault);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(1, 2)]
    [InlineData(9, 10)]
    public void A_store_that_was_cut_short_is_corrupt(int numerator, int denominator)
    {
        using (var journal = _store.Open()) journal.Append(ObjectId(1), [.. Chain(1000)]);
        using (var file = File.OpenWrite(_store.Path)) file.SetLength(file.Length * numerator / denominator);
        var thrown = _store.Refused();
        Assert.Equal(JournalFault.Corrupt, thrown.Fault);
        Assert.Contains("salvage", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_was_cut_short_loses_its_last_commits_alone()
    {
        // A copy of file and log is what a crash leaves; then the log's end is torn.
        var chain = Chain(30);
        using (var journal = _store.Open())
        {
            foreach (var entry in chain) journal.Append(ObjectId(1), entry);
            File.Copy(_store.Path, _store.Beside("torn.db"));
            File.Copy(_store.Path + "-wal", _store.Beside("torn.db-wal"));
        }
        using (var log = File.OpenWrite(_store.Beside("torn.db-wal"))) log.SetLength(log.Length - 100);

        using var torn = SqliteJournal.Open(_store.Beside("torn.db"));
        Assert.Equal(chain.Take(29).Select(e => e.Entry), torn.Names(ObjectId(1)));
        Assert.Empty(torn.Quarantine);
        torn.Append(ObjectId(1), chain[29]);
        Assert.Equal(30, torn.VerifyAll().Entries);
    }

    [Fact]
    public void Every_fault_of_SQLite_names_the_file_and_says_what_to_do()
    {
        foreach (int code in Enumerable.Range(1, 28))
        {
            var fault = JournalFaults.FromSqlite(code, "detail", "store.db", new SqliteException("detail", code));
            Assert.StartsWith("The journal store.db: detail", fault.Message, StringComparison.Ordinal);
            Assert.Matches(@"\)\. [A-Z].+\.$", fault.Message);
        }
    }
}
