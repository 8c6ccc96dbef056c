using Akka.Configuration;
using Hhs.Actors.Settings;

namespace Hhs.Cluster;

/// <summary>How objects are spread. HOCON: <c>hhs.cluster</c>; cluster.conf explains each key.</summary>
internal sealed record ClusterSettings(int NumberOfShards, TimeSpan LookAgain, TimeSpan LostAfter, TimeSpan LeftAfterFenced)
{
    /// <summary>Whether the configuration says where the node is in a cluster.</summary>
    public static bool Names(Config config) => config.GetString("hhs.cluster.listen") is { Length: > 0 };

    /// <summary>What <c>hhs.cluster.listen</c> and <c>hhs.cluster.seeds</c> say, in the words of Akka; nothing where the host app says it in those.</summary>
    /// <param name="config">Which says it.</param>
    /// <param name="scheme">How nodes talk: <c>akka.tcp</c> or <c>akka.ssl.tcp</c>.</param>
    /// <param name="system">The name of the nodes' actor systems.</param>
    /// <exception cref="ConfigurationException">An address is none.</exception>
    public static Config AkkaAddresses(Config config, string scheme, string system)
    {
        if (!Names(config)) return Config.Empty;
        var self = ClusterAddress.Parse(config.GetString("hhs.cluster.listen"), "hhs.cluster.listen");
        var seeds = config.GetStringList("hhs.cluster.seeds").Select(seed => ClusterAddress.Parse(seed, "hhs.cluster.seeds")).ToArray();
        if (seeds.Length == 0) throw new ConfigurationException($"hhs.cluster.seeds is empty: name the nodes that others find the cluster by, this one ({self}) first where it is the first of all");
        return ConfigurationFactory.ParseString(
            $$"""
            akka.remote.dot-netty.tcp { hostname = "{{self.Host}}", port = {{self.Port}} }
            akka.cluster.seed-nodes = [{{string.Join(", ", seeds.Select(seed => $"\"{scheme}://{system}@{seed}\""))}}]
            """);
    }

    /// <exception cref="ConfigurationException">A value makes no sense; the message names the key.</exception>
    public static ClusterSettings FromConfig(Config config)
    {
        var read = new ConfigReader(config);
        return new(read.Count("hhs.cluster.number-of-shards"), read.Time("hhs.cluster.look-again"), read.Time("hhs.cluster.lost-after"), read.Time("hhs.cluster.left-after-fenced"));
    }
}
