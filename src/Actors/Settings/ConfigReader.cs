using Akka.Configuration;
using Hhs.Actors.Discovery;
using Hhs.Actors.Mesh;
using Hhs.Actors.Relay;
using Hhs.Actors.Tracker;
using Hhs.Model.Identity;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Tracker;

namespace Hhs.Actors.Settings;

/// <summary>Reads values that must make sense; what does not is a <see cref="ConfigurationException"/> that names the key.</summary>
internal sealed class ConfigReader(Config config)
{
    public int Count(string key) => (int)Positive(key, Read(key, "a whole number", () => config.GetLong(key)));

    /// <summary>A count of which zero means that there is no limit.</summary>
    public int CountOrNone(string key) => Read(key, "a whole number", () => config.GetLong(key)) is 0 ? 0 : Count(key);

    public int Bytes(string key) => (int)Positive(key, Read(key, "a size, such as 8 MiB", () => config.GetByteSize(key) ?? 0));

    /// <summary>A size on a disk.</summary>
    public long LongBytes(string key) => Read(key, "a size, such as 8 GiB", () => config.GetByteSize(key) ?? 0) is > 0 and <= LongBytesMax and var size
        ? size : throw new ConfigurationException($"{key} must be above zero and below 8 EiB");

    public bool Flag(string key) => Read(key, "true or false", () => config.GetBoolean(key));

    /// <summary>One of an enum's names, in small letters.</summary>
    public T Choice<T>(string key, Func<T, string> name) where T : struct, Enum
    {
        string text = config.GetString(key);
        foreach (var value in Enum.GetValues<T>()) if (name(value).Equals(text, StringComparison.OrdinalIgnoreCase)) return value;
        throw new ConfigurationException($"{key} must be one of: {string.Join(", ", Enum.GetValues<T>().Select(name)).ToLowerInvariant()}");
    }

    public TimeSpan Time(string key)
    {
        var time = Read(key, "a time, such as 10s", () => config.GetTimeSpan(key, allowInfinite: false));
        return time > TimeSpan.Zero ? time : throw new ConfigurationException($"{key} must be a time above zero, such as 10s");
    }

    /// <summary>A file or folder; null where the text is empty.</summary>
    public string? Path(string key) => config.GetString(key) is { Length: > 0 } path ? path : null;

    public Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : throw new ConfigurationException($"hhs.listen: '{text}' is not an address, such as ws://127.0.0.1:4000");

    public PeerAddress Peer(string text) =>
        PeerAddress.TryParse(text, out var address, out string why) ? address : throw new ConfigurationException($"hhs.peers: {why}");

    public Uri Announced(string text) =>
        DialAddress.IsValid(text) && Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : throw new ConfigurationException($"hhs.announce: '{text}' is not an address, such as wss://node.example:443");

    public TrackerAddress Tracker(string text) =>
        TrackerAddress.TryParse(text, out var address, out string why) ? address : throw new ConfigurationException($"hhs.trackers: {why}");

    public TrackerClientSettings TrackerClient() => new()
    {
        Ttl = Time("hhs.tracker-client.ttl"),
        GatherFor = Time("hhs.tracker-client.gather-for"),
        TopicsPerRequestMax = Count("hhs.tracker-client.topics-per-request-max"),
        RequestsPerMinuteMax = Count("hhs.tracker-client.requests-per-minute-max"),
        CandidatesMax = Count("hhs.tracker-client.candidates-max"),
        RetryMin = Time("hhs.tracker-client.retry-min"),
        RetryMax = Time("hhs.tracker-client.retry-max"),
        ExchangeTimeout = Time("hhs.tracker-client.exchange-timeout"),
        LeaveTimeout = Time("hhs.tracker-client.leave-timeout"),
    };

    public TrackerServerSettings TrackerServer() =>
        Time("hhs.tracker.ttl-min") <= Time("hhs.tracker.ttl-max") ? ReadTracker() : throw new ConfigurationException("hhs.tracker.ttl-min must not be above hhs.tracker.ttl-max");

    private TrackerServerSettings ReadTracker() => new()
    {
        ConnectionsMax = Count("hhs.tracker.connections-max"),
        ConnectionsPerAddressMax = Count("hhs.tracker.connections-per-address-max"),
        HandshakeTimeout = Time("hhs.tracker.handshake-timeout"),
        SweepEvery = Time("hhs.tracker.sweep-every"),
        Registry = new()
        {
            TtlMin = Time("hhs.tracker.ttl-min"),
            TtlMax = Time("hhs.tracker.ttl-max"),
            EntriesMax = Count("hhs.tracker.entries-max"),
            PeersPerTopicMax = Count("hhs.tracker.peers-per-topic-max"),
            TopicsPerPeerMax = Count("hhs.tracker.topics-per-peer-max"),
            PeersPerAnswerMax = Count("hhs.tracker.peers-per-answer-max"),
            PeersPerResponseMax = Count("hhs.tracker.peers-per-response-max"),
            ResponseBytesMax = Bytes("hhs.tracker.response-bytes-max"),
            RequestsPerKeyMax = Count("hhs.tracker.requests-per-key-max"),
            RequestsPerAddressMax = Count("hhs.tracker.requests-per-address-max"),
            RequestWindow = Time("hhs.tracker.request-window"),
        },
    };

    public RelaySettings Relay() => new()
    {
        Enabled = Flag("hhs.relay.enabled"),
        Allow = [.. config.GetStringList("hhs.relay.allow").Select(Allowed)],
        ServeAll = Flag("hhs.relay.serve-all"),
        FetchesMax = Count("hhs.relay.fetches-max"),
        FetchesPerKeyMax = Count("hhs.relay.fetches-per-key-max"),
        SweepEvery = Time("hhs.relay.sweep-every"),
        Quotas = new()
        {
            ObjectsMax = Count("hhs.relay.objects-max"),
            ObjectsPerKeyMax = Count("hhs.relay.objects-per-key-max"),
            BytesMax = LongBytes("hhs.relay.bytes-max"),
            BytesPerKeyMax = LongBytes("hhs.relay.bytes-per-key-max"),
            ObjectBytesMax = LongBytes("hhs.relay.object-bytes-max"),
            Retain = Time("hhs.relay.retain"),
        },
    };

    private static KeyId Allowed(string text) =>
        KeyId.TryParse(text, out var key) ? key : throw new ConfigurationException($"hhs.relay.allow: '{text}' is not a key id: 44 characters of Base64, as 'hhs id' shows them");

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
            ExploreEvery = Time("hhs.discovery.explore-every"),
            ExploreMax = Time("hhs.discovery.explore-max"),
            PeersMax = Count("hhs.discovery.peers-max"),
            VisitFor = Time("hhs.discovery.visit-for"),
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
        FloodPeersMax = Count("hhs.sync.flood-peers-max"),
        PruneAfter = Time("hhs.sync.prune-after"),
        PushBackEvery = Time("hhs.sync.push-back-every"),
        RefusedEntriesMax = Count("hhs.sync.refused-entries-max"),
        RequestTimeout = Time("hhs.sync.request-timeout"),
        RequestsQueuedMax = Count("hhs.sync.requests-queued-max"),
        RetellEvery = Time("hhs.sync.retell-every"),
        StallTimeout = Time("hhs.sync.stall-timeout"),
    };

    private const long LongBytesMax = 1L << 62;

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
