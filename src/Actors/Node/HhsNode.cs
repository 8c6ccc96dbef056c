using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Audiences;
using Hhs.Actors.Discovery;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Actors.Objects;
using Hhs.Actors.Relay;
using Hhs.Actors.Settings;
using Hhs.Actors.Spaces;
using Hhs.Actors.Tracker;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Set;
using Hhs.Protocols.Relay;

namespace Hhs.Actors.Node;

/// <summary>A node inside a host app: typed handles over its actors.</summary>
/// <remarks>
/// A host that runs actors itself can use <see cref="Props"/> instead and talk to the node by messages.
/// Errors: <see cref="HhsException"/> when an operation is refused; what a wrong setting, store or address raises says what to do.
/// </remarks>
public sealed partial class HhsNode : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly IActorRef _node;
    private readonly NodeProtocol.Ready _ready;

    private readonly TimeSpan _fetchTimeout;
    private readonly bool _borrowed;

    private HhsNode(ActorSystem system, IActorRef node, NodeProtocol.Ready ready, TimeSpan fetchTimeout, bool borrowed = false) =>
        (_system, _node, _ready, _fetchTimeout, _borrowed) = (system, node, ready, fetchTimeout, borrowed);

    /// <summary>Props of a node, to be spawned as a child of a host's own actor. The system's configuration needs <see cref="HhsSettings.Reference"/> as a fallback.</summary>
    public static Props Props(HhsSettings settings) => NodeActor.Props(settings);

    /// <summary>Starts a node in an actor system of its own; answers once it listens.</summary>
    /// <param name="settings">How it runs.</param>
    /// <param name="config">More configuration for the actor system (logging, dispatchers); null for the defaults.</param>
    /// <exception cref="JournalException">The store cannot be opened.</exception>
    /// <exception cref="Transport.TransportException">An address cannot be listened on.</exception>
    /// <exception cref="IdentityFileException">The identity cannot be used.</exception>
    public static async Task<HhsNode> StartAsync(HhsSettings settings, Config? config = null)
    {
        var below = settings.Journal.Provider == JournalProvider.AkkaPersistence ? AkkaPersistenceSettings.Dispatcher.WithFallback(Quiet) : Quiet;
        var system = ActorSystem.Create("hhs", (config ?? Config.Empty).WithFallback(below).WithFallback(HhsSettings.Reference));
        var node = system.ActorOf(NodeActor.Props(settings), "hhs");
        try
        {
            object answer = await node.Ask(NodeProtocol.GetReady.Instance).ConfigureAwait(false);
            if (answer is Status.Failure failure) throw failure.Cause;
            return new(system, node, (NodeProtocol.Ready)answer, settings.Objects.FetchTimeout);
        }
        catch
        {
            await system.Terminate().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The node's key id, which peers pin.</summary>
    public KeyId KeyId => _ready.KeyId;

    /// <summary>The node's public key, which others enrol.</summary>
    public PublicKey PublicKey => _ready.PublicKey;

    /// <summary>The addresses that the node accepts connections on, with the ports really bound.</summary>
    public IReadOnlyList<Uri> Listening => _ready.Listening;

    /// <summary>The node's store, for reading and for settings.</summary>
    public IJournal Journal => _ready.Journal;

    /// <summary>The actor system that the node runs in.</summary>
    public ActorSystem System => _system;

    /// <summary>The address that a peer can be given for this node.</summary>
    public PeerAddress Address(int index = 0) => new(KeyId.Hash, Listening[index]);

    /// <summary>Stays connected to a peer from now on.</summary>
    public void AddPeer(PeerAddress address) => _node.Tell(new MeshProtocol.AddPeer(address));

    /// <summary>Announces objects to a tracker from now on, and finds peers by it.</summary>
    public void AddTracker(TrackerAddress address) => _node.Tell(new NodeProtocol.AddTracker(address));

    /// <summary>Talks to the owner of a key no more, until <see cref="Unblock"/>: sessions are closed, dials refused. Kept over restarts.</summary>
    public void Block(KeyId key)
    {
        Journal.PutSetting(NodeActor.BlockedPrefix + key, ReadOnlyMemory<byte>.Empty);
        _node.Tell(new MeshProtocol.Block(key));
    }

    /// <summary>Talks to the owner of a key again.</summary>
    public void Unblock(KeyId key)
    {
        Journal.PutSetting(NodeActor.BlockedPrefix + key, null);
        _node.Tell(new MeshProtocol.Unblock(key));
    }

    /// <summary>Finds peers in another way beside trackers; see <see cref="DiscoveryProtocol"/> for what the actor is told.</summary>
    /// <param name="source">The actor.</param>
    /// <param name="priority">Lower ones are asked first; trackers have 100.</param>
    public void AddDiscovery(IActorRef source, int priority) => _node.Tell(new DiscoveryProtocol.AddSource(source, priority));

    /// <summary>Whether peers are looked for and let in for an object. Not kept over a restart.</summary>
    public void SetMode(ContentHash id, TopicMode mode) => _node.Tell(new DiscoveryActor.SetMode(id, mode));

    /// <summary>Offers an object to these alone from now on; kept over restarts.</summary>
    /// <remarks>Whoever has it already keeps it, and can pass it on. It can be said before the object is here.</remarks>
    public Task OfferToAsync(ContentHash id, Audience audience) => AskAsync<Status.Success>(_node, new AudiencesActor.Set(id, audience));

    /// <summary>To whom an object is offered.</summary>
    public Task<Audience> AudienceAsync(ContentHash id) => AskAsync<Audience>(_node, new AudiencesActor.Get(id));

    /// <summary>The open sessions.</summary>
    public async Task<IReadOnlyList<MeshProtocol.PeerInfo>> PeersAsync() =>
        (await AskAsync<MeshProtocol.Peers>(_node, MeshProtocol.GetPeers.Instance).ConfigureAwait(false)).Sessions;

    /// <summary>Who is blocked.</summary>
    public async Task<IReadOnlyList<KeyId>> BlockedAsync() =>
        (await AskAsync<MeshProtocol.Peers>(_node, MeshProtocol.GetPeers.Instance).ConfigureAwait(false)).Blocked;

    /// <summary>What this node hosts for others, if it is a relay.</summary>
    public async Task<IReadOnlyList<HostedObject>> HostedAsync() =>
        (await AskAsync<RelayProtocol.Hosted>(_node, RelayProtocol.GetHosted.Instance).ConfigureAwait(false)).Objects;

    /// <summary>Ids and entry counts of what is stored here.</summary>
    public async Task<IReadOnlyList<(ContentHash Id, long Entries)>> ObjectsAsync() =>
        (await AskAsync<ObjectsProtocol.Objects>(_node, ObjectsProtocol.GetObjects.Instance).ConfigureAwait(false)).Stored;

    /// <summary>Creates a set; a set with the same options and seed is the same object, and is opened.</summary>
    public async Task<SetHandle> CreateSetAsync(SetOptions options) => new(await CreateAsync(SetPayloads.Create(options)).ConfigureAwait(false));

    /// <summary>Creates a capability object, with this node's identity as its creator.</summary>
    /// <param name="seed">Tells objects with equal capabilities apart.</param>
    /// <param name="capabilities">Capability name to the names of those that manage it, or <c>creator</c>.</param>
    /// <param name="forOriginals">
    /// Makes the original's type, to be shared with its peers. There anyone can append an old signed grant again after its
    /// revocation, and it counts (docs/types/capabilities.md).
    /// </param>
    public async Task<CapabilitiesHandle> CreateCapabilitiesAsync(string seed, IReadOnlyDictionary<string, string[]> capabilities, bool forOriginals = false) =>
        new(await CreateAsync(CapabilityPayloads.Create(
            forOriginals ? CapabilityType.Original : CapabilityType.Ours, seed, [_ready.PublicKey], capabilities)).ConfigureAwait(false));

    /// <summary>Opens a capability object that is stored here or that a peer has.</summary>
    /// <exception cref="HhsException">No peer had it in time, or it is none.</exception>
    public async Task<CapabilitiesHandle> OpenCapabilitiesAsync(ContentHash id) =>
        new(await OpenAsync(id, "a capability object", CapabilityType.Ours.TypeId, CapabilityType.Original.TypeId).ConfigureAwait(false));

    /// <summary>Creates an object of any known type from its create payload.</summary>
    public async Task<ObjectHandle> CreateAsync(Literal.Map createPayload)
    {
        var applied = await AskAsync<ObjectProtocol.Applied>(_node, new ObjectsProtocol.Create(createPayload)).ConfigureAwait(false);
        return new(_node, _system, applied.Entry) { TypeId = createPayload.Text("type") ?? "" };
    }

    /// <summary>Opens a set that is stored here or that a peer has.</summary>
    /// <exception cref="HhsException">No peer had it in time, or it is no set.</exception>
    public async Task<SetHandle> OpenSetAsync(ContentHash id) => new(await OpenAsync(id, "a set", SetType.Id).ConfigureAwait(false));

    /// <summary>Opens an object that is stored here or that a peer has; the rest of it arrives as peers supply it.</summary>
    /// <exception cref="HhsException">No peer had it in time.</exception>
    public async Task<ObjectHandle> OpenAsync(ContentHash id)
    {
        var status = await AskAsync<ObjectProtocol.Status>(_node, new ObjectsProtocol.Open(id), _fetchTimeout + AnswerWithin).ConfigureAwait(false);
        return new(_node, _system, id) { TypeId = status.TypeId };
    }

    /// <summary>The same node for somebody who must not stop it: disposing of what is answered does nothing.</summary>
    public HhsNode Borrow() => new(_system, _node, _ready, _fetchTimeout, borrowed: true);

    /// <summary>Stops: what was acknowledged is stored, connections are closed.</summary>
    public async ValueTask DisposeAsync()
    {
        // A system that is one of several leaves them first, while the node still runs and can hand its objects over; the node's actors end with it.
        if (!_borrowed) await _system.Terminate().ConfigureAwait(false);
    }

    // An object that fails for good answers nobody: a bound keeps the caller from waiting for ever.
    internal static async Task<T> AskAsync<T>(IActorRef node, object message, TimeSpan? within = null)
    {
        try
        {
            return Expect<T>(await node.Ask(message, within ?? AnswerWithin).ConfigureAwait(false));
        }
        catch (AskTimeoutException)
        {
            bool writes = message is ObjectsProtocol.Create or ObjectsProtocol.ToObject { Message: ObjectProtocol.Apply };
            throw new HhsException(new(Model.RejectCode.TimedOut, "the node did not answer in time; its log says why"
                + (writes ? ". It is not known whether the write counts: read before you write again" : "")));
        }
    }

    internal static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);

    private static T Expect<T>(object answer) => answer switch
    {
        T expected => expected,
        ObjectProtocol.Refused { More: SpaceRefusal more } refused => throw new TransactionRefusedException(refused.Why.Code, more),
        ObjectProtocol.Refused refused => throw new HhsException(refused.Why),
        Status.Failure failure => throw new HhsException(new(Model.RejectCode.Declined, failure.Cause.Message)),
        _ => throw new InvalidOperationException($"unexpected answer {answer}"),
    };

    private static readonly Config Quiet = ConfigurationFactory.ParseString(
        """
        akka.loglevel = WARNING
        akka.stdout-loglevel = WARNING
        akka.log-dead-letters = off
        akka.log-dead-letters-during-shutdown = off
        # What a tcp:// connection reads in one go; Akka's own 512 bytes make many small steps.
        akka.io.tcp.disabled-buffer-pool.buffer-size = 16384
        """);
}

/// <summary>An operation was refused.</summary>
public class HhsException(Model.Reject why) : Exception(why.Detail)
{
    /// <summary>Why.</summary>
    public Model.Reject Why { get; } = why;
}
