using System.Diagnostics.Metrics;

namespace Hhs.Actors.Telemetry;

/// <summary>What a tracker and the clients of trackers count.</summary>
internal static class TrackerMetrics
{
    private static readonly Counter<long> Requests = HhsMeter.Instance.CreateCounter<long>("hhs.tracker.requests", "{request}", "Requests of a tracker's clients, by type; error: answered by an error.");
    private static readonly Counter<long> Refused = HhsMeter.Instance.CreateCounter<long>("hhs.tracker.connections_refused", "{connection}", "Connections to a tracker closed before a handshake, by reason.");
    private static readonly Counter<long> Faults = HhsMeter.Instance.CreateCounter<long>("hhs.tracker.faults", "{fault}", "Connections to a tracker that ended before their answer, by kind; Remote: the client closed it.");
    private static readonly UpDownCounter<long> Open = HhsMeter.Instance.CreateUpDownCounter<long>("hhs.tracker.connections", "{connection}", "Connections to a tracker that are open.");
    private static readonly UpDownCounter<long> Held = HhsMeter.Instance.CreateUpDownCounter<long>("hhs.tracker.announcements", "{announcement}", "Announcements that a tracker holds.");
    private static readonly Counter<long> Crowded = HhsMeter.Instance.CreateCounter<long>("hhs.tracker.crowded", "{announcement}", "Announcements that found no room in a full tracker, or made it for others.");
    private static readonly Counter<long> SaveFailures = HhsMeter.Instance.CreateCounter<long>("hhs.tracker.save_failures", "{failure}", "Snapshots of a tracker's announcements that could not be written.");
    private static readonly Counter<long> Exchanges = HhsMeter.Instance.CreateCounter<long>("hhs.tracker_client.exchanges", "{exchange}", "Requests of this node to trackers, by outcome: answered, refused, failed.");

    internal static void Requested(string type) => Requests.Add(1, new KeyValuePair<string, object?>("type", type));

    internal static void ConnectionRefused(string reason) => Refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal static void Fault(string kind) => Faults.Add(1, new KeyValuePair<string, object?>("kind", kind));

    internal static void Connections(int change) => Open.Add(change);

    // Also a change of nothing: from then on the instruments are there to be seen.
    internal static void Announcements(long change) => Held.Add(change);

    internal static void WasCrowded(string outcome, long count)
    {
        if (count > 0) Crowded.Add(count, new KeyValuePair<string, object?>("outcome", outcome));
    }

    internal static void SaveFailed() => SaveFailures.Add(1);

    internal static void Exchanged(string outcome) => Exchanges.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
