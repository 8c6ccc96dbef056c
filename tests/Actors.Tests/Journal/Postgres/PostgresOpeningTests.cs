using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Tests.Contracts;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Journal.Postgres;

/// <summary>What opening finds in the database, and what it refuses.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresOpeningTests(SharedPostgres shared)
{
    private readonly string _schema = SharedPostgres.NewSchema();

    private JournalException Refused(PostgresSettings settings) => Assert.Throws<JournalException>(() => { using var _ = PostgresJournal.Open(settings); });

    [Fact]
    public async Task Nodes_that_start_at_the_same_time_make_the_tables_once()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => shared.Open(_schema))));
        Assert.Equal([0, null, null, null], opened.Select(j => j.Opening.MigratedFrom).OrderDescending());
        Assert.All(opened, j => Assert.Equal(1, j.Opening.SchemaVersion));
        foreach (var journal in opened) journal.Dispose();
    }

    [Fact]
    public void A_newer_schema_is_refused_and_left_alone()
    {
        shared.Open(_schema).Dispose();
        shared.Server.Sql($"UPDATE {_schema}.hhs_journal SET version = 99");
        Assert.Equal(JournalFault.NewerSchema, Refused(shared.Settings(_schema)).Fault);
        Assert.Equal(99, shared.Server.Sql($"SELECT version FROM {_schema}.hhs_journal"));
    }

    [Fact]
    public void A_schema_with_tables_of_another_program_is_refused_and_left_alone()
    {
        shared.Server.Sql($"CREATE SCHEMA {_schema}; CREATE TABLE {_schema}.object (name text)");
        Assert.Equal(JournalFault.ForeignSchema, Refused(shared.Settings(_schema)).Fault);
        Assert.Equal(1L, shared.Server.Sql($"SELECT count(*) FROM pg_tables WHERE schemaname = '{_schema}'"));
    }

    [Fact]
    public void A_user_needs_the_privileges_that_are_documented_and_no_more()
    {
        shared.Server.Sql($"CREATE ROLE plain_{_schema} LOGIN");
        var settings = shared.Settings(_schema) with { ConnectionString = shared.Server.ConnectionString.Replace("Username=postgres", $"Username=plain_{_schema}", StringComparison.Ordinal) };
        Assert.Equal(JournalFault.Unwritable, Refused(settings).Fault);
        shared.Server.Sql($"CREATE SCHEMA {_schema} AUTHORIZATION plain_{_schema}");
        using var journal = PostgresJournal.Open(settings);
        journal.Append(ObjectId(1), Entry("a"));
        Assert.Single(journal.Names(ObjectId(1)));
    }

    [Fact]
    public void A_commit_is_synchronous_although_the_role_was_set_to_lose_some()
    {
        shared.Server.Sql($"CREATE ROLE lax_{_schema} LOGIN; ALTER ROLE lax_{_schema} SET synchronous_commit = off; CREATE SCHEMA {_schema} AUTHORIZATION lax_{_schema}");
        var settings = shared.Settings(_schema) with { ConnectionString = shared.Server.ConnectionString.Replace("Username=postgres", $"Username=lax_{_schema}", StringComparison.Ordinal) };
        using var link = new PostgresLink(settings);
        Assert.Equal("on", link.Write(connection => connection.Scalar("SHOW synchronous_commit")));
        Assert.Equal("on", link.Read(connection => connection.Scalar("SHOW synchronous_commit")));
    }

    [Fact]
    public void Rows_of_objects_that_nobody_ever_wrote_are_swept_and_their_holder_is_fenced()
    {
        using var journal = shared.Open(_schema);
        var epoch = journal.Acquire(ObjectId(1));
        shared.Server.Sql($"UPDATE {_schema}.object SET acquired = now() - interval '2 days'");
        shared.Open(_schema).Dispose();
        Assert.Equal(0L, shared.Server.Sql($"SELECT count(*) FROM {_schema}.object"));
        Assert.Equal(JournalFault.Fenced, Assert.Throws<JournalException>(() => journal.Append([new(ObjectId(1), [Entry("a")], epoch)])).Fault);
    }

    [Theory]
    [InlineData("", "hhs")]
    [InlineData("Database=hhs", "hhs")]
    [InlineData("Host=db;Nonsense=1", "hhs")]
    [InlineData("Host=db", "Hhs")]
    [InlineData("Host=db", "hhs; DROP SCHEMA public")]
    public void Settings_that_make_no_sense_are_a_callers_mistake(string connectionString, string schema) =>
        Assert.Throws<ArgumentException>(() => PostgresJournal.Open(new() { ConnectionString = connectionString, Schema = schema }));
}
