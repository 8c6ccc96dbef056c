using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Actors.Objects;
using Hhs.Actors.Settings;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Set;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Tests.Objects;

/// <summary>A registry over a store that it shares: it has what it acquired, and gives it back whole.</summary>
public sealed class SharingTests : IAsyncLifetime
{
    private static readonly Literal.Map Payload = SetPayloads.Create(new() { Seed = "shared" });
    private static readonly ContentHash Id = Entry.Make(Payload, Position.Empty).Hash;
    private readonly ActorSystem _system = ActorSystem.Create("sharing", LogProbe.Config.WithFallback(HhsSettings.Reference));
    private readonly FaultyJournal _journal = new();
    private IActorRef _objects = ActorRefs.Nobody;

    public ValueTask InitializeAsync()
    {
        _objects = Start(new());
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _journal.Writable.Set();
        await _system.Terminate();
        _journal.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_release_waits_for_what_was_admitted_and_all_of_it_is_acknowledged()
    {
        await Acquire(_objects);
        Assert.IsType<ObjectProtocol.Applied>(await Say(new ObjectsProtocol.Create(Payload)));
        _journal.Writable.Reset();
        var writes = Enumerable.Range(0, 50).Select(i => Add(_objects, $"element {i}")).ToArray();
        var released = Say(new ObjectsProtocol.Release(Id));
        await Task.Yield();
        Assert.False(released.IsCompleted);
        _journal.Writable.Set();

        Assert.Equal(new ObjectsProtocol.Released(Id), await released);
        Assert.Equal(51, Assert.Single(_journal.Objects).EntryCount);
        foreach (var write in writes) Assert.IsType<ObjectProtocol.Applied>(await write);
        Assert.IsType<ObjectProtocol.Refused>(await Add(_objects, "too late"));
        Assert.Equal(51, Assert.Single(_journal.Objects).EntryCount);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_one_released_another_acquires_whole()
    {
        var other = Start(new());
        await Acquire(_objects);
        await Say(new ObjectsProtocol.Create(Payload));
        await Add(_objects, "of the one");
        Assert.IsType<ObjectProtocol.Refused>(await Add(other, "not acquired"));
        await Say(new ObjectsProtocol.Release(Id));
        await Acquire(other);
        Assert.IsType<ObjectProtocol.Applied>(await Add(other, "of the other"));
        Assert.Equal(3, Assert.Single(_journal.Objects).EntryCount);
    }

    [Fact(Timeout = 60_000)]
    public async Task One_that_sleeps_or_falls_asleep_is_released_as_well()
    {
        var hasty = Start(new() { PassivateAfter = TimeSpan.FromMilliseconds(1) });
        await Acquire(hasty);
        await hasty.Ask(new ObjectsProtocol.Create(Payload), Eventually.Patience, TestContext.Current.CancellationToken);
        for (int round = 0; round < 50; round++)
        {
            for (int moment = round * 40; moment > 0; moment--) await Task.Yield();   // any moment of falling asleep
            Assert.IsType<ObjectsProtocol.Released>(await hasty.Ask(new ObjectsProtocol.Release(Id), Eventually.Patience, TestContext.Current.CancellationToken));
            await Acquire(hasty);
            if (round % 3 == 0) Assert.IsType<ObjectProtocol.Applied>(await Add(hasty, $"round {round}"));
        }
    }

    private IActorRef Start(ObjectSettings settings)
    {
        var writer = _system.ActorOf(JournalActor.Props(_journal, new()));
        return _system.ActorOf(ObjectsActor.Props(new(
            _journal, writer, _system.DeadLetters, SecretKey.Generate(SystemRandom.Instance), TypeRegistry.BuiltIn, SystemRandom.Instance, SyncSettings.Default, settings) { IsShared = true }));
    }

    private static async Task Acquire(IActorRef objects) =>
        Assert.Equal(new ObjectsProtocol.Acquired(Id), await objects.Ask(new ObjectsProtocol.Acquire(Id), Eventually.Patience, TestContext.Current.CancellationToken));

    private Task<object> Say(object message) => _objects.Ask(message, Eventually.Patience, TestContext.Current.CancellationToken);

    private static Task<object> Add(IActorRef objects, Literal element) =>
        objects.Ask(new ObjectsProtocol.ToObject(Id, new ObjectProtocol.Apply(new SetMessages.Add(element))), Eventually.Patience, TestContext.Current.CancellationToken);
}
