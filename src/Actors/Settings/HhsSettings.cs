using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Discovery;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Relay;
using Hhs.Actors.Tracker;
using Hhs.Actors.Transport;
using Hhs.Model.Identity;
using Hhs.Model.Types;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Tracker;

namespace Hhs.Actors.Settings;

/// <summary>How a node runs. Made in code, or read from HOCON by <see cref="FromConfig"/>; reference.conf explains each key.</summary>
public sealed record HhsSettings
{
    /// <summary>Folder of the store and the identity; null keeps everything in memory, under a new identity.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>A store that the host has opened, in place of one in the data folder; disposed of when the node stops.</summary>
    public IJournal? Store { get; init; }

    /// <summary>Who keeps the objects: the actor answers what <see cref="ObjectsActor"/> does, which keeps them on this node alone.</summary>
    public Func<ObjectServices, Props> Registry { get; init; } = ObjectsActor.Props;

    /// <summary>Where that runs which is to run once among all nodes that act as one peer.</summary>
    internal IOnce Once { get; init; } = OnceHere.Instance;

    /// <summary>The node's identity; null takes the one on disk, and makes it if there is none.</summary>
    public SecretKey? Identity { get; init; }

    /// <summary>File of the identity; null has it in the data folder.</summary>
    public string? IdentityPath { get; init; }

    /// <summary>Addresses to accept connections on, such as <c>ws://127.0.0.1:4000</c>; port 0 takes a free one.</summary>
    public IReadOnlyList<Uri> Listen { get; init; } = [];

    /// <summary>Peers to stay connected to.</summary>
    public IReadOnlyList<PeerAddress> Peers { get; init; } = [];

    /// <summary>The addresses that others can dial this node at, to be announced to trackers; none means those of <see cref="Listen"/>.</summary>
    public IReadOnlyList<Uri> Announce { get; init; } = [];

    /// <summary>Trackers to announce to and to find peers by.</summary>
    public IReadOnlyList<TrackerAddress> Trackers { get; init; } = [];

    /// <summary>Transports beside WebSocket and TCP, by their schemes; an in-memory one for tests.</summary>
    public IReadOnlyList<ITransport> ExtraTransports { get; init; } = [];

    /// <summary>The types that the node interprets.</summary>
    public TypeRegistry Types { get; init; } = TypeRegistry.BuiltIn;

    /// <summary>Whether to talk to nobody who cannot use our own key agreement (the original cannot).</summary>
    public bool RefuseOriginal { get; init; }

    /// <summary>Bounds of the group commit.</summary>
    public JournalSettings Journal { get; init; } = new();

    /// <summary>Bounds of objects.</summary>
    public ObjectSettings Objects { get; init; } = new();

    /// <summary>Bounds of connections.</summary>
    public ConnectionLimits Transport { get; init; } = new();

    /// <summary>Certificates of <c>wss://</c>.</summary>
    public TlsSettings Tls { get; init; } = new();

    /// <summary>Bounds and paces of dialling and sessions.</summary>
    public MeshSettings Mesh { get; init; } = new();

    /// <summary>How peers are found.</summary>
    public DiscoverySettings Discovery { get; init; } = new();

    /// <summary>Bounds and paces of the sync protocol.</summary>
    public SyncSettings Sync { get; init; } = SyncSettings.Default;

    /// <summary>Bounds and paces of what is said to trackers.</summary>
    public TrackerClientSettings TrackerClient { get; init; } = new();

    /// <summary>Whether and how the node hosts what peers ask it for.</summary>
    public RelaySettings Relay { get; init; } = new();

    /// <summary>The wall clock, by which a relay forgets.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Bounds and paces of a tracker, for a process that is one.</summary>
    public TrackerServerSettings Tracker { get; init; } = new();

    /// <summary>The configuration that every key has its default in.</summary>
    public static Config Reference { get; } = ReadReference();

    /// <summary>Reads the section <c>hhs</c>; keys that are not set have the defaults of reference.conf.</summary>
    /// <exception cref="ConfigurationException">A key is not known, or a value makes no sense; the message names the key.</exception>
    public static HhsSettings FromConfig(Config config)
    {
        UnknownKeys.Refuse(config, Reference);
        config = config.WithFallback(Reference);
        var read = new ConfigReader(config);
        return new()
        {
            DataDirectory = read.Path("hhs.data-directory"),
            IdentityPath = read.Path("hhs.identity-file"),
            Listen = [.. config.GetStringList("hhs.listen").Select(read.Address)],
            Peers = [.. config.GetStringList("hhs.peers").Select(read.Peer)],
            Announce = [.. config.GetStringList("hhs.announce").Select(read.Announced)],
            Trackers = [.. config.GetStringList("hhs.trackers").Select(read.Tracker)],
            RefuseOriginal = read.Flag("hhs.mesh.refuse-original"),
            Journal = JournalSettings.FromConfig(config),
            Objects = new()
            {
                PayloadCacheBytesMax = read.Bytes("hhs.objects.payload-cache-bytes-max"),
                FetchTimeout = read.Time("hhs.objects.fetch-timeout"),
                PassivateAfter = read.Time("hhs.objects.passivate-after"),
                ActiveMax = read.Count("hhs.objects.active-max"),
                WakesPerPeerMax = read.Count("hhs.objects.wakes-per-peer-max"),
                SleepingBytesMax = read.Bytes("hhs.objects.sleeping-bytes-max"),
            },
            Transport = new()
            {
                FrameBytesMax = read.Bytes("hhs.transport.frame-bytes-max"),
                ReceiveWindowBytes = read.Bytes("hhs.transport.receive-window-bytes"),
                SendQueueBytesMax = read.Bytes("hhs.transport.send-queue-bytes-max"),
                InboundMax = read.Count("hhs.transport.inbound-max"),
                InboundPerAddressMax = read.CountOrNone("hhs.transport.inbound-per-address-max"),
                InboundPerAddressCountsLoopback = read.Flag("hhs.transport.inbound-per-address-counts-loopback"),
                DialTimeout = read.Time("hhs.transport.dial-timeout"),
                RequestTimeout = read.Time("hhs.transport.request-timeout"),
                KeepAlive = read.Time("hhs.transport.keep-alive"),
            },
            Tls = new()
            {
                Certificate = read.Path("hhs.transport.tls.certificate"),
                Key = read.Path("hhs.transport.tls.key"),
                Ca = read.Path("hhs.transport.tls.ca"),
            },
            Mesh = read.Mesh(),
            Discovery = read.Discovery(),
            Sync = read.Sync(),
            TrackerClient = read.TrackerClient(),
            Relay = read.Relay(),
            Tracker = read.TrackerServer(),
        };
    }

    private static Config ReadReference()
    {
        using var stream = typeof(HhsSettings).Assembly.GetManifestResourceStream("Hhs.Actors.reference.conf")!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
