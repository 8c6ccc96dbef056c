using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Audiences;
using Hhs.Actors.Discovery;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Actors.Objects;
using Hhs.Actors.Relay;
using Hhs.Actors.Settings;
using Hhs.Actors.Tracker;
using Hhs.Actors.Transport;
using Hhs.Model.Identity;
using Hhs.Protocols.Handshake;

namespace Hhs.Actors.Node;

/// <summary>One node: opens the store, starts journal, mesh and objects, and passes on what is said to them.</summary>
/// <remarks>
/// Phases: Starting, then Running or Failed. Whoever is told of a failure gets a <see cref="Status.Failure"/> that says what to do.
/// </remarks>
public sealed class NodeActor : ReceiveActor, IWithUnboundedStash
{
    private readonly HhsSettings _settings;
    private readonly List<Uri> _listening = [];
    private readonly HashSet<KeyId> _blocked = [];
    private long _blockedChanges;
    private IJournal? _journal;
    private IDisposable? _folder;
    private SecretKey _identity = null!;
    private IActorRef _mesh = ActorRefs.Nobody;
    private IActorRef _objects = ActorRefs.Nobody;
    private IActorRef _journalActor = ActorRefs.Nobody;
    private IActorRef _discovery = ActorRefs.Nobody;
    private IActorRef _audiences = ActorRefs.Nobody;
    private IActorRef _relay = ActorRefs.Nobody;
    private IActorRef _announced = ActorRefs.Nobody;   // among nodes of which one announces all
    private readonly Dictionary<string, ITransport> _transports = new(StringComparer.Ordinal);
    private readonly Dictionary<TrackerAddress, IActorRef> _trackers = [];

    /// <summary>Props of a node.</summary>
    public static Props Props(HhsSettings settings) => Akka.Actor.Props.Create(() => new NodeActor(settings));

    /// <summary>Makes the actor; use <see cref="Props"/>.</summary>
    public NodeActor(HhsSettings settings)
    {
        _settings = settings;
        Become(Starting);
    }

    private sealed record BlockedRead(HashSet<KeyId> Stored, long Changes);

    private sealed record NotRead(Exception Cause);

    /// <inheritdoc/>
    public IStash Stash { get; set; } = null!;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        try
        {
            Open();
        }
        catch (Exception failure)   // whatever it is, whoever asks is told
        {
            Fail(failure);
            return;
        }
        foreach (var address in _settings.Listen) _mesh.Tell(new MeshActor.Listen(address));
        RunWhenListening();
    }

    private void Open()
    {
        string? directory = _settings.DataDirectory;
        if (directory is not null) Directory.CreateDirectory(directory);
        _folder = _settings.Store is null ? JournalStore.Lock(_settings.Journal, directory) : null;
        _journal = _settings.Store ?? JournalStore.Open(_settings.Journal, directory);
        _identity = _settings.Identity ?? (IdentityFile.PathOf(_settings) is { } file ? IdentityFile.LoadOrCreate(file) : SecretKey.Generate(SystemRandom.Instance));
        _journalActor = Context.ActorOf(JournalActor.Props(_journal, _settings.Journal), "journal");
        ITransport[] transports =
        [
            new WebSocketTransport(_settings.Transport), new WebSocketTransport(_settings.Transport, _settings.Tls), new TcpTransport(Context.System, _settings.Transport),
            .. _settings.ExtraTransports,
        ];
        foreach (var transport in transports) _transports[transport.Scheme] = transport;   // a host's own replaces ours
        _mesh = Context.ActorOf(MeshActor.Props(new(
            Handshake, SystemRandom.Instance, _transports, _settings.Mesh)), "mesh");
        _discovery = Context.ActorOf(DiscoveryActor.Props(_settings.Discovery, _identity.KeyId, _mesh, [.. _transports.Keys]), "discovery");
        TakeBlocked(BlockedIn(_journal));
        // Before the first object is offered to anybody.
        foreach (object policy in AudiencesActor.Beforehand(_journal, Context.GetLogger())) _mesh.Tell(policy);
        _audiences = Context.ActorOf(AudiencesActor.Props(_journal, _mesh), "audiences");
        _relay = StartRelay(_journal);
        _objects = Context.ActorOf(_settings.Registry(new(
            _journal, _journalActor, _relay.IsNobody() ? _mesh : _relay, _identity, _settings.Types, SystemRandom.Instance, _settings.Sync, _settings.Objects) { Relay = _relay }), "objects");
        _relay.Tell(new RelayProtocol.Begin(_objects));
        _audiences.Tell(new AudiencesActor.Follow(_objects));
        foreach (var peer in _settings.Peers) _mesh.Tell(new MeshProtocol.AddPeer(peer));
    }

    private static HashSet<KeyId> BlockedIn(IJournal journal)
    {
        var stored = new HashSet<KeyId>();
        foreach (var (name, _) in journal.Settings(BlockedPrefix)) if (KeyId.TryParse(name.AsSpan(BlockedPrefix.Length), out var key)) stored.Add(key);
        return stored;
    }

    private void TakeBlocked(HashSet<KeyId> stored)
    {
        foreach (var key in stored.Except(_blocked)) _mesh.Tell(new MeshProtocol.Block(key));
        foreach (var key in _blocked.Except(stored)) _mesh.Tell(new MeshProtocol.Unblock(key));
        _blocked.Clear();
        _blocked.UnionWith(stored);
    }

    // A database that is away is not to hold up what the node is asked meanwhile.
    private void ReadBlocked()
    {
        var (journal, changes) = (_journal!, _blockedChanges);
        StoreThreads.AskAsync(Context.System, () => BlockedIn(journal)).PipeTo(Self, success: stored => new BlockedRead(stored, changes), failure: cause => new NotRead(cause));
    }

    private void OnBlockedRead(BlockedRead read)
    {
        if (read.Changes == _blockedChanges) TakeBlocked(read.Stored);
        else ReadBlocked();   // somebody was blocked or unblocked here meanwhile
    }

    private IActorRef StartRelay(IJournal journal)
    {
        if (!_settings.Relay.Enabled) return ActorRefs.Nobody;
        var hosted = RelayRecord.Load(journal);
        foreach (var one in hosted)
        {
            if (RelayActor.PolicyOf(one.Id, journal, _settings.Relay) is { } policy) _mesh.Tell(policy);
            _discovery.Tell(new DiscoveryActor.SetMode(one.Id, RelayActor.ModeOf(one, _settings.Relay)));
        }
        var relay = Context.ActorOf(RelayDeskActor.Props(new(
            journal, _journalActor, _mesh, _discovery, _settings.Relay, _settings.Objects.FetchTimeout, _settings.Clock, hosted, _settings.Once)), "relay");
        _mesh.Tell(new MeshProtocol.SetRelay(new(relay, RelayActor.Allowed(_settings.Relay))));
        return relay;
    }

    private void Starting()
    {
        Receive<MeshActor.Listening>(listening =>
        {
            _listening.Add(listening.Address);
            RunWhenListening();
        });
        Receive<Status.Failure>(failure => Fail(failure.Cause));
        ReceiveAny(_ => Stash.Stash());
    }

    private void RunWhenListening()
    {
        if (_listening.Count < _settings.Listen.Count) return;
        if (_settings.Once.IsShared) _announced = StartAnnouncer(_settings.Once);
        foreach (var tracker in _settings.Trackers) AddTracker(tracker);   // they are told where we listen
        Become(Running);
        Stash.UnstashAll();
    }

    private HandshakeSettings Handshake => HandshakeSettings.For(_identity, _settings.RefuseOriginal);

    private void AddTracker(TrackerAddress tracker)
    {
        if (_trackers.ContainsKey(tracker)) return;
        var setup = ClientOf(tracker) with { Announce = _settings.Once.IsShared ? [] : Addresses };
        var client = Context.ActorOf(TrackerClientActor.Props(setup), $"tracker-{_trackers.Count + 1}");
        _announced.Tell(new AnnouncedNodeActor.AnnounceTo(tracker));
        _trackers.Add(tracker, client);
        _discovery.Tell(new DiscoveryProtocol.AddSource(client, TrackerPriority));
    }

    private IReadOnlyList<string> Addresses => AnnouncedAddresses.Of(_settings.Announce, _listening);

    private TrackerClientSetup ClientOf(TrackerAddress tracker) => new(tracker, Handshake, SystemRandom.Instance, _transports, _journal!, [], _settings.TrackerClient);

    private IActorRef StartAnnouncer(IOnce once)
    {
        var system = Context.System;
        var announcer = AnnouncerActor.Props(_discovery, tracker => ClientOf(tracker) with { IsSucceeded = () => once.IsSucceeded(system) });
        return Context.ActorOf(AnnouncedNodeActor.Props(Addresses, context => once.Start(context, "announcer", announcer)), "announced");
    }

    private void Running()
    {
        Receive<NodeProtocol.AddTracker>(add => AddTracker(add.Address));
        Receive<NodeProtocol.GetReady>(_ => Sender.Tell(new NodeProtocol.Ready(_identity.KeyId, _identity.PublicKey, [.. _listening], _journal!)));
        Receive<MeshProtocol.AddPeer>(_mesh.Forward);
        Receive<MeshProtocol.Block>(block =>
        {
            _blockedChanges++;
            _blocked.Add(block.KeyId);
            _mesh.Forward(block);
            Context.System.EventStream.Publish(NodeProtocol.SettingsChanged.Instance);
        });
        Receive<MeshProtocol.Unblock>(unblock =>
        {
            _blockedChanges++;
            _blocked.Remove(unblock.KeyId);
            _mesh.Forward(unblock);
            Context.System.EventStream.Publish(NodeProtocol.SettingsChanged.Instance);
        });
        Receive<NodeProtocol.ReadSettings>(read =>
        {
            ReadBlocked();
            _audiences.Forward(read);
        });
        Receive<BlockedRead>(OnBlockedRead);
        Receive<NotRead>(failed => Context.GetLogger().Warning("Who is blocked could not be read: {0}", failed.Cause.Message));   // it is read again later
        Receive<MeshProtocol.GetPeers>(_mesh.Forward);
        Receive<DiscoveryProtocol.AddSource>(_discovery.Forward);
        Receive<DiscoveryActor.SetMode>(_discovery.Forward);
        Receive<AudiencesActor.Set>(_audiences.Forward);
        Receive<AudiencesActor.Get>(_audiences.Forward);
        Receive<RelayProtocol.GetHosted>(get =>
        {
            if (_relay.IsNobody()) Sender.Tell(new RelayProtocol.Hosted([]));
            else _relay.Forward(get);
        });
        Receive<ObjectsProtocol.Create>(_objects.Forward);
        Receive<ObjectsProtocol.GetObjects>(_objects.Forward);
        Receive<ObjectsProtocol.Open>(_objects.Forward);
        Receive<ObjectsProtocol.ToObject>(_objects.Forward);
    }

    private void Fail(Exception cause)
    {
        foreach (var child in Context.GetChildren()) Context.Stop(child);
        Become(() => ReceiveAny(_ => Sender.Tell(new Status.Failure(cause))));
        Stash.UnstashAll();
    }

    // By now the children have stopped: what the journal had accepted is written.
    /// <inheritdoc/>
    protected override void PostStop()
    {
        _journal?.Dispose();
        _folder?.Dispose();
    }

    // The journal and the registry start over on failure: they begin from the store. The mesh and discovery go on, since their
    // state is what others have told them (topics, peers, addresses) and would not tell them again; so do audiences and trackers.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure =>
    {
        Context.GetLogger().Error(failure, "{0} failed", Sender.Path);
        if (failure is ActorInitializationException) return Directive.Stop;   // it would fail again, and again at once
        return Sender.Equals(_journalActor) || Sender.Equals(_objects) ? Directive.Restart : Directive.Resume;
    });

    /// <summary>Name of the store in a data folder.</summary>
    public const string StoreName = JournalStore.FileName;

    internal const string BlockedPrefix = "blocked/";

    private const int TrackerPriority = 100;
}

/// <summary>What is said to and by a node, beside <see cref="ObjectsProtocol"/> and the public part of <see cref="MeshProtocol"/>.</summary>
public static class NodeProtocol
{
    /// <summary>Answered by <see cref="Ready"/> once the node runs and listens, or by a <see cref="Status.Failure"/>.</summary>
    public sealed record GetReady
    {
        /// <summary>The only instance.</summary>
        public static readonly GetReady Instance = new();
    }

    /// <summary>Announce to this tracker from now on, and find peers by it.</summary>
    public sealed record AddTracker(TrackerAddress Address);

    /// <summary>Who is blocked and to whom objects are offered may have been set by another node of the same store: look again.</summary>
    internal sealed record ReadSettings
    {
        public static readonly ReadSettings Instance = new();
    }

    /// <summary>Published on the event stream when this node has set who is blocked, or to whom an object is offered.</summary>
    internal sealed record SettingsChanged
    {
        public static readonly SettingsChanged Instance = new();
    }

    /// <summary>The node runs.</summary>
    /// <param name="KeyId">Its key id, which peers pin.</param>
    /// <param name="PublicKey">Its public key, which others enrol.</param>
    /// <param name="Listening">The addresses that it accepts connections on, with the ports really bound.</param>
    /// <param name="Journal">Its store, for reading and for settings.</param>
    public sealed record Ready(KeyId KeyId, PublicKey PublicKey, IReadOnlyList<Uri> Listening, IJournal Journal);
}
