using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Telemetry;
using Hhs.Model.Hashing;
using Hhs.Tests.Contracts;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Journal;

public sealed class JournalActorTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ActorSystem _system = ActorSystem.Create("journal", ConfigurationFactory.ParseString("akka.loglevel = OFF").WithFallback(Reference()));
    private readonly GatedJournal _journal = new();
    private readonly Inbox _inbox;

    public JournalActorTests() => _inbox = Inbox.Create(_system);

    public async ValueTask DisposeAsync()
    {
        _journal.Gate.Set();
        await _system.Terminate();
    }

    [Fact]
    public async Task An_append_is_answered_with_its_tag_when_the_entry_is_stored()
    {
        var actor = Start();
        var answer = await actor.Ask<JournalProtocol.Appended>(Append(1, "tag", Entry("a")), Patience, TestContext.Current.CancellationToken);
        Assert.Equal("tag", answer.Tag);
        Assert.Equal([Entry("a").Entry], _journal.Inner.Names(ObjectId(1)));
    }

    [Fact]
    public void What_comes_during_a_commit_shares_the_next_and_answers_come_in_order()
    {
        var actor = Start();
        var chain = Chain(101);
        _journal.Gate.Reset();
        _inbox.Send(actor, Append(1, 0, chain[0]));
        Assert.True(_journal.Entered.WaitOne(Patience));
        for (int i = 1; i <= 100; i++) _inbox.Send(actor, Append(1, i, chain[i]));
        _journal.Gate.Set();
        for (int i = 0; i <= 100; i++) Assert.Equal(new JournalProtocol.Appended(i), _inbox.Receive(Patience));
        Assert.Equal([1, 100], _journal.CommitSizes);
    }

    [Fact]
    public async Task Commits_run_on_a_thread_that_the_journal_shares_with_nobody()
    {
        var actor = Start();
        for (int i = 0; i < 20; i++) await actor.Ask<JournalProtocol.Appended>(Append(1, i, Entry($"entry {i}")), Patience, TestContext.Current.CancellationToken);
        var thread = Assert.Single(_journal.CommitThreads.Distinct());
        Assert.False(thread.IsThreadPoolThread);
    }

    [Fact]
    public void A_commit_takes_no_more_than_its_bounds()
    {
        var actor = Start(new() { CommitEntriesMax = 10 });
        _journal.Gate.Reset();
        _inbox.Send(actor, Append(1, -1, Entry("first")));
        Assert.True(_journal.Entered.WaitOne(Patience));
        for (int i = 0; i < 25; i++) _inbox.Send(actor, Append(1, i, Entry($"entry {i}")));
        _inbox.Send(actor, Append(2, 25, [.. Chain(30)]));   // larger than a commit: has one of its own
        _journal.Gate.Set();
        for (int i = -1; i <= 25; i++) Assert.Equal(new JournalProtocol.Appended(i), _inbox.Receive(Patience));
        Assert.Equal([1, 10, 10, 5, 30], _journal.CommitSizes);
    }

    [Fact]
    public void More_than_may_wait_is_refused_at_once_and_the_rest_is_stored()
    {
        var actor = Start(new() { PendingBytesMax = 2000 });
        _journal.Gate.Reset();
        _inbox.Send(actor, Append(1, "first", Entry("first")));
        Assert.True(_journal.Entered.WaitOne(Patience));
        for (int i = 0; i < 20; i++) _inbox.Send(actor, Append(1, i, Entry($"entry {i}")));
        _journal.Gate.Set();
        var answers = Enumerable.Range(0, 21).Select(_ => _inbox.Receive(Patience)).ToArray();
        var refused = answers.OfType<JournalProtocol.AppendFailed>().ToArray();
        Assert.NotEmpty(refused);
        Assert.All(refused, r => Assert.Equal(JournalFault.Overloaded, r.Fault));
        Assert.Equal(21 - refused.Length, _journal.Inner.Names(ObjectId(1)).Length);
        _inbox.Send(actor, Append(1, "later", Entry("later")));
        Assert.Equal(new JournalProtocol.Appended("later"), _inbox.Receive(Patience));
    }

    [Fact]
    public void One_callers_missing_predecessor_fails_that_caller_alone()
    {
        var actor = Start();
        _journal.Gate.Reset();
        _inbox.Send(actor, Append(1, "first", Entry("first")));
        Assert.True(_journal.Entered.WaitOne(Patience));
        _inbox.Send(actor, Append(1, "good", Entry("good")));
        _inbox.Send(actor, Append(2, "orphan", Entry("orphan", ObjectId(99))));
        _inbox.Send(actor, Append(3, "also good", Entry("also good")));
        _journal.Gate.Set();
        Assert.Equal(new JournalProtocol.Appended("first"), _inbox.Receive(Patience));
        Assert.Equal(new JournalProtocol.Appended("good"), _inbox.Receive(Patience));
        var failed = Assert.IsType<JournalProtocol.AppendFailed>(_inbox.Receive(Patience));
        Assert.Equal(("orphan", JournalFault.MissingPredecessor), (failed.Tag, failed.Fault));
        Assert.Equal(new JournalProtocol.Appended("also good"), _inbox.Receive(Patience));
    }

    [Fact]
    public void After_a_storage_failure_nothing_is_acknowledged_and_every_later_write_is_refused()
    {
        var actor = Start();
        var events = Inbox.Create(_system);
        _system.EventStream.Subscribe(events.Receiver, typeof(JournalProtocol.JournalFailed));
        _journal.Gate.Reset();
        _inbox.Send(actor, Append(1, 0, Entry("kept")));
        Assert.True(_journal.Entered.WaitOne(Patience));
        _inbox.Send(actor, Append(1, 1, Entry("lost")));
        _inbox.Send(actor, Append(1, 2, Entry("lost too")));
        _journal.FailFromCommit = 2;
        _journal.Gate.Set();

        Assert.Equal(new JournalProtocol.Appended(0), _inbox.Receive(Patience));
        for (int i = 1; i <= 2; i++) Assert.Equal(i, Assert.IsType<JournalProtocol.AppendFailed>(_inbox.Receive(Patience)).Tag);
        var failed = Assert.IsType<JournalProtocol.JournalFailed>(events.Receive(Patience));
        Assert.Equal((JournalFault.Full, "no room"), (failed.Fault, failed.Reason));

        _journal.FailFromCommit = int.MaxValue;   // even when the disk has room again: only a restart looks at the store anew
        _inbox.Send(actor, Append(1, 3, Entry("refused")));
        Assert.Equal(new JournalProtocol.AppendFailed(3, JournalFault.Full, "no room"), _inbox.Receive(Patience));
        Assert.Equal([Entry("kept").Entry], _journal.Inner.Names(ObjectId(1)));
    }

    [Fact]
    public async Task What_was_accepted_is_stored_when_the_actor_stops()
    {
        var actor = Start(new() { CommitEntriesMax = 1 });
        _journal.Gate.Reset();
        _inbox.Send(actor, Append(1, 0, Entry("a")));
        Assert.True(_journal.Entered.WaitOne(Patience));
        _inbox.Send(actor, Append(1, 1, Entry("b")));
        _inbox.Send(actor, Append(1, 2, Entry("c")));
        _inbox.Send(actor, PoisonPill.Instance);
        _journal.Gate.Set();
        for (int i = 0; i <= 2; i++) Assert.Equal(new JournalProtocol.Appended(i), _inbox.Receive(Patience));
        await actor.GracefulStop(Patience);
        Assert.Equal(3, _journal.Inner.Names(ObjectId(1)).Length);
    }

    [Fact]
    public async Task Commits_entries_and_bytes_are_counted()
    {
        var counts = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) => { if (instrument.Meter.Name == HhsMeter.Name) l.EnableMeasurementEvents(instrument); };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => Add(instrument.Name, 1));
        listener.Start();
        await Start().Ask<JournalProtocol.Appended>(Append(1, 0, [.. Chain(7)]), Patience, TestContext.Current.CancellationToken);

        // Other tests of the process count on the same meter.
        Assert.True(counts["hhs.journal.commits"] >= 1);
        Assert.True(counts["hhs.journal.entries"] >= 7);
        Assert.True(counts["hhs.journal.bytes"] >= 7 * 256);
        Assert.True(counts["hhs.journal.commit.duration"] >= 1);

        void Add(string name, double value)
        {
            lock (counts) counts[name] = counts.GetValueOrDefault(name) + value;
        }
    }

    [Fact]
    public void A_drop_comes_after_what_was_accepted_before_it_and_growth_is_told_to_who_watches()
    {
        var actor = Start();
        var chain = Chain(2);
        _journal.Gate.Reset();
        _inbox.Send(actor, JournalProtocol.Watch.Instance);
        _inbox.Send(actor, Append(1, "a", chain[0]));
        Assert.True(_journal.Entered.WaitOne(Patience));
        _inbox.Send(actor, Append(1, "b", chain[1]));
        _inbox.Send(actor, new JournalProtocol.Drop(ObjectId(1)));
        _journal.Gate.Set();
        Assert.Equal(new JournalProtocol.Appended("a"), _inbox.Receive(Patience));
        Assert.True(Assert.IsType<JournalProtocol.Grew>(_inbox.Receive(Patience)).Bytes > 0);
        Assert.Equal(new JournalProtocol.Appended("b"), _inbox.Receive(Patience));
        Assert.IsType<JournalProtocol.Grew>(_inbox.Receive(Patience));
        Assert.Equal(new JournalProtocol.Dropped(ObjectId(1)), _inbox.Receive(Patience));
        Assert.Empty(_journal.Objects);
    }

    [Fact]
    public void A_fenced_object_fails_alone_and_the_journal_goes_on()
    {
        var actor = Start();
        _journal.FencedObject = ObjectId(2);
        _journal.Gate.Reset();
        _inbox.Send(actor, Append(1, "first", Entry("first")));
        Assert.True(_journal.Entered.WaitOne(Patience));
        _inbox.Send(actor, Append(1, "good", Entry("good")));
        _inbox.Send(actor, Append(2, "fenced", Entry("fenced")));
        _inbox.Send(actor, new JournalProtocol.Drop(ObjectId(2)));
        _journal.Gate.Set();
        Assert.Equal(new JournalProtocol.Appended("first"), _inbox.Receive(Patience));
        Assert.Equal(new JournalProtocol.Appended("good"), _inbox.Receive(Patience));
        var failed = Assert.IsType<JournalProtocol.AppendFailed>(_inbox.Receive(Patience));
        Assert.Equal(("fenced", JournalFault.Fenced), (failed.Tag, failed.Fault));
        Assert.IsType<JournalProtocol.DropFailed>(_inbox.Receive(Patience));
        _inbox.Send(actor, Append(1, "later", Entry("later")));
        Assert.Equal(new JournalProtocol.Appended("later"), _inbox.Receive(Patience));
    }

    [Fact]
    public void A_drop_that_fails_says_so_and_fails_the_journal()
    {
        var actor = Start();
        _journal.FailsToDrop = true;
        _inbox.Send(actor, new JournalProtocol.Drop(ObjectId(1)));
        Assert.IsType<JournalProtocol.DropFailed>(_inbox.Receive(Patience));
        _inbox.Send(actor, Append(1, "a", Entry("first")));
        Assert.IsType<JournalProtocol.AppendFailed>(_inbox.Receive(Patience));
    }

    [Fact]
    public void The_reference_settings_are_the_defaults_and_nonsense_is_refused()
    {
        Assert.Equal(new JournalSettings(), JournalSettings.FromConfig(Reference()));
        var nonsense = ConfigurationFactory.ParseString("hhs.journal.commit-bytes-max = 0").WithFallback(Reference());
        Assert.Contains("commit-bytes-max", Assert.Throws<ConfigurationException>(() => JournalSettings.FromConfig(nonsense)).Message, StringComparison.Ordinal);
    }

    private IActorRef Start(JournalSettings? settings = null) => _system.ActorOf(JournalActor.Props(_journal, settings ?? new()));

    private static JournalProtocol.Append Append(int objectNumber, object tag, params JournalEntry[] entries) =>
        new(new(ObjectId(objectNumber), entries), tag);

    private static Config Reference()
    {
        using var reader = new StreamReader(typeof(JournalActor).Assembly.GetManifestResourceStream("Hhs.Actors.reference.conf")!);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }

    /// <summary>A memory journal whose commits wait at a gate, and fail from a given one on.</summary>
    private sealed class GatedJournal : IJournal
    {
        internal MemoryJournal Inner { get; } = new();
        internal ManualResetEvent Gate { get; } = new(true);
        internal AutoResetEvent Entered { get; } = new(false);
        internal List<int> CommitSizes { get; } = [];
        internal List<Thread> CommitThreads { get; } = [];
        internal volatile bool FailsToDrop;
        internal ContentHash? FencedObject;
        internal volatile int FailFromCommit = int.MaxValue;

        public void Append(IReadOnlyList<ObjectBatch> batches)
        {
            Entered.Set();
            Gate.WaitOne();
            CommitThreads.Add(Thread.CurrentThread);
            CommitSizes.Add(batches.Sum(b => b.Entries.Count));
            if (CommitSizes.Count >= FailFromCommit) throw new JournalException(JournalFault.Full, "no room");
            RefuseFenced(batches.Any(b => b.ObjectId == FencedObject));
            Inner.Append(batches);
        }

        private static void RefuseFenced(bool isFenced)
        {
            if (isFenced) throw new JournalException(JournalFault.Fenced, "another node has it");
        }

        public JournalOpening Opening => Inner.Opening;
        public IReadOnlyList<ObjectSummary> Objects => Inner.Objects;
        public IReadOnlyList<NumberedObject> ObjectsFrom(long number) => Inner.ObjectsFrom(number);
        public IReadOnlyList<QuarantinedRecord> Quarantine => Inner.Quarantine;
        public IEnumerable<IndexedEntry> ReadIndex(ContentHash objectId) => Inner.ReadIndex(objectId);
        public bool Contains(ContentHash objectId, ContentHash entry) => Inner.Contains(objectId, entry);
        public bool TryReadPayload(ContentHash objectId, ContentHash entry, out ReadOnlyMemory<byte> payload) => Inner.TryReadPayload(objectId, entry, out payload);
        public long BytesOf(ContentHash objectId) => Inner.BytesOf(objectId);
        public void Drop(ContentHash objectId)
        {
            RefuseFenced(objectId == FencedObject);
            if (FailsToDrop) throw new JournalException(JournalFault.InputOutput, "the disk is gone");
            Inner.Drop(objectId);
        }

        public JournalVerification VerifyAll(IProgress<long>? progress = null) => Inner.VerifyAll(progress);
        public void ForgetQuarantine() => Inner.ForgetQuarantine();
        public bool TryGetSetting(string name, out ReadOnlyMemory<byte> value) => Inner.TryGetSetting(name, out value);
        public void PutSetting(string name, ReadOnlyMemory<byte>? value) => Inner.PutSetting(name, value);
        public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Settings(string prefix) => Inner.Settings(prefix);
        public void Dispose() => Inner.Dispose();
    }
}
