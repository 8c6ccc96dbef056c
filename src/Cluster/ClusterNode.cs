using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Cluster.Placement;

namespace Hhs.Cluster;

/// <summary>Makes a node one of several of an operator that act as one peer.</summary>
/// <remarks>
/// They have one identity and one store (<see cref="HhsSettings.Identity"/>; PostgreSQL, or <see cref="HhsSettings.Store"/>); each object is at one node at
/// a time, and peers and the host app use any node for all objects. Source: docs/decisions/060-objects-over-nodes.md.
/// </remarks>
public static class ClusterNode
{
    /// <summary>cluster.conf, with the defaults of the parts of Akka that it configures.</summary>
    public static Config Reference { get; } = ReadReference();

    /// <summary>The same settings for a node whose objects are spread over the cluster of its actor system.</summary>
    /// <remarks>The system's configuration needs <see cref="Reference"/> as a fallback. One such node a system.</remarks>
    /// <exception cref="ConfigurationException">There is no store to share, or no identity.</exception>
    public static HhsSettings Join(HhsSettings settings)
    {
        if (settings.Store is null && settings.Journal.Provider != JournalProvider.PostgreSql)
            throw new ConfigurationException("hhs.journal.provider: nodes of a cluster share a store, which is PostgreSQL; a data folder is one node's alone");
        if (settings.Identity is null && settings.IdentityPath is null) throw new ConfigurationException("nodes of a cluster have one identity between them: none is given");
        if (settings.Relay.Enabled) throw new ConfigurationException("hhs.relay.enabled: a node of a cluster hosts nothing for strangers yet");
        return settings with { Registry = services => ClusterObjectsActor.Props(services) };
    }

    /// <summary>Starts such a node in an actor system of its own, named hhs; answers once it listens.</summary>
    /// <param name="settings">How it runs, with a store and an identity.</param>
    /// <param name="config">Where the cluster is: <c>hhs.cluster.listen</c> and <c>seeds</c>, or <c>akka.remote</c> and <c>akka.cluster.seed-nodes</c>.</param>
    /// <exception cref="ConfigurationException">There is no store to share, or no identity, or an address is none.</exception>
    /// <remarks>
    /// Disposing of the node leaves the cluster: its objects are handed over first. When the others put it out, its actor system ends by itself
    /// (<see cref="ActorSystem.WhenTerminated"/>).
    /// </remarks>
    public static Task<HhsNode> StartAsync(HhsSettings settings, Config config)
    {
        var whole = config.WithFallback(Reference);
        SpareThreads();
        return HhsNode.StartAsync(Join(settings), ClusterSettings.AkkaAddresses(whole).WithFallback(whole));
    }

    /// <summary>Whether a configuration says that its node is one of a cluster: <c>hhs.cluster.listen</c>.</summary>
    public static bool IsConfigured(Config config) => ClusterSettings.Names(config.WithFallback(Reference));

    // Reading a database blocks threads of the process's pool, which adds about one a second; Akka's timers need one of them. While the database
    // does not answer, heartbeats would be late by seconds, and the nodes would put one another out.
    private static void SpareThreads()
    {
        ThreadPool.GetMinThreads(out int workers, out int ports);
        ThreadPool.SetMinThreads(Math.Max(workers, ThreadsMin), ports);
    }

    private const int ThreadsMin = 64;

    private static Config ReadReference()
    {
        using var stream = typeof(ClusterNode).Assembly.GetManifestResourceStream("Hhs.Cluster.cluster.conf")!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd())
            .WithFallback(ClusterSharding.DefaultConfig()).WithFallback(ClusterSingleton.DefaultConfig()).WithFallback(DistributedPubSub.DefaultConfig());
    }
}
