using System.Diagnostics.Metrics;
using Hhs.Actors.Telemetry;

namespace Hhs.Cluster.Wire;

/// <summary>What a node of a cluster counts.</summary>
internal static class ClusterMetrics
{
    private static readonly Counter<long> Messages = HhsMeter.Instance.CreateCounter<long>("hhs.cluster.messages", "{message}", "Messages about objects and sessions that were written for other nodes, by kind.");
    private static readonly Counter<long> Bytes = HhsMeter.Instance.CreateCounter<long>("hhs.cluster.bytes", "By", "Their bytes, without what Akka adds, by kind.");

    internal static void Wrote(string kind, int bytes)
    {
        var tag = new KeyValuePair<string, object?>("kind", kind);
        Messages.Add(1, tag);
        Bytes.Add(bytes, tag);
    }
}
