using Akka.Configuration;

namespace Hhs.Cluster;

/// <summary>How objects are spread. HOCON: <c>hhs.cluster</c>; cluster.conf explains each key.</summary>
internal sealed record ClusterSettings(int NumberOfShards, TimeSpan LookAgain, TimeSpan LostAfter, TimeSpan LeftAfterFenced)
{
    public static ClusterSettings FromConfig(Config config) => new(
        Positive(config.GetInt("hhs.cluster.number-of-shards"), "number-of-shards"),
        Positive(config.GetTimeSpan("hhs.cluster.look-again"), "look-again"),
        Positive(config.GetTimeSpan("hhs.cluster.lost-after"), "lost-after"),
        Positive(config.GetTimeSpan("hhs.cluster.left-after-fenced"), "left-after-fenced"));

    private static T Positive<T>(T value, string key) where T : struct, IComparable<T> =>
        value.CompareTo(default) > 0 ? value : throw new ConfigurationException($"hhs.cluster.{key} is {value}: it must be more than nothing");
}
