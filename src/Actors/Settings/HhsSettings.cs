using Akka.Configuration;
using Hhs.Actors.Discovery;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Actors.Objects;
using Hhs.Actors.Transport;
using Hhs.Model.Identity;
using Hhs.Model.Types;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Settings;

/// <summary>How a node runs. Made in code, or read from HOCON by <see cref="FromConfig"/>; reference.conf explains each key.</summary>
public sealed record HhsSettings
{
    /// <summary>Folder of the store and the identity; null keeps everything in memory, under a new identity.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The node's identity; null takes the one of the data folder, and makes it if there is none.</summary>
    public SecretKey? Identity { get; init; }

    /// <summary>Addresses to accept connections on, such as <c>ws://127.0.0.1:4000</c>; port 0 takes a free one.</summary>
    public IReadOnlyList<Uri> Listen { get; init; } = [];

    /// <summary>Peers to stay connected to.</summary>
    public IReadOnlyList<PeerAddress> Peers { get; init; } = [];

    /// <summary>Transports beside WebSocket, by their schemes; an in-memory one for tests.</summary>
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

    /// <summary>Bounds and paces of dialling and sessions.</summary>
    public MeshSettings Mesh { get; init; } = new();

    /// <summary>How peers are found.</summary>
    public DiscoverySettings Discovery { get; init; } = new();

    /// <summary>Bounds and paces of the sync protocol.</summary>
    public SyncSettings Sync { get; init; } = SyncSettings.Default;

    /// <summary>The configuration that every key has its default in.</summary>
    public static Config Reference { get; } = ReadReference();

    /// <summary>Reads the section <c>hhs</c>; keys that are not set have the defaults of reference.conf.</summary>
    /// <exception cref="ConfigurationException">A key is not known, or a value makes no sense; the message names the key.</exception>
    public static HhsSettings FromConfig(Config config)
    {
        UnknownKeys.Refuse(config, Reference);
        config = config.WithFallback(Reference);
        var read = new ConfigReader(config);
        string data = config.GetString("hhs.data-directory") ?? "";
        return new()
        {
            DataDirectory = data.Length == 0 ? null : data,
            Listen = [.. config.GetStringList("hhs.listen").Select(read.Address)],
            Peers = [.. config.GetStringList("hhs.peers").Select(read.Peer)],
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
                DialTimeout = read.Time("hhs.transport.dial-timeout"),
                RequestTimeout = read.Time("hhs.transport.request-timeout"),
                KeepAlive = read.Time("hhs.transport.keep-alive"),
            },
            Mesh = read.Mesh(),
            Discovery = read.Discovery(),
            Sync = read.Sync(),
        };
    }

    private static Config ReadReference()
    {
        using var stream = typeof(HhsSettings).Assembly.GetManifestResourceStream("Hhs.Actors.reference.conf")!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
