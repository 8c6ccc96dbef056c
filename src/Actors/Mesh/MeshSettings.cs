namespace Hhs.Actors.Mesh;

/// <summary>Bounds and paces of dialling and sessions. HOCON: <c>hhs.mesh</c>.</summary>
public sealed record MeshSettings
{
    /// <summary>Sessions at once that came in; a further connection is closed. Those that we dial are not counted.</summary>
    public int SessionsMax { get; init; } = 1024;

    /// <summary>First pause before a peer is dialled again; doubles up to <see cref="RedialMax"/>.</summary>
    public TimeSpan RedialMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest pause before a peer is dialled again.</summary>
    public TimeSpan RedialMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Dials under way at a time; the rest wait.</summary>
    public int DialsMax { get; init; } = 16;

    /// <summary>Dials begun in a second.</summary>
    public int DialsPerSecondMax { get; init; } = 50;

    /// <summary>Sessions that one key id may have: devices that share a key.</summary>
    public int SessionsPerKeyMax { get; init; } = 8;

    /// <summary>Silence of one of our own nodes after which it is pinged.</summary>
    public TimeSpan PingEvery { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A peer from which nothing has come for so long after a ping is disconnected.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A session in which no topic is shared is closed after this time, unless the peer is one to stay connected to.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest handshake, and longest wait for the first topic after it; then the connection is closed.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Charges at which a peer is disconnected.</summary>
    public int ChargesMax { get; init; } = 100;

    /// <summary>Charges forgiven in a minute.</summary>
    public int ChargesForgivenPerMinute { get; init; } = 10;

    /// <summary>Topics asked for and not here that a session remembers, to offer them when they are opened later; further ones are declined and not remembered.</summary>
    public int DeclinedTopicsMax { get; init; } = 1024;

    /// <summary>First pause before a peer is asked again for topics that it declined; doubles up to <see cref="OfferAgainMax"/>.</summary>
    public TimeSpan OfferAgainEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest pause before a peer is asked again for topics that it declined.</summary>
    public TimeSpan OfferAgainMax { get; init; } = TimeSpan.FromMinutes(10);

    // How finely a session measures all of these.
    internal TimeSpan CheckEvery
    {
        get
        {
            var least = new[] { PingEvery, PingTimeout, IdleTimeout, OfferAgainEvery }.Min() / 4;
            return least < Finest ? Finest : least;
        }
    }

    private static readonly TimeSpan Finest = TimeSpan.FromMilliseconds(10);
}
