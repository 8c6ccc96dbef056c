namespace Hhs.Protocols.Relay;

/// <summary>How much a relay hosts, in all and for one key id. HOCON: <c>hhs.relay</c>.</summary>
public sealed record RelayQuotaSettings
{
    /// <summary>Objects in all; when full, those that are due by <see cref="Retain"/> make room, else a request is refused.</summary>
    public int ObjectsMax { get; init; } = 10_000;

    /// <summary>Objects that one key id asked for first.</summary>
    public int ObjectsPerKeyMax { get; init; } = 1_000;

    /// <summary>Stored bytes in all; beyond it nothing is taken, and an object that grows is not carried until there is room.</summary>
    public long BytesMax { get; init; } = 10L << 30;

    /// <summary>Stored bytes of the objects that one key id asked for first; the same for them.</summary>
    public long BytesPerKeyMax { get; init; } = 1L << 30;

    /// <summary>Stored bytes of one object; beyond it the object is not carried any more.</summary>
    public long ObjectBytesMax { get; init; } = 256L << 20;

    /// <summary>An object that nobody has asked for, taken part in or written to for so long is dropped.</summary>
    public TimeSpan Retain { get; init; } = TimeSpan.FromDays(90);
}
