using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hhs.Actors.Telemetry;

namespace Hhs.Cluster.Telemetry;

/// <summary>What a node of a cluster counts. docs/operations.md lists the instruments.</summary>
internal static class ClusterMetrics
{
    private static readonly UpDownCounter<long> Members = HhsMeter.Instance.CreateUpDownCounter<long>("hhs.cluster.members", "{node}", "Nodes of the cluster that are up, as this one sees it.");
    private static readonly UpDownCounter<long> Unreachable = HhsMeter.Instance.CreateUpDownCounter<long>("hhs.cluster.unreachable", "{node}", "Nodes of the cluster that are not heard.");
    private static readonly UpDownCounter<long> Objects = HhsMeter.Instance.CreateUpDownCounter<long>("hhs.cluster.objects", "{object}", "Objects of the cluster that are at this node.");
    private static readonly Histogram<double> Release = HhsMeter.Instance.CreateHistogram<double>("hhs.cluster.release.duration", "s", "Time until an object that is to be elsewhere was given up, all of it stored.");
    private static readonly Counter<long> Messages = HhsMeter.Instance.CreateCounter<long>("hhs.cluster.messages", "{message}", "Messages about objects and sessions that were written for other nodes, by kind.");
    private static readonly Counter<long> Bytes = HhsMeter.Instance.CreateCounter<long>("hhs.cluster.bytes", "By", "Their bytes, without what Akka adds, by kind.");

    public static void Nodes(int up, int unreachable)
    {
        Members.Add(up);
        Unreachable.Add(unreachable);
    }

    public static void TakenUp() => Objects.Add(1);

    public static void GivenUp() => Objects.Add(-1);

    public static void Released(long since) => Release.Record(Stopwatch.GetElapsedTime(since).TotalSeconds);

    public static void Wrote(string kind, int bytes)
    {
        var tag = new KeyValuePair<string, object?>("kind", kind);
        Messages.Add(1, tag);
        Bytes.Add(bytes, tag);
    }
}
