using Akka.Configuration;
using Hhs.Actors.Mesh;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Settings;

/// <summary>Reads values that must make sense; what does not is a <see cref="ConfigurationException"/> that names the key.</summary>
internal sealed class ConfigReader(Config config)
{
    public int Count(string key) => (int)Positive(key, config.GetLong(key));

    public int Bytes(string key) => (int)Positive(key, config.GetByteSize(key) ?? 0);

    public TimeSpan Time(string key)
    {
        var time = config.GetTimeSpan(key, allowInfinite: false);
        return time > TimeSpan.Zero ? time : throw new ConfigurationException($"{key} must be a time above zero, such as 10s");
    }

    public Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : throw new ConfigurationException($"hhs.listen: '{text}' is not an address, such as ws://127.0.0.1:4000");

    public PeerAddress Peer(string text) =>
        PeerAddress.TryParse(text, out var address, out string why) ? address : throw new ConfigurationException($"hhs.peers: {why}");

    public SyncSettings Sync() => new()
    {
        AnnounceEvery = Time("hhs.sync.announce-every"),
        DeferredEntriesMax = Count("hhs.sync.deferred-entries-max"),
        HeadersPerResponseMax = Count("hhs.sync.headers-per-response-max"),
        InFlightBytesMax = Bytes("hhs.sync.in-flight-bytes-max"),
        InFlightBytesPerPeerMax = Bytes("hhs.sync.in-flight-bytes-per-peer-max"),
        KeepAliveEvery = Time("hhs.sync.keep-alive-every"),
        OriginalPause = Time("hhs.sync.original-pause"),
        OriginalStageEntries = Count("hhs.sync.original-stage-entries"),
        PeersMax = Count("hhs.sync.peers-max"),
        PendingEntriesMax = Count("hhs.sync.pending-entries-max"),
        PendingPayloadBytesMax = Bytes("hhs.sync.pending-payload-bytes-max"),
        RefusedEntriesMax = Count("hhs.sync.refused-entries-max"),
        RequestTimeout = Time("hhs.sync.request-timeout"),
        RequestsQueuedMax = Count("hhs.sync.requests-queued-max"),
    };

    private static long Positive(string key, long value) =>
        value is > 0 and <= int.MaxValue ? value : throw new ConfigurationException($"{key} must be above zero and below 2 GiB");
}
