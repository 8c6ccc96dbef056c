using System.Diagnostics.Metrics;

namespace Hhs.Actors.Telemetry;

/// <summary>What connections of all transports carry.</summary>
internal static class TransportMetrics
{
    private static readonly Counter<long> BytesReceived = HhsMeter.Instance.CreateCounter<long>("hhs.transport.bytes_received", "By", "Bytes of the frames received.");
    private static readonly Counter<long> BytesSent = HhsMeter.Instance.CreateCounter<long>("hhs.transport.bytes_sent", "By", "Bytes of the frames sent.");

    internal static void Received(int bytes) => BytesReceived.Add(bytes);

    internal static void Sent(int bytes) => BytesSent.Add(bytes);
}
