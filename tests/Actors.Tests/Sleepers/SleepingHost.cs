using System.Threading.Channels;
using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Actors.Objects;
using Hhs.Actors.Settings;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Set;
using Hhs.Protocols;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Actors.Tests.Sleepers;

/// <summary>The registry over a store in memory. The mesh and its sessions are the test: it sees and says every message by hand.</summary>
internal sealed class SleepingHost : IAsyncDisposable
{
    private readonly MemoryJournal _journal = new();
    private int _keepers;

    public SleepingHost(int objects, ObjectSettings settings)
    {
        System = ActorSystem.Create("sleeping", LogProbe.Config.WithFallback(HhsSettings.Reference));
        Ids = [.. Enumerable.Range(0, objects).Select(StoreSet)];
        Mesh = new(System, "mesh");
        var writer = System.ActorOf(JournalActor.Props(_journal, new()));
        Objects = System.ActorOf(ObjectsActor.Props(new(
            _journal, writer, Mesh.Ref, SecretKey.Generate(SystemRandom.Instance), TypeRegistry.BuiltIn, SystemRandom.Instance, SyncSettings.Default, settings)), "objects");
    }

    public ActorSystem System { get; }
    public IReadOnlyList<ContentHash> Ids { get; }
    public Probe Mesh { get; }
    public IActorRef Objects { get; }
    public IActorRef Sleepers { get; private set; } = ActorRefs.Nobody;

    /// <summary>Takes note of the batch in which all topics are opened at start.</summary>
    public async Task<SleepingHost> StartedAsync()
    {
        var open = await Mesh.NextAsync<MeshProtocol.OpenTopics>();
        Assert.Equal(Ids.ToHashSet(), [.. open.Topics]);
        Sleepers = open.Channel;
        return this;
    }

    /// <summary>The tip of a set as it was stored: a create entry, and two adds on top of one another.</summary>
    public Position FrontierOf(ContentHash id) => _journal.Objects.Single(o => o.ObjectId == id).Frontier!;

    /// <summary>Whether there is anything of the object in the store.</summary>
    public bool Stores(ContentHash id) => _journal.Objects.Any(o => o.ObjectId == id);

    public IReadOnlyList<IndexedEntry> LogOf(ContentHash id) => [.. _journal.ReadIndex(id)];

    /// <summary>The channel that takes over the object's topic when it wakes.</summary>
    public async Task<IActorRef> WokenAsync(ContentHash id)
    {
        while (true)
        {
            var open = await Mesh.NextAsync<MeshProtocol.OpenTopic>();
            if (open.Topic == id && !open.Channel.Equals(Sleepers)) return open.Channel;
        }
    }

    /// <summary>The object gives its topic back to the sleepers.</summary>
    public async Task LeavesAsync(ContentHash id)
    {
        while (true)
        {
            var open = await Mesh.NextAsync<MeshProtocol.OpenTopic>();
            if (open.Topic == id && open.Channel.Equals(Sleepers)) return;
        }
    }

    /// <summary>Somebody who needs the object awake, until stopped: a loaded machine takes longer over a step of a test than an object stays awake by itself.</summary>
    public IActorRef Keep(ContentHash id)
    {
        var subscriber = new Probe(System, $"keeper-{++_keepers}");
        Objects.Tell(new ObjectsProtocol.ToObject(id, new ObjectProtocol.Subscribe(new SetMessages.Changes())), subscriber.Ref);
        return subscriber.Ref;
    }

    public Task<object> Say(ContentHash id, object message) => Objects.Ask(new ObjectsProtocol.ToObject(id, message), Eventually.Patience, TestContext.Current.CancellationToken);

    public async Task<bool> Has(ContentHash id, Literal element) =>
        (bool)Assert.IsType<ObjectProtocol.Answered>(await Say(id, new ObjectProtocol.Ask(new SetMessages.Contains(CanonicalJson.Hash(element))))).Value;

    /// <summary>The actor of an object that is awake, or a child of it.</summary>
    public async Task<IActorRef?> FindAsync(ContentHash id, string child = "") =>
        (await System.ActorSelection($"/user/objects/{id.ToString().Replace('/', '_').Replace('+', '-')}{child}")
            .Ask<ActorIdentity>(new Identify(null), Eventually.Patience, TestContext.Current.CancellationToken)).Subject;

    public async ValueTask DisposeAsync() => await System.Terminate();

    private ContentHash StoreSet(int number)
    {
        var entries = new List<Entry> { Entry.Make(SetPayloads.Create(new SetOptions { Seed = $"set {number}" }), Position.Empty) };
        for (int i = 0; i < 2; i++) entries.Add(Entry.Make(SetPayloads.Add($"element {i}"), [entries[^1].Hash]));
        var replica = Replica.Empty(entries[0].Hash, new Payloads(entries), TypeRegistry.BuiltIn);
        _journal.Append([new(entries[0].Hash, [.. entries.Select(e => new JournalEntry(e.Header, JsonText.Write(e.Payload), TagCode.Encode(((Judgement.Admitted)replica.Admit(e)).Tags)))])]);
        return entries[0].Hash;
    }

    private sealed class Payloads(List<Entry> entries) : IPayloadSource
    {
        public Literal.Map PayloadOf(ContentHash entry) => (Literal.Map)entries.Single(e => e.Hash == entry).Payload;
    }
}

/// <summary>An actor that the test plays: what it is told can be read in order.</summary>
internal sealed class Probe
{
    private readonly Channel<object> _told = Channel.CreateUnbounded<object>();

    public Probe(ActorSystem system, string name) => Ref = system.ActorOf(Props.Create(() => new Listener(_told.Writer)), name);

    public IActorRef Ref { get; }

    /// <summary>The next message of a kind; others before it are dropped.</summary>
    public async Task<T> NextAsync<T>()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Eventually.Patience);
        while (true)
        {
            if (await _told.Reader.ReadAsync(patience.Token) is T wanted) return wanted;
        }
    }

    /// <summary>All that it has been told and nobody has read.</summary>
    public IReadOnlyList<object> TakeAll()
    {
        var all = new List<object>();
        while (_told.Reader.TryRead(out object? told)) all.Add(told);
        return all;
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(ChannelWriter<object> told) => ReceiveAny(message => told.TryWrite(message));
    }
}

/// <summary>A session that the test plays, with one peer at its other end.</summary>
internal sealed class FakeSession(ActorSystem system, string name, PeerKind kind = PeerKind.Native)
{
    public Probe Probe { get; } = new(system, name);
    public PeerId Peer { get; } = new(name);
    private readonly KeyId _key = SecretKey.Generate(SystemRandom.Instance).KeyId;
    public int Released { get; private set; }

    public void Join(IActorRef channel, ContentHash topic, IActorRef? before = null) =>
        channel.Tell(new MeshProtocol.PeerJoined(topic.ToString(), Peer, _key, kind, Probe.Ref, before), Probe.Ref);

    public void Leave(IActorRef channel, ContentHash topic, IActorRef? next = null) => channel.Tell(new MeshProtocol.PeerLeft(topic.ToString(), Peer, next), Probe.Ref);

    /// <summary>As a session does when the topic gets another channel.</summary>
    public void Move(ContentHash topic, IActorRef from, IActorRef to)
    {
        Leave(from, topic, to);
        Join(to, topic, from);
    }

    public void Send(IActorRef channel, ContentHash topic, SyncMessage message)
    {
        var buffer = new JsonBuffer();
        message.Write(buffer);
        channel.Tell(new MeshProtocol.TopicMessage(topic.ToString(), Peer, buffer.Written.ToArray(), () => Released++), Probe.Ref);
    }

    public void Announce(IActorRef channel, ContentHash topic, params ContentHash[] tips) => Send(channel, topic, new SyncMessage.NewFrontier(topic, Position.Of(tips)));

    /// <summary>The next sync message of a kind that goes to the peer.</summary>
    public async Task<T> HearsAsync<T>() where T : SyncMessage
    {
        while (true)
        {
            var sent = await Probe.NextAsync<MeshProtocol.SendOnTopic>();
            if (SyncMessage.TryDecode(sent.Message.Span, out var message, out _) && message is T wanted) return wanted;
        }
    }
}
