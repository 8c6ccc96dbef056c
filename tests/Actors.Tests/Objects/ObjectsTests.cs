using Hhs.Model.Identity;
using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Actors.Objects;
using Hhs.Actors.Settings;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Set;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Tests.Objects;

/// <summary>The registry and its objects over a journal that can be made to fail; no network.</summary>
public sealed class ObjectsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ActorSystem _system = ActorSystem.Create("objects", LogProbe.Config.WithFallback(HhsSettings.Reference));
    private readonly FaultyJournal _journal = new();
    private readonly LogProbe _log;
    private IActorRef _objects = ActorRefs.Nobody;

    public ObjectsTests()
    {
        _log = new(_system);
        Start(new(), new() { PayloadCacheBytesMax = 1 });
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await _system.Terminate();

    private void Start(JournalSettings journal, ObjectSettings settings)
    {
        var writer = _system.ActorOf(JournalActor.Props(_journal, journal));
        _objects = _system.ActorOf(ObjectsActor.Props(new(
            _journal, writer, _system.DeadLetters, SecretKey.Generate(SystemRandom.Instance), TypeRegistry.BuiltIn, SystemRandom.Instance, SyncSettings.Default, settings)));
    }

    private Task<object> Say(object message) => _objects.Ask(message, Patience, TestContext.Current.CancellationToken);

    private Task<object> Ask(ContentHash id, object message) => Say(new ObjectsProtocol.ToObject(id, message));

    private async Task<ContentHash> Create(string seed) =>
        Assert.IsType<ObjectProtocol.Applied>(await Say(new ObjectsProtocol.Create(SetPayloads.Create(new() { Seed = seed })))).Entry;

    private Task<object> Add(ContentHash id, Literal element) => Ask(id, new ObjectProtocol.Apply(new SetMessages.Add(element)));

    private async Task<bool> Has(ContentHash id, Literal element) =>
        (bool)Assert.IsType<ObjectProtocol.Answered>(await Ask(id, new ObjectProtocol.Ask(new SetMessages.Contains(CanonicalJson.Hash(element))))).Value;

    [Fact]
    public async Task A_journal_that_fails_ends_the_writes_and_leaves_the_reads()
    {
        var one = await Create("one");
        var two = await Create("two");
        Assert.IsType<ObjectProtocol.Applied>(await Add(one, "kept"));
        _journal.DiskFull = true;
        for (int i = 0; i < 10; i++)
        {
            foreach (var id in new[] { one, two })
            {
                var refused = Assert.IsType<ObjectProtocol.Refused>(await Add(id, $"lost {i}"));
                Assert.Contains("the disk is full", refused.Why.Detail, StringComparison.Ordinal);
            }
        }
        await _log.Says("this node accepts no more writes until it is restarted");
        Assert.True(await Has(one, "kept"));
        Assert.False(await Has(one, "lost 0"));
        Assert.False(await Has(two, "lost 9"));
        Assert.IsType<ObjectProtocol.Refused>(await Say(new ObjectsProtocol.Create(SetPayloads.Create(new() { Seed = "three" }))));
    }

    [Fact]
    public async Task Many_writes_at_once_to_a_journal_that_fails_are_each_answered()
    {
        var id = await Create("one");
        _journal.DiskFull = true;
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Add(id, $"lost {i}")));
        Assert.All(answers, answer => Assert.IsType<ObjectProtocol.Refused>(answer));
        Assert.False(await Has(id, "lost 0"));
    }

    [Fact]
    public async Task An_overloaded_journal_is_waited_for()
    {
        Start(new() { PendingBytesMax = 2000 }, new());
        var ids = new List<ContentHash>();
        for (int i = 0; i < 8; i++) ids.Add(await Create($"{i}"));
        var writes = from round in Enumerable.Range(0, 50) from id in ids select Add(id, $"{round} {new string('x', 500)}");
        Assert.All(await Task.WhenAll(writes), answer => Assert.IsType<ObjectProtocol.Applied>(answer));
        foreach (var id in ids) Assert.Equal(51, Assert.IsType<ObjectProtocol.Status>(await Ask(id, ObjectProtocol.GetStatus.Instance)).Entries);
    }

    [Fact]
    public async Task A_damaged_record_restarts_its_object_which_keeps_every_acknowledged_write()
    {
        var id = await Create("one");
        var other = await Create("two");
        var entries = new List<ContentHash>();
        for (int i = 0; i < 20; i++) entries.Add(Assert.IsType<ObjectProtocol.Applied>(await Add(id, $"{i}")).Entry);
        _journal.DamagedPayload = entries[5];
        Assert.IsType<ObjectProtocol.Refused>(await Say(new ObjectsProtocol.ToObject(id, new ObjectProtocol.GetLog(0, 100))));
        await _log.Says("failed");
        for (int i = 0; i < 20; i++) Assert.True(await Has(id, $"{i}"));
        Assert.IsType<ObjectProtocol.Applied>(await Add(id, "after"));
        Assert.IsType<ObjectProtocol.Applied>(await Add(other, "besides"));
    }

    [Fact]
    public async Task An_object_that_cannot_start_fails_alone_and_whoever_asks_is_told()
    {
        var bad = await Create("bad");
        var good = await Create("good");
        _journal.BrokenIndex = bad;
        Start(new(), new());
        Assert.IsType<ObjectProtocol.Refused>(await Say(new ObjectsProtocol.Open(bad)));
        Assert.IsType<ObjectProtocol.Refused>(await Ask(bad, ObjectProtocol.GetStatus.Instance));
        Assert.IsType<ObjectProtocol.Applied>(await Add(good, "x"));
    }

    [Fact]
    public async Task A_command_or_question_that_makes_no_sense_is_refused_and_the_object_lives()
    {
        var id = await Create("one");
        Assert.Equal("my mistake", Assert.IsType<ObjectProtocol.Refused>(await Ask(id, new ObjectProtocol.Apply(new Mistake()))).Why.Detail);
        Assert.Equal("my mistake", Assert.IsType<ObjectProtocol.Refused>(await Ask(id, new ObjectProtocol.Ask(new Mistake()))).Why.Detail);
        Assert.IsType<ObjectProtocol.Applied>(await Add(id, "x"));
    }

    private sealed record Mistake : IObjectCommand, IObjectQuery
    {
        public Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why) => throw new ArgumentException("my mistake");

        public object Answer(ReplicatedObject target, DagVersion at) => throw new ArgumentException("my mistake");
    }

    [Fact]
    public async Task A_bug_in_a_command_stops_its_object_alone_and_nobody_waits_in_vain()
    {
        var id = await Create("one");
        var other = await Create("two");
        var asks = Enumerable.Range(0, 50).Select(i => i == 10 ? Ask(id, new ObjectProtocol.Apply(new Bug())) : Add(id, $"{i}")).ToArray();
        await Task.WhenAll(asks);
        Assert.IsType<ObjectProtocol.Applied>(await Add(other, "x"));
        Assert.IsType<ObjectProtocol.Status>(await Say(new ObjectsProtocol.Open(id)));   // from the store again
    }

    private sealed record Bug : IObjectCommand
    {
        public Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why) => throw new InvalidOperationException("a bug");
    }

    [Fact]
    public async Task A_subscriber_hears_each_change_once_and_of_the_end()
    {
        var id = await Create("one");
        var inbox = Inbox.Create(_system);
        inbox.Send(_objects, new ObjectsProtocol.ToObject(id, new ObjectProtocol.Subscribe(new SetMessages.Changes())));
        Assert.IsType<ObjectProtocol.Subscribed>(inbox.Receive(Patience));
        for (int i = 0; i < 100; i++) _ = Add(id, $"{i}");
        var heard = new List<string>();
        while (heard.Count < 100)
        {
            var change = (SetChange)Assert.IsType<ObjectProtocol.Changed>(inbox.Receive(Patience)).Delta;
            heard.AddRange(change.Added.Select(e => ((Literal.String)e).Value));
        }
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}").Order(StringComparer.Ordinal), heard.Order(StringComparer.Ordinal));
        _journal.DiskFull = true;
        await Add(id, "lost");
        Assert.Contains("subscribe again", Assert.IsType<ObjectProtocol.Refused>(inbox.Receive(Patience)).Why.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_what_nobody_has_fails_in_time_however_often_it_is_asked()
    {
        Start(new(), new() { FetchTimeout = TimeSpan.FromMilliseconds(2) });
        var unknown = ContentHash.Of([1]);
        var answers = new List<Task<object>>();
        for (int i = 0; i < 200; i++)
        {
            answers.Add(Say(new ObjectsProtocol.Open(unknown)));
            await Say(ObjectsProtocol.GetObjects.Instance);   // spreads them, so that some meet the object while it stops
        }
        for (int i = 0; i < 200; i++) answers.Add(Task.FromResult(await Say(new ObjectsProtocol.Open(unknown))));   // the moment that it has given up
        // Who asks while it gives up has peers asked anew, and is not told of an earlier failure.
        Assert.All(await Task.WhenAll(answers), answer => Assert.Contains("no peer showed", Assert.IsType<ObjectProtocol.Refused>(answer).Why.Detail, StringComparison.Ordinal));
    }
}
