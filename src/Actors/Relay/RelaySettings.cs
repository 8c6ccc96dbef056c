using Hhs.Model.Identity;
using Hhs.Protocols.Relay;

namespace Hhs.Actors.Relay;

/// <summary>Whether and how a node hosts what peers ask it for. HOCON: <c>hhs.relay</c>.</summary>
public sealed record RelaySettings
{
    /// <summary>Whether the node is a relay.</summary>
    public bool Enabled { get; init; }

    /// <summary>Key ids that may have objects hosted, and to whom hosted objects are offered; none means everyone.</summary>
    public IReadOnlyList<KeyId> Allow { get; init; } = [];

    /// <summary>Whether hosted objects are offered to whoever knows their ids, although only some may have objects hosted.</summary>
    public bool ServeAll { get; init; }

    /// <summary>Whether hosted objects are offered to some only.</summary>
    internal bool IsPrivate => Allow.Count > 0 && !ServeAll;

    /// <summary>Objects that are fetched at a time; others wait for their turn.</summary>
    public int FetchesMax { get; init; } = 256;

    /// <summary>Of them, those for one key id.</summary>
    public int FetchesPerKeyMax { get; init; } = 16;

    /// <summary>How often the relay looks for what is to be dropped.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How much is hosted.</summary>
    public RelayQuotaSettings Quotas { get; init; } = new();
}
