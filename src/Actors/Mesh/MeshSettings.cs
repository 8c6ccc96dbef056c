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

    /// <summary>Longest handshake, and longest wait for the first topic after it; then the connection is closed.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Charges at which a peer is disconnected.</summary>
    public int ChargesMax { get; init; } = 100;

    /// <summary>Topics asked for and not here that a session remembers, to offer them when they are opened later; further ones are declined and not remembered.</summary>
    public int DeclinedTopicsMax { get; init; } = 1024;

    /// <summary>How often a peer that we dialled is offered again the topics that it declined.</summary>
    public TimeSpan OfferAgainEvery { get; init; } = TimeSpan.FromSeconds(15);
}
