using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Model;
using Hhs.Model.Identity;
using Hhs.Model.Types;
using Hhs.Protocols;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Objects;

/// <summary>What every object and gossip channel of a node works with.</summary>
/// <param name="Journal">For reads; safe beside the journal actor.</param>
/// <param name="JournalActor">For writes.</param>
/// <param name="Mesh">Where topics are registered.</param>
/// <param name="Identity">Who signs what this node writes.</param>
/// <param name="Types">The types known here.</param>
/// <param name="Random">Randomness for the protocols.</param>
/// <param name="Sync">Bounds of the sync protocol.</param>
/// <param name="Settings">Bounds of objects.</param>
public sealed record ObjectServices(
    IJournal Journal, IActorRef JournalActor, IActorRef Mesh, SecretKey Identity, TypeRegistry Types, IRandomSource Random, SyncSettings Sync, ObjectSettings Settings)
{
    /// <summary>Who is asked before an object that a hosted one observes is fetched; nobody on a node that is no relay.</summary>
    public IActorRef Relay { get; init; } = ActorRefs.Nobody;

    /// <summary>Whether other nodes have objects of the same store: then those alone are here that were acquired, see <see cref="ObjectsProtocol.Acquire"/>.</summary>
    internal bool IsShared { get; init; }

    /// <summary>How long a shared object that another writer has taken from this node is left to that one, whoever asks for it here.</summary>
    internal TimeSpan LeftAfterFenced { get; init; }

    /// <summary>The channel of sleeping objects; the registry sets it.</summary>
    internal IActorRef Sleepers { get; init; } = ActorRefs.Nobody;
}

/// <summary>Bounds of one object. HOCON: <c>hhs.objects</c>.</summary>
public sealed record ObjectSettings
{
    /// <summary>Bytes of payloads that an active object keeps in memory; older ones are read from the journal again.</summary>
    public int PayloadCacheBytesMax { get; init; } = 4 << 20;

    /// <summary>How long an object known only by its id is asked for before giving up.</summary>
    public TimeSpan FetchTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An object that nobody has used for so long goes to sleep.</summary>
    public TimeSpan PassivateAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Objects awake at a time; beyond it the least recently used idle ones go to sleep, and peers wait to have others woken.</summary>
    public int ActiveMax { get; init; } = 1000;

    /// <summary>Objects that one peer may have woken at a time without having brought anything.</summary>
    public int WakesPerPeerMax { get; init; } = 128;

    /// <summary>Bytes of messages to sleeping objects that wait for them to wake, for all peers; a quarter for one.</summary>
    public int SleepingBytesMax { get; init; } = 32 << 20;
}
