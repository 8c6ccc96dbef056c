using Akka.Configuration;
using Hhs.Actors.Discovery;
using Hhs.Actors.Mesh;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Settings;

/// <summary>Reads values that must make sense; what does not is a <see cref="ConfigurationException"/> that names the key.</summary>
internal sealed class ConfigReader(Config config)
{
    public int Count(string key) => (int)Positive(key, Read(key, "a whole number", () => config.GetLong(key)));

    public int Bytes(string key) => (int)Positive(key, Read(key, "a size, such as 8 MiB", () => config.GetByteSize(key) ?? 0));

    public bool Flag(string key) => Read(key, "true or false", () => config.GetBoolean(key));

    public TimeSpan Time(string key)
    {
        var time = Read(key, "a time, such as 10s", () => config.GetTimeSpan(key, allowInfinite: false));
        return time > TimeSpan.Zero ? time : throw new ConfigurationException($"{key} must be a time above zero, such as 10s");
    }

    public Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : throw new ConfigurationException($"hhs.listen: '{text}' is not an address, such as ws://127.0.0.1:4000");

    public PeerAddress Peer(string text) =>
        PeerAddress.TryParse(text, out var address, out string why) ? address : throw new ConfigurationException($"hhs.peers: {why}");

    public MeshSettings Mesh() => new()
    {
        SessionsMax = Count("hhs.mesh.sessions-max"),
        SessionsPerKeyMax = Count("hhs.mesh.sessions-per-key-max"),
        DialsMax = Count("hhs.mesh.dials-max"),
        DialsPerSecondMax = Count("hhs.mesh.dials-per-second-max"),
        RedialMin = Time("hhs.mesh.redial-min"),
        RedialMax = Time("hhs.mesh.redial-max"),
        HandshakeTimeout = Time("hhs.mesh.handshake-timeout"),
        PingEvery = Time("hhs.mesh.ping-every"),
        PingTimeout = Time("hhs.mesh.ping-timeout"),
        IdleTimeout = Time("hhs.mesh.idle-timeout"),
        ChargesMax = Count("hhs.mesh.charges-max"),
        ChargesForgivenPerMinute = Count("hhs.mesh.charges-forgiven-per-minute"),
        DeclinedTopicsMax = Count("hhs.mesh.declined-topics-max"),
        OfferAgainEvery = Time("hhs.mesh.offer-again-every"),
        OfferAgainMax = Time("hhs.mesh.offer-again-max"),
    };

    public DiscoverySettings Discovery() => new()
    {
        PoolReuse = Flag("hhs.discovery.pool-reuse"),
        NextSourceAfter = Time("hhs.discovery.next-source-after"),
        Swarm = new()
        {
            TargetPeers = Count("hhs.discovery.target-peers"),
            CandidatesMax = Count("hhs.discovery.candidates-max"),
            DiscoverEvery = Time("hhs.discovery.discover-every"),
            DiscoverMax = Time("hhs.discovery.discover-max"),
            DialsMax = Count("hhs.discovery.dials-max"),
            DialPatience = Time("hhs.discovery.dial-patience"),
            RedialMin = Time("hhs.discovery.redial-min"),
            RedialMax = Time("hhs.discovery.redial-max"),
        },
    };

    public SyncSettings Sync() => new()
    {
        AnnounceEvery = Time("hhs.sync.announce-every"),
        AutoPayloadGrace = Time("hhs.sync.auto-payload-grace"),
        BackOffMin = Time("hhs.sync.back-off-min"),
        BackOffMax = Time("hhs.sync.back-off-max"),
        ChargeMax = Count("hhs.sync.charge-max"),
        DeferredEntriesMax = Count("hhs.sync.deferred-entries-max"),
        GossipTree = Flag("hhs.sync.gossip-tree"),
        HeadersPerResponseMax = Count("hhs.sync.headers-per-response-max"),
        InFlightBytesMax = Bytes("hhs.sync.in-flight-bytes-max"),
        InFlightBytesPerPeerMax = Bytes("hhs.sync.in-flight-bytes-per-peer-max"),
        KeepAliveEvery = Time("hhs.sync.keep-alive-every"),
        LazyAfter = Time("hhs.sync.lazy-after"),
        LazyPeersMax = Count("hhs.sync.lazy-peers-max"),
        NativeStageEntries = Count("hhs.sync.native-stage-entries"),
        OriginalPause = Time("hhs.sync.original-pause"),
        OriginalStageEntries = Count("hhs.sync.original-stage-entries"),
        OriginalWalkGap = Time("hhs.sync.original-walk-gap"),
        Patience = Time("hhs.sync.patience"),
        PeersMax = Count("hhs.sync.peers-max"),
        PendingEntriesMax = Count("hhs.sync.pending-entries-max"),
        PendingEntriesPerPeerMax = Count("hhs.sync.pending-entries-per-peer-max"),
        PendingPayloadBytesMax = Bytes("hhs.sync.pending-payload-bytes-max"),
        PruneAfter = Time("hhs.sync.prune-after"),
        PushBackEvery = Time("hhs.sync.push-back-every"),
        RefusedEntriesMax = Count("hhs.sync.refused-entries-max"),
        RequestTimeout = Time("hhs.sync.request-timeout"),
        RequestsQueuedMax = Count("hhs.sync.requests-queued-max"),
        RetellEvery = Time("hhs.sync.retell-every"),
        StallTimeout = Time("hhs.sync.stall-timeout"),
    };

    // HOCON reports what it cannot read by many exceptions, none of which names the key.
    private static T Read<T>(string key, string expected, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw new ConfigurationException($"{key} must be {expected}: {failure.Message}", failure);
        }
    }

    private static long Positive(string key, long value) =>
        value is > 0 and <= int.MaxValue ? value : throw new ConfigurationException($"{key} must be above zero and below 2 GiB");
}
