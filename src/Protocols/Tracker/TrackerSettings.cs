namespace Hhs.Protocols.Tracker;

/// <summary>Bounds of a tracker's registry and of what is asked of it. HOCON: <c>hhs.tracker</c>.</summary>
public sealed record TrackerSettings
{
    /// <summary>Shortest time that an announcement holds; a shorter one asked for is made this.</summary>
    public TimeSpan TtlMin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest time that an announcement holds; a longer one asked for is made this.</summary>
    public TimeSpan TtlMax { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Announcements held in all; when full, room is made as <see cref="TrackerRegistry"/> says.</summary>
    public int EntriesMax { get; init; } = 65_536;

    /// <summary>Peers held for one topic; when full, room is made as <see cref="TrackerRegistry"/> says.</summary>
    public int PeersPerTopicMax { get; init; } = 256;

    /// <summary>Topics that one key may have announced at a time; an announcement that goes beyond is answered by an error.</summary>
    public int TopicsPerPeerMax { get; init; } = 1024;

    /// <summary>Peers of one topic in an answer; of more, a random sample is given.</summary>
    public int PeersPerAnswerMax { get; init; } = 32;

    /// <summary>Peers of all topics together in one answer; the topics share them.</summary>
    public int PeersPerResponseMax { get; init; } = 512;

    /// <summary>Bytes of the peers in one answer, about; further peers are left out.</summary>
    public int ResponseBytesMax { get; init; } = 256 << 10;

    /// <summary>Requests that one key may make in a <see cref="RequestWindow"/>; further ones are answered by an error.</summary>
    public int RequestsPerKeyMax { get; init; } = 600;

    /// <summary>Connections that one address may make in a <see cref="RequestWindow"/>; further ones are closed before any handshake.</summary>
    public int RequestsPerAddressMax { get; init; } = 3000;

    /// <summary>The time that requests are counted over.</summary>
    public TimeSpan RequestWindow { get; init; } = TimeSpan.FromSeconds(60);
}
