using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Cluster.Once;
using Hhs.Cluster.Placement;
using Hhs.Cluster.Remoting;

namespace Hhs.Cluster;

/// <summary>Makes a node one of several of an operator that act as one peer.</summary>
/// <remarks>
/// They have one identity and one store (<see cref="HhsSettings.Identity"/>; PostgreSQL, or <see cref="HhsSettings.Store"/>); each object is at one node at
/// a time, and peers and the host app use any node for all objects. With <see cref="HhsSettings.Relay"/>, which is the same at all of them, they are one relay:
/// what it hosts, for whom and how long is decided at one node. Source: docs/decisions/060-objects-over-nodes.md.
/// </remarks>
public static class ClusterNode
{
    /// <summary>cluster.conf, with the defaults of the parts of Akka that it configures. For an actor system, take <see cref="Configure"/>.</summary>
    public static Config Reference { get; } = ReadReference();

    /// <summary>The configuration of an actor system in which a node of a cluster is to run, with the defaults of all keys.</summary>
    /// <remarks>
    /// For <c>ActorSystem.Create(name, config)</c> or <c>BootstrapSetup.Create().WithConfig(config)</c>. With <c>hhs.cluster.tls</c> the nodes talk under TLS and let in those alone whom
    /// the authority of that section vouches for; the certificates are read by the time this returns. No other Setup is needed.
    /// </remarks>
    /// <param name="own">Where the cluster is: <c>hhs.cluster.listen</c> and <c>seeds</c>, or <c>akka.remote</c> and <c>akka.cluster.seed-nodes</c>.</param>
    /// <param name="system">What the actor systems of all nodes are called.</param>
    /// <exception cref="ConfigurationException">A key of <c>hhs.cluster</c> is not known, a certificate cannot be used, or a seed node has the scheme of a cluster with TLS where there is none, or the reverse.</exception>
    public static Config Configure(Config own, string system = "hhs") => ClusterConfiguration.Of(own, Reference.WithFallback(HhsSettings.Reference), system);

    /// <summary>The same settings for a node whose objects are spread over the cluster of its actor system.</summary>
    /// <remarks>The system's configuration is to be made by <see cref="Configure"/>. One such node a system.</remarks>
    /// <exception cref="ConfigurationException">There is no store to share, or no identity.</exception>
    public static HhsSettings Join(HhsSettings settings)
    {
        if (settings.Store is null && settings.Journal is { Provider: JournalProvider.AkkaPersistence, IsShared: false })
            throw new ConfigurationException($"hhs.journal.akka-persistence: nodes of a cluster share a store, which is PostgreSQL; {settings.Journal.AkkaPersistence} is one process's alone");
        if (settings.Store is null && !settings.Journal.IsShared)
            throw new ConfigurationException("hhs.journal.provider: nodes of a cluster share a store, which is PostgreSQL; a data folder is one node's alone");
        if (settings.Identity is null && settings.IdentityPath is null) throw new ConfigurationException("nodes of a cluster have one identity between them: none is given");
        return settings with
        {
            Registry = services =>
            {
                ClusterConfiguration.Check(((IInternalActorRef)services.Mesh).Provider);
                return ClusterObjectsActor.Props(services);
            },
            Once = OnceActors.Instance,
        };
    }

    /// <summary>Starts such a node in an actor system of its own, named hhs; answers once it listens.</summary>
    /// <param name="settings">How it runs, with a store and an identity.</param>
    /// <param name="config">Where the cluster is: <c>hhs.cluster.listen</c> and <c>seeds</c>, or <c>akka.remote</c> and <c>akka.cluster.seed-nodes</c>.</param>
    /// <exception cref="ConfigurationException">There is no store to share, or no identity, or <see cref="Configure"/> refuses the configuration.</exception>
    /// <remarks>
    /// Disposing of the node leaves the cluster: its objects are handed over first. When the others put it out, its actor system ends by itself
    /// (<see cref="ActorSystem.WhenTerminated"/>).
    /// </remarks>
    public static Task<HhsNode> StartAsync(HhsSettings settings, Config config)
    {
        SpareThreads();
        return HhsNode.StartAsync(Join(settings), Configure(Remembering.Below(config, settings.Journal)));
    }

    /// <summary>Whether a configuration says that its node is one of a cluster: <c>hhs.cluster.listen</c>.</summary>
    public static bool IsConfigured(Config config) => ClusterSettings.Names(config.WithFallback(Reference));

    // Objects and commands block threads of the process's pool while they read the database, hundreds of them at once when another node has died. The pool
    // adds about one a second; until then Akka's timers wait for one, heartbeats are late, and the nodes put one another out. So does Npgsql, which sends all but
    // the first statement of a batch from a thread of the pool.
    private static void SpareThreads()
    {
        ThreadPool.GetMinThreads(out int workers, out int ports);
        ThreadPool.SetMinThreads(Math.Max(workers, ThreadsMin), ports);
    }

    private const int ThreadsMin = 256;

    private static Config ReadReference()
    {
        using var stream = typeof(ClusterNode).Assembly.GetManifestResourceStream("Hhs.Cluster.cluster.conf")!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd())
            .WithFallback(ClusterSharding.DefaultConfig()).WithFallback(ClusterSingleton.DefaultConfig()).WithFallback(DistributedPubSub.DefaultConfig());
    }
}
