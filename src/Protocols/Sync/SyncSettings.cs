namespace Hhs.Protocols.Sync;

/// <summary>Bounds and paces of one object's synchronization. Each says what happens when it is hit.</summary>
public sealed record SyncSettings
{
    /// <summary>The defaults.</summary>
    public static readonly SyncSettings Default = new();

    /// <summary>Growth is announced at most once in this time, so that a burst of writes makes one frontier.</summary>
    public TimeSpan AnnounceEvery { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>An auto-payload stream silent for so long is asked for explicitly (supplement 0.4: it may have been lost).</summary>
    public TimeSpan AutoPayloadGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>First pause before a peer that failed a request is asked again; doubles up to <see cref="BackOffMax"/>.</summary>
    public TimeSpan BackOffMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest pause before a peer that failed a request is asked again.</summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A peer with this many charges is not asked and not answered any more; below it, one charge is forgiven at each keep-alive.</summary>
    public int ChargeMax { get; init; } = 100;

    /// <summary>Entries put off for want of another object's; more are let go (and fetched again at a later announcement).</summary>
    public int DeferredEntriesMax { get; init; } = 16_384;

    /// <summary>Growth goes at once to a few peers of our kind, to the others later if need be; off, to all at once.</summary>
    public bool GossipTree { get; init; } = true;

    /// <summary>Headers in one response of ours; a longer walk ends incomplete, and the peer asks on from there.</summary>
    public int HeadersPerResponseMax { get; init; } = 65_536;

    /// <summary>Bytes sent to one peer and not drained; a response pauses there.</summary>
    public int InFlightBytesPerPeerMax { get; init; } = 1 << 20;

    /// <summary>Bytes sent to all peers of the object and not drained; responses pause there, but for 64 KiB of each peer's own.</summary>
    public int InFlightBytesMax { get; init; } = 16 << 20;

    /// <summary>A peer whose frontier differs from ours is told ours again this often; deferred entries are offered again.</summary>
    public TimeSpan KeepAliveEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A peer of our kind that has not been told of growth at once is told after so long, and up to half as much again; what is lost on the way to it comes so much later.</summary>
    public TimeSpan LazyAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Peers that are told later are told so many at a time; the pause doubles before the next so many.</summary>
    public int LazyPeersMax { get; init; } = 3;

    /// <summary>Gap between the last header and the first payload of a response to an original, and between its bursts of payloads (supplement 0.4).</summary>
    public TimeSpan OriginalPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Entries that an original peer is told of beyond what it has (supplement 8.7: at most 1,000, or it stalls).</summary>
    public int OriginalStageEntries { get; init; } = 512;

    /// <summary>Least time from the start of a walk's payloads to the next walk asked of an original, or it drops that one's end.</summary>
    public TimeSpan OriginalWalkGap { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Entries that a native peer is told of beyond what it has; well below <see cref="PendingEntriesMax"/>, so that one walk fits.</summary>
    public int NativeStageEntries { get; init; } = 32_768;

    /// <summary>What a peer of our kind has not brought in this time is asked for of another that has it; three times next to no payloads, and it is dropped.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Peers of one object; a further one waits until another leaves, as many again at most, and any more are ignored.</summary>
    public int PeersMax { get; init; } = 64;

    /// <summary>Headers held that are not admitted yet; no walk is begun beyond it.</summary>
    public int PendingEntriesMax { get; init; } = 200_000;

    /// <summary>Payload bytes held that are not admitted yet; beyond it payloads are dropped, and asked for again once half of it is free.</summary>
    public int PendingPayloadBytesMax { get; init; } = 32 << 20;

    /// <summary>Headers held that came from one peer and are not admitted yet; at this number they are dropped and the peer is charged.</summary>
    public int PendingEntriesPerPeerMax { get; init; } = 131_072;

    /// <summary>With so many peers of our kind or fewer, all of them are told at once.</summary>
    public int FloodPeersMax { get; init; } = 5;

    /// <summary>A peer that was told of growth at once and did not ask for it in this time is told later from then on.</summary>
    public TimeSpan PruneAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A frontier is pushed back to the same peer at most once in this time, unless ours has changed (wire.md 6).</summary>
    public TimeSpan PushBackEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>An original that tells an old frontier again has missed ours: it is answered, at most once in this time.</summary>
    public TimeSpan RetellEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Refused entries remembered so as not to be fetched again; the oldest are forgotten first.</summary>
    public int RefusedEntriesMax { get; init; } = 4_096;

    /// <summary>A request fails when no message has come for it for so long (wire.md 6).</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A request silent for so long is given up when another peer has announced something.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests of one peer that wait for their turn; a further one is dropped and charged.</summary>
    public int RequestsQueuedMax { get; init; } = 32;
}
