using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Node.Demo.Clusters;
using Hhs.Tests.Contracts;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Journal.Postgres;

/// <summary>Connections that break at the worst moment: an acknowledged commit is there once, an unanswered one is found out about.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresConnectionTests(SharedPostgres shared) : IDisposable
{
    private readonly string _schema = SharedPostgres.NewSchema();
    private readonly CuttingProxy _proxy = new(shared.Server.Port);

    public void Dispose() => _proxy.Dispose();

    private PostgresSettings Through => shared.Settings(_schema) with { ConnectionString = PostgresServer.ConnectionStringAt(_proxy.Port) };

    [Fact]
    public void A_commit_whose_answer_or_request_was_lost_is_stored_once()
    {
        using var journal = PostgresJournal.Open(Through);
        var chain = Chain(40);
        var epoch = journal.Acquire(ObjectId(1));
        int cuts = 0;
        for (int i = 0; i < chain.Count; i++)
        {
            var cut = (i % 4) switch { 1 => CuttingProxy.Cut.Answer, 3 => CuttingProxy.Cut.Request, _ => CuttingProxy.Cut.None };
            if (cut != CuttingProxy.Cut.None) cuts++;
            _proxy.CutNext(cut);
            journal.Append([new(ObjectId(1), [chain[i]], epoch), new(ObjectId(2), [chain[i]])]);
            Assert.Equal(cuts, _proxy.Cuts);
        }
        using var direct = shared.Open(_schema);
        Assert.Equal(chain.Select(e => e.Entry), direct.Names(ObjectId(1)));
        Assert.Equal(chain.Select(e => e.Entry), direct.Names(ObjectId(2)));
        Assert.All(direct.Objects, o => Assert.Equal(40, o.EntryCount));
        Assert.Empty(direct.VerifyAll().NewlyQuarantined);
        Assert.Equal(direct.BytesOf(ObjectId(1)), journal.BytesOf(ObjectId(1)));
    }

    [Fact]
    public async Task A_node_has_few_connections_however_many_read_at_once()
    {
        using var journal = shared.Open(_schema);
        var epoch = journal.Acquire(ObjectId(1));
        var chain = Chain(3);
        journal.Append([new(ObjectId(1), chain, epoch)]);
        using var together = new Barrier(ReadersAtOnce);
        // Threads of their own: those of the pool would not come all at once.
        Task[] readers = [.. Enumerable.Range(0, ReadersAtOnce).Select(_ => Task.Factory.StartNew(() =>
        {
            together.SignalAndWait();
            for (int i = 0; i < 5; i++) Assert.Equal(3, journal.ReadIndex(ObjectId(1)).Count());
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.WhenAll(readers);

        // They stay in the pool; those of earlier tests are on their way out.
        await Eventually.Holds(() => shared.Server.Sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hhs-journal'") is long and > 0 and <= 12, "no more than twelve connections");
    }

    [Fact]
    public void A_commit_whose_answer_was_lost_counts_although_another_node_has_taken_over_since()
    {
        using var journal = PostgresJournal.Open(Through);
        using var other = shared.Open(_schema);
        var epoch = journal.Acquire(ObjectId(1));
        var chain = Chain(3);
        journal.Append([new(ObjectId(1), [chain[0]], epoch)]);
        _proxy.Cutting += () => other.Acquire(ObjectId(1));   // after the commit, before it is sent again
        _proxy.CutNext(CuttingProxy.Cut.Answer);
        journal.Append([new(ObjectId(1), [chain[1]], epoch)]);
        Assert.Equal(JournalFault.Fenced, Assert.Throws<JournalException>(() => journal.Append([new(ObjectId(1), [chain[2]], epoch)])).Fault);
        Assert.Equal(chain[..2].Select(e => e.Entry), other.Names(ObjectId(1)));
    }

    [Fact]
    public void A_commit_that_was_lost_on_the_way_is_refused_if_another_node_has_taken_over_since()
    {
        using var journal = PostgresJournal.Open(Through);
        using var other = shared.Open(_schema);
        var epoch = journal.Acquire(ObjectId(1));
        journal.Append([new(ObjectId(1), [Entry("a")], epoch)]);
        _proxy.Cutting += () => other.Append([new(ObjectId(1), [Entry("other", Entry("a").Entry)])]);
        _proxy.CutNext(CuttingProxy.Cut.Request);
        Assert.Equal(JournalFault.Fenced, Assert.Throws<JournalException>(() => journal.Append([new(ObjectId(1), [Entry("fork", Entry("a").Entry)], epoch)])).Fault);
        Assert.Equal(2, other.Names(ObjectId(1)).Length);
    }

    [Fact]
    public void Reads_go_on_after_all_connections_were_cut()
    {
        using var journal = PostgresJournal.Open(Through);
        journal.Append(ObjectId(1), Entry("a"));
        for (int i = 0; i < 3; i++)
        {
            Assert.Single(journal.Names(ObjectId(1)));
            _proxy.CutAll();
            Assert.True(journal.TryReadPayload(ObjectId(1), Entry("a").Entry, out _));
            _proxy.CutAll();
            Assert.Single(journal.Objects);
        }
    }

    [Fact]
    public void A_server_that_stays_away_is_told_without_the_password()
    {
        var away = Through with { ConnectionString = "Host=127.0.0.1;Port=1;Username=postgres;Password=s3cret;Timeout=1", GiveUpAfter = TimeSpan.FromMilliseconds(100) };
        var thrown = Assert.Throws<JournalException>(() => PostgresJournal.Open(away));
        Assert.Equal(JournalFault.InputOutput, thrown.Fault);
        Assert.Contains("127.0.0.1:1", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", thrown + away.ToString(), StringComparison.Ordinal);
    }

    private const int ReadersAtOnce = 50;
}
