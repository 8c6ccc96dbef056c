using System.Net;
using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Settings;

namespace Hhs.Cluster.Remoting;

/// <summary>Puts an actor system's configuration together for a cluster, and refuses what would fail later and in the dark.</summary>
internal static class ClusterConfiguration
{
    /// <exception cref="ConfigurationException">See <see cref="ClusterNode.Configure"/>.</exception>
    public static Config Of(Config own, Config reference, string system)
    {
        var all = own.WithFallback(reference);
        UnknownKeys.Refuse(all, reference, "hhs.cluster", "cluster.conf");
        _ = ClusterSettings.FromConfig(all);   // refuses values that make no sense
        bool tls = ClusterTlsSettings.FromConfig(all) is { } settings && Read(settings);
        string scheme = tls ? $"akka.{TlsTransport.Scheme}" : "akka.tcp";
        all = ClusterSettings.AkkaAddresses(all, scheme, system).WithFallback(all);
        RefuseOtherTls(all);
        RefuseSeedsOfAnotherScheme(all, scheme);
        return tls ? ConfigurationFactory.ParseString(Transport).WithFallback(all) : all;
    }

    /// <summary>What to say where the port of a system can be reached from elsewhere and lets everybody in; null where it is not so.</summary>
    public static string? Exposure(ActorSystem system)
    {
        if (ClusterTlsSettings.FromConfig(system.Settings.Config) is not null) return null;
        string host = system.Settings.Config.GetString("akka.remote.dot-netty.tcp.hostname", "");
        return IsLoopback(host) ? null
            : $"THE PORT BETWEEN NODES IS OPEN: it listens on {(host.Length == 0 ? "every address" : host)} without TLS. Whoever reaches it can do what this node can, with its identity and its store. "
              + $"Set {ClusterTlsSettings.Section} (docs/cookbook/cluster-tls.md), or keep it on a network of the nodes alone.";
    }

    private static bool IsLoopback(string host) =>
        IPAddress.TryParse(host, out var address) ? IPAddress.IsLoopback(address) : string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses a system that a host app has started without <see cref="ClusterNode.Configure"/> where that would have changed something.</summary>
    /// <exception cref="ConfigurationException">The system has no port for others, or one that is not as its configuration says.</exception>
    public static void Check(IActorRefProvider provider)
    {
        UnknownKeys.Refuse(provider.Settings.Config, ClusterNode.Reference, "hhs.cluster", "cluster.conf");
        if (provider.DefaultAddress.HasLocalScope) throw new ConfigurationException($"the actor system is in no cluster: {Make}");
        if (ClusterTlsSettings.FromConfig(provider.Settings.Config) is not null && provider.DefaultAddress.Protocol != $"akka.{TlsTransport.Scheme}")
            throw new ConfigurationException($"{ClusterTlsSettings.Section} is set, and the actor system listens without TLS: {Make}");
    }

    private static bool Read(ClusterTlsSettings settings)
    {
        _ = new NodeCertificate(settings);   // refuses files that are missing or wrong
        return true;
    }

    // Akka's own way to TLS has no check that suffices: docs/decisions/061-tls-between-nodes.md.
    private static void RefuseOtherTls(Config all)
    {
        if (all.GetBoolean("akka.remote.dot-netty.tcp.enable-ssl", false))
            throw new ConfigurationException($"akka.remote.dot-netty.tcp.enable-ssl: TLS between nodes is configured by {ClusterTlsSettings.Section} (certificate, key, ca), and not here");
        if (!all.GetStringList("akka.remote.enabled-transports", [Section]).SequenceEqual([Section], StringComparer.Ordinal))
            throw new ConfigurationException($"akka.remote.enabled-transports: nodes talk by {Section} alone");
    }

    private static void RefuseSeedsOfAnotherScheme(Config all, string scheme)
    {
        foreach (string seed in all.GetStringList("akka.cluster.seed-nodes", []))
        {
            int end = seed.IndexOf("://", StringComparison.Ordinal);
            string right = $"{scheme}://{(end < 0 ? "SYSTEM@HOST:PORT" : seed[(end + 3)..])}";
            if (seed != right) throw new ConfigurationException($"akka.cluster.seed-nodes: '{seed}' must be '{right}', since {ClusterTlsSettings.Section} is {(scheme == "akka.tcp" ? "not " : "")}set");
            if (!ActorPath.TryParseAddress(seed, out var address) || address.Host is null || address.Port is null)
                throw new ConfigurationException($"akka.cluster.seed-nodes: '{seed}' is not an address, such as {scheme}://hhs@10.0.0.1:4053");
        }
    }

    private const string Make = "make its configuration by ClusterNode.Configure";
    private const string Section = "akka.remote.dot-netty.tcp";

    private static readonly string Transport = $"{Section}.transport-class = \"{typeof(TlsTransport).FullName}, {typeof(TlsTransport).Assembly.GetName().Name}\"";
}
