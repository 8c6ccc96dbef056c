using System.Diagnostics.Metrics;
using Hhs.Model;

namespace Hhs.Actors.Telemetry;

/// <summary>What the mesh and the gossip channels count.</summary>
internal static class SyncMetrics
{
    private static readonly Counter<long> Faults = HhsMeter.Instance.CreateCounter<long>("hhs.peers.faults", "{fault}", "What peers did wrong, by kind.");
    private static readonly Counter<long> Dropped = HhsMeter.Instance.CreateCounter<long>("hhs.peers.frames_dropped", "{frame}", "Frames of peers that were ignored, by reason.");
    private static readonly Counter<long> Closed = HhsMeter.Instance.CreateCounter<long>("hhs.sessions.closed", "{session}", "Sessions that ended, by kind of reason.");
    private static readonly UpDownCounter<long> Open = HhsMeter.Instance.CreateUpDownCounter<long>("hhs.sessions.open", "{session}", "Sessions with an authenticated peer.");

    private static readonly Counter<long> Refused = HhsMeter.Instance.CreateCounter<long>("hhs.connections.refused", "{connection}", "Inbound connections that got no session, by reason.");

    internal static void ConnectionRefused(string reason) => Refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal static void Misbehaved(RejectCode code) => Faults.Add(1, new KeyValuePair<string, object?>("kind", code.ToString()));

    internal static void FrameDropped(string reason) => Dropped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal static void SessionOpened() => Open.Add(1);

    internal static void SessionClosed(bool wasOpen, string kind)
    {
        if (wasOpen) Open.Add(-1);
        Closed.Add(1, new KeyValuePair<string, object?>("kind", kind));
    }
}
