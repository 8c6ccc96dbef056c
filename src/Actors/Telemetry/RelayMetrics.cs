using System.Diagnostics.Metrics;

namespace Hhs.Actors.Telemetry;

/// <summary>What a relay counts.</summary>
internal static class RelayMetrics
{
    private static readonly UpDownCounter<long> Objects = HhsMeter.Instance.CreateUpDownCounter<long>("hhs.relay.objects", "{object}", "Objects that a relay hosts or is fetching.");
    private static readonly UpDownCounter<long> Bytes = HhsMeter.Instance.CreateUpDownCounter<long>("hhs.relay.bytes", "By", "What those take in the store, about.");
    private static readonly Counter<long> Requests = HhsMeter.Instance.CreateCounter<long>("hhs.relay.requests", "{request}", "Requests for objects that were not here, by outcome: accepted, refused, missing (nobody who was connected had it).");
    private static readonly Counter<long> Gone = HhsMeter.Instance.CreateCounter<long>("hhs.relay.dropped", "{object}", "Hosted objects that were dropped because nobody used them.");
    private static readonly Counter<long> Stops = HhsMeter.Instance.CreateCounter<long>("hhs.relay.stopped", "{object}", "Hosted objects that are carried no more because they grew, by the bound.");

    internal static void Hosts(long objects, long bytes)
    {
        Objects.Add(objects);
        Bytes.Add(bytes);
    }

    internal static void Requested(string outcome) => Requests.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    internal static void Dropped() => Gone.Add(1);

    internal static void Stopped(string bound) => Stops.Add(1, new KeyValuePair<string, object?>("bound", bound));
}
