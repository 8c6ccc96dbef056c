using Akka.Configuration;
using Hhs.Actors.Settings;

namespace Hhs.Cluster;

/// <summary>How objects are spread. HOCON: <c>hhs.cluster</c>; cluster.conf explains each key.</summary>
internal sealed record ClusterSettings(int NumberOfShards, TimeSpan LookAgain, TimeSpan LostAfter)
{
    /// <exception cref="ConfigurationException">A value makes no sense; the message names the key.</exception>
    public static ClusterSettings FromConfig(Config config)
    {
        var read = new ConfigReader(config);
        return new(read.Count("hhs.cluster.number-of-shards"), read.Time("hhs.cluster.look-again"), read.Time("hhs.cluster.lost-after"));
    }
}
